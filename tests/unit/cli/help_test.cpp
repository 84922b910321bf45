// Proves that every option stands in the help texts and the completions, and that help fits a terminal.
#include "cli/help.hpp"

#include <doctest/doctest.h>

#include <ostream>

#include "base/text.hpp"
#include "cli/completion.hpp"

namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("help names every command, and each command's help every one of its options") {
  const std::string overview = byok::cli::help_overview();
  for (const auto& command : byok::cli::commands()) {
    CAPTURE(command.name);
    CHECK(contains(overview, "byok " + std::string(command.name)));
    const std::string help = byok::cli::help_for(command);
    CHECK_FALSE(command.examples.empty());
    for (const auto group : command.options) {
      for (const auto& option : group) {
        CAPTURE(option.name);
        CHECK(contains(help, "--" + std::string(option.name)));
      }
    }
  }
}

TEST_CASE("help names the variables that matter, and the commands of a family") {
  for (const auto* name : {"ask", "models list", "models show", "profiles show"}) {
    CAPTURE(name);
    const std::string help = byok::cli::help_for(*byok::cli::find_command(name));
    for (const auto* variable : {"BYOK_PROFILE", "COPILOT_", "BYOK_LOCAL_ONLY", "NO_COLOR"}) {
      CHECK(contains(help, variable));
    }
  }
  const std::string family = byok::cli::help_for_family("models");
  CHECK(contains(family, "byok models list"));
  CHECK(contains(family, "byok models show ID"));
  CHECK_FALSE(contains(family, "profiles"));
}

TEST_CASE("no line of help is longer than a terminal is wide") {
  for (const auto& command : byok::cli::commands()) {
    const std::string help = byok::cli::help_for(command);
    for (const auto line : byok::base::split(help, '\n')) {
      CAPTURE(line);
      CHECK(line.size() <= 86);  // bytes; a few lines hold characters of more than one
    }
  }
}

TEST_CASE("completions know every option of every command") {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = byok::cli::completion_script(shell);
    CAPTURE(shell);
    for (const auto& command : byok::cli::commands()) {
      for (const auto group : command.options) {
        for (const auto& option : group) {
          const std::string name = (std::string(shell) == "fish" ? "-l " : "--") + std::string(option.name);
          CAPTURE(name);
          CHECK(contains(script, name));
        }
      }
    }
  }
  CHECK(byok::cli::completion_script("tcsh").empty());
}

TEST_CASE("no two options of one command share a name or a letter") {
  for (const auto& command : byok::cli::commands()) {
    std::string letters;
    std::string names = " ";
    for (const auto group : command.options) {
      for (const auto& option : group) {
        CAPTURE(option.name);
        if (option.letter != 0) {
          CHECK(letters.find(option.letter) == std::string::npos);
          letters += option.letter;
        }
        const std::string name = " " + std::string(option.name) + " ";
        CHECK_FALSE(contains(names, name));
        names += std::string(option.name) + " ";
      }
    }
  }
}
