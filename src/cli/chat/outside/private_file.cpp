// A folder by mkdtemp, which has mode 0700 from the beginning.
#include "cli/chat/outside/private_file.hpp"

#include <fcntl.h>
#include <stdlib.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/descriptor.hpp"
#include "base/file.hpp"

namespace byok::cli {
namespace {

std::unexpected<base::Error> cannot_write(const std::string& path, int error) {
  return base::fail(base::ErrorKind::output,
                    fmt::format("cannot write {}: {}", path, std::system_category().message(error)),
                    "set $TMPDIR to a folder that can be written to");
}

}  // namespace

base::Result<PrivateFile> PrivateFile::make(std::string_view name, std::string_view bytes,
                                            const config::Environment& environment) {
  const std::string_view parent = environment.has("TMPDIR") ? environment.get("TMPDIR") : "/tmp";
  std::string folder = fmt::format("{}/byok-XXXXXX", parent);
  if (::mkdtemp(folder.data()) == nullptr) return cannot_write(folder, errno);
  PrivateFile file;
  file.path_ = std::filesystem::path(folder) / name;
  const base::Descriptor descriptor(::open(file.path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (descriptor.get() < 0) return cannot_write(file.path_.string(), errno);
  if (const int error = base::write_all(descriptor.get(), bytes); error != 0) {
    return cannot_write(file.path_.string(), error);
  }
  return file;
}

PrivateFile::PrivateFile(PrivateFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}

PrivateFile& PrivateFile::operator=(PrivateFile&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

PrivateFile::~PrivateFile() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_.parent_path(), ignored);
}

}  // namespace byok::cli
