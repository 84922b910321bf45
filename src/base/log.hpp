// Log: the one door to spdlog. Writes to stderr, through a Redactor, and only when a level was asked for.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace byok::base {

enum class LogLevel { off, info, debug };

class Log {
 public:
  Log();  // off: costs nothing, spdlog is not touched
  Log(LogLevel level, std::function<std::string(std::string_view)> redact);
  Log(Log&&) noexcept;
  Log& operator=(Log&&) noexcept;
  ~Log();

  [[nodiscard]] bool is_on(LogLevel level) const;
  void info(std::string_view text) const;
  void debug(std::string_view text) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace byok::base
