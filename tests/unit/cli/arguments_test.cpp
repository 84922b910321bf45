// Proves how the command line is taken apart.
#include "cli/arguments.hpp"

#include <doctest/doctest.h>

#include <ostream>

using byok::cli::Arguments;
using byok::cli::parse_arguments;
using Words = std::vector<std::string>;

namespace {

Arguments parsed(const Words& words) {
  auto result = parse_arguments(words);
  if (!result) FAIL(result.error().message);
  return *std::move(result);
}

byok::base::Error refused(const Words& words) {
  auto result = parse_arguments(words);
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == byok::base::ErrorKind::usage);
  CHECK_FALSE(result.error().hint.empty());
  return std::move(result).error();
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the words of a prompt stay words, whatever they look like") {
  CHECK(parsed({"ask", "tell", "me", "about", "models", "list"}).words ==
        Words{"tell", "me", "about", "models", "list"});
  CHECK(parsed({"ask", "[a,b]"}).words == Words{"[a,b]"});
  CHECK(parsed({"ask", "[]"}).words == Words{"[]"});
  CHECK(parsed({"ask", "{}", "a=b", ""}).words == Words{"{}", "a=b", ""});
  CHECK(parsed({"ask", "help"}).words == Words{"help"});
  CHECK(parsed({"ask", "-"}).words == Words{"-"});
}

TEST_CASE("what stands after -- is taken as it is") {
  const Arguments arguments = parsed({"ask", "-p", "a", "one", "--", "--model", "-x", "--", "ask"});
  CHECK(arguments.words == Words{"one"});
  CHECK(arguments.literal_words == Words{"--model", "-x", "--", "ask"});
  CHECK(arguments.last("profile") == "a");
  CHECK_FALSE(arguments.has("model"));
}

TEST_CASE("options take their values in every spelling") {
  for (const Words& words :
       {Words{"ask", "-m", "x", "hi"}, Words{"ask", "-mx", "hi"}, Words{"ask", "-m=x", "hi"},
        Words{"ask", "--model", "x", "hi"}, Words{"ask", "--model=x", "hi"}, Words{"ask", "hi", "--model=x"}}) {
    CAPTURE(words[1]);
    const Arguments arguments = parsed(words);
    CHECK(arguments.last("model") == "x");
    CHECK(arguments.words == Words{"hi"});
  }
}

TEST_CASE("the last of a repeated option counts, and every one of a repeatable one") {
  const Arguments arguments =
      parsed({"ask", "-m", "a", "-m", "b", "-f", "x", "-f", "y", "--stop", "[a,b]", "--stop", "[]", "hi"});
  CHECK(arguments.last("model") == "b");
  CHECK(arguments.all("file") == Words{"x", "y"});
  CHECK(arguments.all("stop") == Words{"[a,b]", "[]"});
  CHECK(arguments.words == Words{"hi"});
}

TEST_CASE("values may be empty, negative or look like options") {
  const Arguments arguments = parsed({"ask", "--seed", "-5", "-s", "", "--set", "a=-1", "hi"});
  CHECK(arguments.last("seed") == "-5");
  CHECK(arguments.last("system") == "");
  CHECK(arguments.last("set") == "a=-1");
}

TEST_CASE("global options stand before or after the command") {
  for (const Words& words : {Words{"-v", "--config", "f", "ask", "hi"}, Words{"ask", "hi", "--config=f", "-v"},
                             Words{"--config=f", "ask", "-v", "hi"}}) {
    const Arguments arguments = parsed(words);
    CHECK(arguments.command->name == "ask");
    CHECK(arguments.last("config") == "f");
    CHECK(arguments.count("verbose") == 1);
  }
  CHECK(parsed({"-vv", "ask", "hi"}).count("verbose") == 2);
  CHECK(parsed({"ask", "-v", "hi", "-v"}).count("verbose") == 2);
  CHECK(parsed({"-q", "--color", "never", "models", "list"}).last("color") == "never");
}

TEST_CASE("values stay as they are, whatever they look like") {
  const Arguments arguments = parsed({"ask", "--stop", "--", "--stop", "-s=a", "-s=b", "hi", "--", "there"});
  CHECK(arguments.all("stop") == Words{"--", "-s=a"});
  CHECK(arguments.last("system") == "b");
  CHECK(arguments.words == Words{"hi"});
  CHECK(arguments.literal_words == Words{"there"});
}

