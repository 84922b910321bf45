// Sandbox: a fresh folder in which the real program runs: its home, its configuration, its working directory.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "support/process.hpp"

namespace byok::test {

namespace fs = std::filesystem;

class Sandbox {
 public:
  Sandbox();
  // With the profile `env`: Chat Completions at that port of this machine, model `m`, no key.
  explicit Sandbox(std::uint16_t port);
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox();

  [[nodiscard]] const fs::path& root() const { return root_; }
  [[nodiscard]] fs::path work() const { return root_ / "work"; }  // the working directory
  [[nodiscard]] fs::path config_file() const { return root_ / "config" / "byok" / "config.yaml"; }

  // With mode 0600, as all files of this folder must have whose content is secret or runs something.
  fs::path write(const fs::path& path, std::string_view text) const;
  [[nodiscard]] std::vector<fs::path> files() const;  // the regular ones below root

  // `byok WORDS...` in here, with nothing on standard input.
  [[nodiscard]] ProcessOptions byok(std::vector<std::string> words) const;
  // `bash -c SCRIPT` in here, where $BYOK is the program.
  [[nodiscard]] ProcessOptions shell(std::string script) const;
  [[nodiscard]] ProcessResult run(std::vector<std::string> words) const { return run_process(byok(std::move(words))); }
  [[nodiscard]] ProcessResult run_shell(std::string script) const { return run_process(shell(std::move(script))); }

  Variables environment;  // the whole of what the program sees; a test may change it

 private:
  fs::path root_;
};

// The program under test. Ends the tests where $BYOK_BINARY does not say which it is.
[[nodiscard]] std::string program();

[[nodiscard]] std::string read_bytes(const fs::path& path);
[[nodiscard]] mode_t mode_of(const fs::path& path);  // the permission bits

// What to show with a failed check.
[[nodiscard]] std::string summary(const ProcessResult& result);

// Looks again and again until `is_so` returns true; false when it has not for ten seconds.
[[nodiscard]] bool comes_true(const std::function<bool()>& is_so);

// Whether the program under test was built with the address sanitizer, as these tests then are: its memory and its
// speed say nothing.
[[nodiscard]] constexpr bool is_sanitized() {
#ifdef __SANITIZE_ADDRESS__
  return true;
#else
  return false;
#endif
}

}  // namespace byok::test
