// The one door to spdlog: a logger of our own, not spdlog's global registry.
#include "base/log.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <utility>

#include "base/file.hpp"

namespace byok::base {
namespace {

using Write = std::function<void(std::string_view line)>;

class Sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit Sink(Write write) : write_(std::move(write)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    write_({line.data(), line.size()});
  }
  void flush_() override {}

  Write write_;
};

void write_to_stderr(std::string_view line) { static_cast<void>(write_all(STDERR_FILENO, line)); }

}  // namespace

struct Log::State {
  State(LogLevel wanted, std::function<std::string(std::string_view)> redactor, Write write)
      : level(wanted), redact(std::move(redactor)), logger("byok", std::make_shared<Sink>(std::move(write))) {
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
Log::Log(LogLevel level, std::function<std::string(std::string_view)> redact, Write write) {
  if (level == LogLevel::off) return;
  state_ = std::make_unique<State>(level, std::move(redact), write ? std::move(write) : Write(write_to_stderr));
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