TEST_CASE("a general option without its value, or no command, is refused") {
  CHECK(refused({"--config"}).message == "--config needs a value");
  CHECK(refused({"ask", "hi", "--config"}).message == "--config needs a value");
  CHECK(refused({"ask", "hi", "-m"}).message == "--model needs a value");
  CHECK(refused({"ask", "hi", "-xm"}).message == "--model needs a value");
  CHECK(refused({"ask", "hi", "--json=yes"}).message == "--json takes no value");
  CHECK(refused({"-v"}).message == "no command was given");
}

TEST_CASE("commands of two words are found") {
  CHECK(parsed({"models", "list"}).command->name == "models list");
  CHECK(parsed({"profiles", "show", "x"}).words == Words{"x"});
  CHECK(parsed({"models", "show", "gpt-4.1", "-p", "a"}).last("profile") == "a");
}

TEST_CASE("help and version are asked for anywhere") {
  CHECK(parsed({"--version"}).wants_version);
  CHECK(parsed({"--help"}).wants_help);
  CHECK(parsed({"--help"}).command == nullptr);
  CHECK(parsed({"ask", "--help"}).command->name == "ask");
  CHECK(parsed({"ask", "--help"}).wants_help);
  CHECK(parsed({"ask", "-h"}).wants_help);
  CHECK(parsed({"help", "ask"}).command->name == "ask");
  CHECK(parsed({"help"}).wants_help);
  CHECK(parsed({"models", "--help"}).wants_help);
  CHECK(parsed({"models", "--help"}).family == "models");
  CHECK(parsed({"help", "profiles"}).family == "profiles");
  CHECK(parsed({"help", "profiles", "list"}).command->name == "profiles list");
  CHECK(contains(refused({"help", "nonsense"}).message, "nonsense"));
  CHECK(contains(refused({"help", "me", "fix", "it"}).hint, "byok ask 'help me fix it'"));
  CHECK(parsed({"profiles", "path", "extra", "--help"}).wants_help);
}

TEST_CASE("unknown commands and options suggest what was meant") {
  CHECK(contains(refused({"aks", "hi"}).hint, "byok ask"));
  CHECK(contains(refused({"What", "is", "2+2?"}).hint, "byok ask 'What is 2+2?'"));
  CHECK(contains(refused({"hcat"}).hint, "did you mean byok chat?"));
  CHECK(contains(refused({"hello", "there", "-p", "demo"}).hint, "byok ask -p demo 'hello there'"));
  CHECK(contains(refused({"-p", "demo", "hi"}).hint, "byok ask -p demo hi"));
  CHECK(contains(refused({"-p", "demo", "models", "list"}).hint, "byok models list -p demo"));
  CHECK(contains(refused({"-p", "demo", "ask", "hi"}).hint, "byok ask -p demo hi"));
  CHECK(contains(refused({"--colour", "never", "ask", "hi"}).hint, "--color?"));
  CHECK(contains(refused({"ask", "--version"}).hint, "byok --version"));
  CHECK(contains(refused({"models"}).hint, "byok models list"));
  CHECK(contains(refused({"models", "lsit"}).hint, "byok models list"));
  CHECK(contains(refused({"ask", "--modle", "x", "hi"}).hint, "--model"));
  CHECK(contains(refused({"ask", "-z", "hi"}).hint, "--"));
  CHECK(contains(refused({"ask", "--modle=x", "hi"}).message, "--modle"));
  CHECK(contains(refused({"--frob", "ask"}).message, "--frob"));
  CHECK(contains(refused({}).hint, "--help"));
  CHECK(contains(refused({"profiles", "path", "x"}).message, "takes no argument"));
}

TEST_CASE("a value that is missing or none of the choices is refused") {
  refused({"ask", "hi", "-m"});
  CHECK(contains(refused({"ask", "--output-format", "yaml", "hi"}).hint, "json"));
  CHECK(contains(refused({"ask", "--reasoning-effort", "hihg", "hi"}).hint, "high"));
  CHECK(contains(refused({"ask", "--color", "sometimes", "hi"}).hint, "always"));
}

TEST_CASE("slips of fingers used to other tools are met with the line to write") {
  CHECK(contains(refused({"ask", "-p", "What is up?"}).hint, "byok ask 'What is up?'"));
  const auto error = refused({"ask", "-o", "temperature", "0.5", "hi"});
  CHECK(contains(error.hint, "--temperature 0.5"));
  CHECK(contains(refused({"ask", "-o", "max_tokens", "5", "hi"}).hint, "--max-output-tokens 5"));
  CHECK(contains(refused({"ask", "-o", "max_tokens=5", "hi"}).hint, "--max-output-tokens 5"));
  CHECK(parsed({"ask", "-o", "answer.md", "hi"}).last("output") == "answer.md");
}
