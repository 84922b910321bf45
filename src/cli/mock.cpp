// `byok mock`: the loopback provider until it is interrupted.
#include <fmt/format.h>
#include <poll.h>

#include <cerrno>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/failure.hpp"
#include "mock/mock.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

constexpr std::size_t kLargestScript = std::size_t{64} << 20;

Result<std::int64_t> whole_number(const Arguments& arguments, std::string_view option, std::int64_t most) {
  const auto text = arguments.last(option);
  if (!text) return 0;
  const auto value = base::to_int(*text);
  if (value && *value >= 0 && *value <= most) return *value;
  return fail(ErrorKind::usage, fmt::format("--{} cannot be {}", option, base::shell_quote(*text)),
              fmt::format("it is a whole number from 0 to {}", most));
}

Result<mock::MockOptions> read_mock_options(const Arguments& arguments) {
  mock::MockOptions options;
  BYOK_TRY(const std::int64_t port, whole_number(arguments, "port", 65535));
  BYOK_TRY(const std::int64_t delay, whole_number(arguments, "delay-ms", 3'600'000));
  BYOK_TRY(const std::int64_t size, whole_number(arguments, "chunk-size", 1 << 20));
  options.port = static_cast<std::uint16_t>(port);
  options.delay = std::chrono::milliseconds(delay);
  options.chunk_size = static_cast<std::size_t>(size);
  options.reply = arguments.last("reply").value_or("");
  options.fault = arguments.last("fault").value_or("");
  if (const auto script = arguments.last("script")) {
    if (!options.reply.empty()) {
      return fail(ErrorKind::usage, "--reply and --script do not go together", "leave one of them out");
    }
    BYOK_TRY(options.script, base::read_file(*script, kLargestScript));
  }
  return options;
}

}  // namespace

int run_mock(const Arguments& arguments, Context& context) {
  const auto options = read_mock_options(arguments);
  if (!options) return fail_command(context, options.error(), false);
  const transport::Interrupt interrupt;
  const auto server = mock::MockServer::start(*options);
  if (!server) return fail_command(context, server.error(), false);
  if (const int code = context.print((*server)->base_url() + "\n"); code != 0) return code;
  pollfd wait{interrupt.fd(), POLLIN, 0};
  while (poll(&wait, 1, -1) < 0 && errno == EINTR) {
  }
  return static_cast<int>(exit_code_for(ErrorKind::cancelled, interrupt.signal()));
}

}  // namespace byok::cli
