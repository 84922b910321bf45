// Tests of what a line of a conversation says: prompts, commands, paths as they are typed, slips.
#include "cli/chat/line/slash.hpp"

#include <ostream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cli/chat/line/typed_path.hpp"

namespace byok::cli {
namespace {

using Kind = SlashLine::Kind;

SlashLine said(std::string_view line) {
  const auto result = parse_slash_line(line, "/home/me");
  CAPTURE(line);
  REQUIRE(result.has_value());
  return *result;
}

base::Error slip(std::string_view line) {
  const auto result = parse_slash_line(line, "/home/me");
  CAPTURE(line);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().kind == base::ErrorKind::usage);
  return result.error();
}

TEST_CASE("a line is a command only when its first word is a slash and letters") {
  for (const std::string line :
       {"hello", "/usr/bin is where", "/", "/ help", "/help, please", "/2", "/a-b", "/etc/", "a /help", "// a comment",
        "//usr/bin", "///", "///help", " /usr/bin", "\"\"\"/help\"\"\"", "exit now", "/é"}) {
    CAPTURE(line);
    const SlashLine prompt = said(line);
    CHECK(prompt.kind == Kind::prompt);
    CHECK(prompt.text == line);
  }
  for (const std::string line : {"", " ", "\t\r\n"}) CHECK(said(line).kind == Kind::nothing);
  for (const std::string line : {"exit", "quit", " Quit \r"}) CHECK(said(line).kind == Kind::exit);
}

TEST_CASE("two slashes send what one would make a command") {
  CHECK(said("//help").kind == Kind::prompt);
  CHECK(said("//help").text == "/help");
  CHECK(said("  //nothing here/there").text == "  /nothing here/there");
  CHECK(said("//model\nof the world").text == "/model\nof the world");
}

TEST_CASE("every command is read by its word and its aliases, in any case") {
  std::set<std::string_view> words;
  for (const SlashCommand& each : slash_commands()) {
    CAPTURE(each.word);
    CHECK(words.insert(each.word).second);
    CHECK(each.help.size() > 4);
    CHECK(each.argument.empty() == (each.takes == SlashArgument::none));
    const std::string line = "/" + std::string(each.word) + (each.argument.empty() ? "" : " x");
    for (const std::string& typed : {line, "\t" + line + " \r\n"}) {
      const SlashLine command = said(typed);
      CHECK(command.kind == Kind::command);
      CHECK(command.name == each.name);
      CHECK(command.text == (each.argument.empty() ? "" : "x"));
    }
    CHECK(&slash_command(each.name) == &each);
  }
  for (const SlashAlias& each : slash_aliases()) CHECK(words.insert(each.word).second);
  for (const std::string line : {"/exit", "/bye", "/q", "/QUIT"}) CHECK(said(line).name == SlashName::quit);
}

TEST_CASE("arguments that may be left out may be, others not, and none is not one") {
  CHECK(said("/model").text.empty());
  CHECK(said("/model  gpt-5.1 ").text == "gpt-5.1");
  CHECK(said("/system Be brief.\nVery  brief. ").text == "Be brief.\nVery  brief.");
  CHECK(said("/save").text.empty());
  CHECK(slip("/load").message == "/load needs its ID");
  CHECK(slip("/load  ").hint == "write /load ID");
  CHECK(slip("/load").hint == "write /load ID");
  CHECK(slip("/exit now").message == "/exit takes no argument");
  CHECK(slip("/Clear all").message == "/clear takes no argument");
  CHECK(slip("/clear all").hint.contains("//clear"));
}

TEST_CASE("an unknown command is not sent, and the nearest is named") {
  CHECK(slip("/modle x").message == "/modle is not a command, and was not sent");
  CHECK(slip("/modle x").hint == "did you mean /model? //modle sends it as a prompt");
  CHECK(slip("/prof").hint.contains("/profile?"));
  CHECK(slip("/SES").hint.contains("/sessions?"));
  CHECK(slip("/ext").hint.contains("/exit?"));
  CHECK(slip("/xylophone").hint == "/help lists the commands; //xylophone sends it as a prompt");
}

TEST_CASE("a path is the rest of the line, with quotes and backslashes as in a shell") {
  struct Row {
    std::string_view typed, path;
  };
  for (const Row& row : std::vector<Row>{{"a.txt", "a.txt"},
                                         {"my notes.txt", "my notes.txt"},
                                         {R"(my\ notes.txt)", "my notes.txt"},
                                         {R"("my  notes".txt)", "my  notes.txt"},
                                         {R"('it''s a "path"')", R"(its a "path")"},
                                         {R"('it'\''s')", "it's"},
                                         {R"("a\"b\\c\d")", R"(a"b\c\d)"},
                                         {R"('a\b')", R"(a\b)"},
                                         {R"(a\\b)", R"(a\b)"},
                                         {"~", "/home/me"},
                                         {"~/a b", "/home/me/a b"},
                                         {"~you/a", "~you/a"},
                                         {"'~/a'", "~/a"},
                                         {R"(\~/a)", "~/a"},
                                         {R"(~/"a b")", "/home/me/a b"},
                                         {"https://example.com/a.png?b=c", "https://example.com/a.png?b=c"}}) {
    CAPTURE(row.typed);
    CHECK(said("/attach " + std::string(row.typed)).text == row.path);
  }
  CHECK(slip("/file don't.txt").message == "the quote ' in the path is not closed");
  CHECK(slip("/file don't.txt").hint == R"(close it, or write \' where the path has one)");
  CHECK(slip(R"(/save "a\")").message.contains("not closed"));
  CHECK(parse_slash_line("/save ~/a")->text == "~/a");
  CHECK(said("/system @~/my\\ rules").text == "@/home/me/my rules");
  CHECK(said("/system Don't be \"funny\" @home").text == "Don't be \"funny\" @home");
}

// Texts of the characters that mean something here.
std::string odd_text(std::minstd_rand& random, std::string_view alphabet, std::size_t longest) {
  std::string text;
  for (std::size_t size = random() % (longest + 1); size > 0; --size) text += alphabet[random() % alphabet.size()];
  return text;
}

TEST_CASE("whatever is typed is one of the four, and nothing of a prompt is lost") {
  std::minstd_rand random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::string line = odd_text(random, "/filesave \\\"'~@\n\t\xC3", 24);
    CAPTURE(line);
    const auto result = parse_slash_line(line, "/home/me");
    if (!result) {
      CHECK(slash_word(line).end > 0);
      CHECK_FALSE(result.error().hint.empty());
    } else if (result->kind == Kind::prompt) {
      const std::size_t first = line.find_first_not_of(" \t\r\n");
      const bool has_lost_slash = result->text.size() + 1 == line.size();
      CHECK(result->text == (has_lost_slash ? std::string(line).erase(first, 1) : line));
    }
  }
}

