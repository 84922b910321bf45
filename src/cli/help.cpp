// Help texts from the command table.
#include "cli/help.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/text.hpp"

namespace byok::cli {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kColumn = 30;

// The words in lines of at most kWidth, each after the first indented to kColumn.
std::string folded(std::string_view text) {
  std::string out;
  std::size_t column = kColumn;
  for (const std::string_view word : base::split(text, ' ')) {
    if (column > kColumn && column + 1 + word.size() > kWidth) {
      out += '\n';
      out.append(kColumn, ' ');
      column = kColumn;
    }
    if (column > kColumn) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

std::string option_lines(const Option& option) {
  std::string left = "  " + usage_of(option);
  std::string text(option.help);
  if (option.kind == ValueKind::choice && left.size() > kColumn + 10) {
    left = fmt::format("  {}--{} WORD", option.letter != 0 ? fmt::format("-{}, ", option.letter) : "    ", option.name);
    text += fmt::format(": {}", base::replace_all(std::string(option.value), "|", ", "));
  }
  if (left.size() + 2 > kColumn) return fmt::format("{}\n{:{}}{}\n", left, "", kColumn, folded(text));
  return fmt::format("{:<{}}{}\n", left, kColumn, folded(text));
}

constexpr std::string_view kEnvironment =
    R"(Environment:
  BYOK_PROFILE, BYOK_CONFIG     the profile and the configuration file to use
  BYOK_BASE_URL, BYOK_API_KEY,  a profile made of variables alone
  BYOK_MODEL, …
  COPILOT_PROVIDER_BASE_URL, …  the same in the words of the Copilot CLI
  BYOK_LOCAL_ONLY               1: loopback only; lan: private addresses too
  BYOK_LOG                      info or debug: as -v and -vv
  NO_COLOR, CLICOLOR_FORCE      colour never, or always
  HTTPS_PROXY, NO_PROXY,        proxies and added authorities
  SSL_CERT_FILE
)";

}  // namespace

std::string usage_of(const Option& option) {
  std::string text =
      option.letter != 0 ? fmt::format("-{}, --{}", option.letter, option.name) : fmt::format("    --{}", option.name);
  if (!option.value.empty()) text += fmt::format(" {}", option.value);
  return text;
}

std::string help_overview() {
  std::string text =
      "byok: bring your own key, name a profile, get the model's reply on stdout.\n\n"
      "  byok ask -p demo \"What is 2+2?\"\n"
      "  git diff | byok ask -p foundry \"Write a commit message for this change.\"\n\n"
      "Commands:\n";
  for (const Command& command : commands()) text += fmt::format("  byok {:<17} {}\n", command.name, command.summary);
  text += "\nGeneral:\n";
  for (const Option& option : global_options()) text += option_lines(option);
  text += "      --version               version, commit, and the versions of libcurl and TLS\n\n";
  text += kEnvironment;
  text += "\nbyok COMMAND --help shows a command's options; man byok and man byok-config the rest.\n";
  return text;
}

std::string help_for(const Command& command) {
  std::string text;
  for (const std::string_view example : command.examples) text += fmt::format("  {}\n", example);
  text += fmt::format("\nusage: byok {} [options]{}{}\n\nbyok {}: {}.\n", command.name,
                      command.arguments.empty() ? "" : " ", command.arguments, command.name, command.summary);
  std::string_view group;
  for (const auto options : command.options) {
    for (const Option& option : options) {
      if (option.group != group) text += fmt::format("\n{}:\n", option.group);
      group = option.group;
      text += option_lines(option);
    }
  }
  if (!command.details.empty()) text += fmt::format("\n{}\n", command.details);
  const bool uses_profiles = find_option(command, "profile") != nullptr || family_of(command) == "profiles";
  if (uses_profiles) text += fmt::format("\n{}", kEnvironment);
  return text;
}

std::string help_for_family(std::string_view family) {
  std::string examples;
  std::string lines;
  for (const Command& command : commands()) {
    if (family_of(command) != family) continue;
    examples += fmt::format("  {}\n", command.examples.front());
    const std::string usage = fmt::format("byok {} {}", command.name, command.arguments);
    lines += fmt::format("  {:<26} {}\n", usage, command.summary);
  }
  return fmt::format("{}\nbyok {}: {}.\n\nCommands:\n{}\nbyok {} COMMAND --help shows the options of one.\n", examples,
                     family, family_summary(family), lines, family);
}

}  // namespace byok::cli
