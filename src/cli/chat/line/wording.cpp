// A table of what is written on the left for every command, and on the right for the prompt alone.
#include "cli/chat/line/wording.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace byok::cli {
namespace {

struct Wording {
  std::string_view general, at_prompt;
};

constexpr auto kMessages = std::to_array<Wording>({
    {"the time allowed for the whole run was over", "the time allowed for one turn was over"},
    {"--profile: there is no profile", "there is no profile"},
});

// The longer of two that begin alike stands first.
constexpr auto kHints = std::to_array<Wording>({
    {", or allow more with --max-input BYTES", ""},
    {"for an image or a PDF, try -a", "for an image or a PDF: /attach PATH"},
    {"-f needs the path of", "/file needs the path of"},
    {"standard input is read by itself; a word - says where it stands in the prompt",
     "/file needs the path of a text file; standard input is what is typed here"},
    {"raise --max-output-tokens, or ask for less",
     "ask it to go on; a larger max_output_tokens in the profile allows more"},
    {"raise --max-output-tokens, or lower --reasoning-effort",
     "raise max_output_tokens in the profile, or lower its reasoning_effort; /profile NAME reads it again"},
    {"what is there may be cut off; run it again", "what is there may be cut off"},
    {"take the reply as incomplete; run it again", "take the reply as incomplete"},
    {"run it again", "/retry asks again"},
    {"A longer --timeout (or none) allows more.", "A longer timeout in the profile (or none) allows more."},
    {"; `byok ask --save` keeps a session", ""},
    {"`byok sessions list` shows all", "/sessions shows them"},
    {"use --no-save", "go on without keeping: /nosave"},
    {"go on without keeping: --no-save", "go on without keeping: /nosave"},
});

// `byok models list -p NAME`, whatever the name.
std::string with_model_command(std::string hint) {
  constexpr std::string_view kBegin = "`byok models list -p ";
  while (true) {
    const std::size_t begin = hint.find(kBegin);
    const std::size_t end = begin == std::string::npos ? begin : hint.find('`', begin + kBegin.size());
    if (end == std::string::npos) return hint;
    hint.replace(begin, end + 1 - begin, "/model");
  }
}

}  // namespace

base::Error said_at_prompt(base::Error error) {
  for (const auto& [general, at_prompt] : kMessages) {
    error.message = base::replace_all(std::move(error.message), general, at_prompt);
  }
  for (const auto& [general, at_prompt] : kHints) {
    error.hint = base::replace_all(std::move(error.hint), general, at_prompt);
  }
  error.hint = with_model_command(std::move(error.hint));
  return error;
}

}  // namespace byok::cli
