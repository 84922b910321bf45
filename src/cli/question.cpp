// Yes or no, typed.
#include "cli/question.hpp"

#include <fmt/format.h>

#include <string>

#include "base/text.hpp"
#include "terminal/sanitize.hpp"
#include "terminal/typed_line.hpp"

namespace byok::cli {

bool can_ask(const Context& context) { return context.streams.in_is_terminal && context.streams.err_is_terminal; }

base::Result<bool> ask_consent(std::string_view question, const Context& context) {
  context.write_err(fmt::format("{} [y/N] ", terminal::sanitize(context.redactor.redact(question))));
  const auto answer = terminal::read_typed_line(context.streams.in, context.interrupt_fd());
  if (!answer) {
    context.say("");
    return std::unexpected(answer.error());
  }
  const std::string word = base::to_lower(base::trim(*answer));
  return word == "y" || word == "yes";
}

}  // namespace byok::cli
