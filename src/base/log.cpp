// The one door to spdlog: a logger of our own on stderr, not spdlog's global registry.
#include "base/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <utility>

namespace byok::base {

struct Log::State {
  State(LogLevel wanted, std::function<std::string(std::string_view)> redactor)
      : level(wanted), redact(std::move(redactor)), logger("byok", std::make_shared<spdlog::sinks::stderr_sink_st>()) {
    logger.set_level(spdlog::level::debug);
    logger.set_pattern("%H:%M:%S.%e [%l] %v");
    logger.set_error_handler([](const std::string&) {});  // or it would report its own failures on stderr
  }

  void write(spdlog::level::level_enum severity, std::string_view text) noexcept {
    try {
      const std::string safe = redact ? redact(text) : std::string(text);
      logger.log(severity, spdlog::string_view_t(safe.data(), safe.size()));
    } catch (...) {
      return;  // a line that cannot be made safe is lost: a log is no reason to fail
    }
  }

  LogLevel level;
  std::function<std::string(std::string_view)> redact;
  spdlog::logger logger;
};

Log::Log() = default;
Log::Log(LogLevel level, std::function<std::string(std::string_view)> redact) {
  if (level != LogLevel::off) state_ = std::make_unique<State>(level, std::move(redact));
}
Log::Log(Log&&) noexcept = default;
Log& Log::operator=(Log&&) noexcept = default;
Log::~Log() = default;

bool Log::is_on(LogLevel level) const { return level != LogLevel::off && state_ && state_->level >= level; }

void Log::info(std::string_view text) const {
  if (is_on(LogLevel::info)) state_->write(spdlog::level::info, text);
}

void Log::debug(std::string_view text) const {
  if (is_on(LogLevel::debug)) state_->write(spdlog::level::debug, text);
}

}  // namespace byok::base
