// Loads the mock's server when it is asked for: linked in, its libraries would add a quarter to every start of byok.
#include "mock/module.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace byok::mock {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "byok-mock.so";

// Beside the program, as it is built, or where it is installed. Nowhere else: what is loaded runs with the user's keys.
fs::path find_module() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path beside = program.parent_path() / kFile;
  return fs::exists(beside, error) ? beside : program.parent_path() / BYOK_MODULE_FOLDER / kFile;
}

}  // namespace

base::Result<std::unique_ptr<MockServer>> MockServer::start(const MockOptions& options) {
  const fs::path path = find_module().lexically_normal();
  // Never closed: the server's threads run code of the module until the process ends.
  void* const module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* const entry = module == nullptr ? nullptr : dlsym(module, kModuleEntry);
  if (entry == nullptr) {
    const char* const reason = dlerror();
    return base::fail(base::ErrorKind::config,
                      fmt::format("cannot load the mock's server: {}", reason == nullptr ? path.c_str() : reason),
                      "install byok whole: the file belongs to it");
  }
  StartedMock started;
  reinterpret_cast<decltype(&byok_start_mock)>(entry)(options, started);
  return started;
}

}  // namespace byok::mock
