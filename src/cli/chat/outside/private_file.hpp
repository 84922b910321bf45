// PrivateFile: a temporary file that only its owner can read, in a folder of its own, gone when it is dropped.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.hpp"
#include "config/environment.hpp"

namespace byok::cli {

class PrivateFile {
 public:
  // In $TMPDIR, else /tmp (ErrorKind::output).
  [[nodiscard]] static base::Result<PrivateFile> make(std::string_view name, std::string_view bytes,
                                                      const config::Environment& environment);
  PrivateFile(PrivateFile&& other) noexcept;
  PrivateFile& operator=(PrivateFile&& other) noexcept;
  PrivateFile(const PrivateFile&) = delete;
  PrivateFile& operator=(const PrivateFile&) = delete;
  ~PrivateFile();  // removes the folder with all that was put into it

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  PrivateFile() = default;
  std::filesystem::path path_;  // empty: nothing is owned
};

}  // namespace byok::cli
