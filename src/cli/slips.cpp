// Slips of fingers that are used to other tools, or to a later version of this one.
#include "cli/slips.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "base/text.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

std::vector<std::string_view> first_names() {
  std::vector<std::string_view> names;
  for (const Command& command : commands()) {
    if (names.empty() || names.back() != family_of(command)) names.push_back(family_of(command));
  }
  return names;
}

std::vector<std::string_view> names_of(std::span<const Option> options) {
  std::vector<std::string_view> names;
  for (const Option& option : options) names.push_back(option.name);
  return names;
}

std::vector<std::string_view> option_names(const Command& command) {
  std::vector<std::string_view> names;
  for (const auto group : command.options) std::ranges::copy(names_of(group), std::back_inserter(names));
  return names;
}

struct Split {
  std::vector<std::string> options;  // with their values, quoted for a shell
  std::vector<std::string> words;
  bool knows_all = true;  // every option is one of the command's
};

Split split(const Command& command, std::span<const std::string> line) {
  Split parts;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at].size() < 2 || line[at][0] != '-') {
      parts.words.push_back(line[at]);
      continue;
    }
    const OptionWord read = read_option_word(command, line[at]);
    if (read.option == nullptr) parts.knows_all = false;
    parts.options.push_back(base::shell_quote(line[at]));
    if (read.takes_next() && at + 1 < line.size()) parts.options.push_back(base::shell_quote(line[++at]));
  }
  return parts;
}

// The same words as a command line that can be read: the command first, then options, then the rest. Empty where an
// option is unknown to it.
std::string reordered(const std::vector<std::string>& line) {
  const Command& ask = *find_command("ask");
  Split parts = split(ask, line);
  const Command* command = nullptr;
  std::size_t length = 0;
  for (std::size_t count = 1; count <= std::min<std::size_t>(2, parts.words.size()) && command == nullptr; ++count) {
    command = find_command(base::join(std::span(parts.words).first(count), " "));
    length = command != nullptr ? count : 0;
  }
  if (command == nullptr) command = &ask;
  if (!parts.knows_all || !split(*command, line).knows_all) return {};
  std::string text = fmt::format("byok {}", command->name);
  for (const std::string& option : parts.options) text += " " + option;
  const std::string rest = base::join(std::span(parts.words).subspan(length), " ");
  return rest.empty() ? text : text + " " + base::shell_quote(rest);
}

std::unexpected<base::Error> option_before_command(const std::vector<std::string>& words, std::size_t at) {
  const std::string_view bare = std::string_view(words[at]).substr(0, words[at].find('='));
  const std::string message = fmt::format("unknown option {} before the command", bare);
  if (const std::string line = reordered(words); !line.empty()) {
    return fail(ErrorKind::usage, message, "options of a command stand after it: " + line);
  }
  const std::string near = bare.starts_with("--") ? base::nearest(bare.substr(2), names_of(global_options())) : "";
  return fail(ErrorKind::usage, message,
              near.empty() ? "byok --help lists the options" : fmt::format("did you mean --{}?", near));
}

// Names that other tools give as `-o NAME VALUE` or `-o NAME=VALUE` (llm), in either spelling.
struct SamplingName {
  std::string_view name;
  std::string_view option;
};
constexpr auto kSamplingNames = std::to_array<SamplingName>({{"temperature", "temperature"},
                                                             {"max_tokens", "max-output-tokens"},
                                                             {"max_output_tokens", "max-output-tokens"},
                                                             {"top_p", "top-p"},
                                                             {"seed", "seed"},
                                                             {"stop", "stop"},
                                                             {"reasoning_effort", "reasoning-effort"}});

Result<> check_output(const Arguments& arguments, const std::string& output) {
  const std::size_t equals = output.find('=');
  const std::string name = base::replace_all(output.substr(0, equals), "-", "_");
  const auto* const known = std::ranges::find(kSamplingNames, name, &SamplingName::name);
  if (known == kSamplingNames.end()) return {};
  const std::string value = equals != std::string::npos ? output.substr(equals + 1)
                            : !arguments.words.empty()  ? arguments.words.front()
                                                        : "VALUE";
  return fail(ErrorKind::usage, fmt::format("-o names a file for the answer, not the option {}", name),
              fmt::format("write: --{} {} (or -o ./{} for a file of that name)", known->option,
                          base::shell_quote(value), output));
}

}  // namespace

bool is_family(std::string_view name) {
  return std::ranges::any_of(commands(), [name](const Command& command) { return family_of(command) == name; });
}

std::unexpected<base::Error> unknown_command(const std::vector<std::string>& words, std::size_t at) {
  const std::string& word = words[at];
  if (is_family(word)) {
    std::string parts;
    for (const Command& command : commands()) {
      if (family_of(command) == word) parts += fmt::format("{}byok {}", parts.empty() ? "" : ", ", command.name);
    }
    return fail(ErrorKind::usage, fmt::format("byok {} needs to know what to do", word), "write one of: " + parts);
  }
  if (word.starts_with('-')) return option_before_command(words, at);
  std::string hint = "byok --help lists the commands";
  const std::string near = base::nearest(word, first_names());
  if (!near.empty()) hint = fmt::format("did you mean byok {}?", near);
  // A slip seldom hits the first letter: "what" is not "chat".
  if (near.empty() || near.front() != word.front()) {
    const std::string question = reordered(words);
    if (!question.empty()) {
      hint = fmt::format("to ask a question, write: {}{}", question, near.empty() ? "" : "\n" + hint);
    }
  }
  return fail(ErrorKind::usage, fmt::format("there is no command {}", base::shell_quote(word)), hint);
}

std::unexpected<base::Error> unknown_option(const Command& command, std::string_view word) {
  const std::string_view bare = word.substr(0, word.find('='));
  const std::string message = fmt::format("byok {} has no option {}", command.name, bare);
  if (bare == "--version" || bare == "-V") return fail(ErrorKind::usage, message, "write: byok --version");
  const std::string near = bare.starts_with("--") ? base::nearest(bare.substr(2), option_names(command)) : "";
  if (!near.empty()) return fail(ErrorKind::usage, message, fmt::format("did you mean --{}?", near));
  std::string hint = fmt::format("byok {} --help lists the options", command.name);
  if (command.takes_words) hint += "; a prompt that begins with - goes after --";
  return fail(ErrorKind::usage, message, std::move(hint));
}

Result<> check_slips(const Arguments& arguments) {
  if (const auto profile = arguments.last("profile"); profile && profile->find(' ') != std::string::npos) {
    std::string prompt = *profile;
    for (const std::string& word : arguments.words) prompt += " " + word;
    return fail(ErrorKind::usage, "-p names a profile, and a profile's name has no spaces",
                "for a prompt, write: byok ask " + base::shell_quote(prompt));
  }
  const auto output = arguments.last("output");
  return output && arguments.command->name == "ask" ? check_output(arguments, *output) : Result<>();
}

}  // namespace byok::cli