TEST_CASE("every name that is typed for a person is read back as it is") {
  std::minstd_rand random(2);
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = "x" + odd_text(random, "ab \\\"'~$#*.\xC3\xA9", 10);
    for (const std::string open : {"", "\"", "'", "d/", "\"d/", "'d/", "~/"}) {
      const PathBeginning beginning = read_path_beginning(open, "/home/me");
      const std::string typed = open.substr(0, beginning.name_at) + name_to_type(name, false, beginning);
      CAPTURE(typed);
      CHECK(path_typed(typed, "/home/me").value_or("?") == beginning.folder + name);
    }
  }
}

TEST_CASE("the help has every command, its argument, its aliases, and fits a terminal") {
  const std::string help = slash_help();
  for (const SlashCommand& each : slash_commands()) {
    CHECK(help.contains("/" + std::string(each.word)));
    CHECK(help.contains(each.argument));
    CHECK(help.contains(each.help));
  }
  CHECK(help.contains("leave (/exit, /bye, /q)\n"));
  CHECK(help.contains("//WORD"));
  CHECK(help.ends_with("\n"));
  for (const std::string_view line : base::split(help, '\n')) {
    CAPTURE(line);
    CHECK(line.size() <= 79);
  }
}

}  // namespace
}  // namespace byok::cli
