// Log: the one door to spdlog. Writes through a Redactor, and only when a level was asked for.
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
  // `write` takes whole lines; without it they go to stderr.
  Log(LogLevel level, std::function<std::string(std::string_view)> redact,
      std::function<void(std::string_view line)> write = {});
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
