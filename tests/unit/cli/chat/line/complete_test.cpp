// Tests of what Tab offers: commands, names by kind, and paths that are read back as they were meant.
#include "cli/chat/line/complete.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cli/chat/line/slash.hpp"
#include "cli/chat/line/typed_path.hpp"
#include "unit/cli/chat/fixture.hpp"

namespace byok::cli {
namespace {

using Words = std::vector<std::string>;

SlashNames names() {
  return {.models = [] { return Words{"gpt-5", "gpt-4o", "Claude"}; },
          .profiles = [] { return Words{"work", "home"}; },
          .sessions = [] { return Words{"b2-two", "a1-one"}; }};
}

terminal::Completion at_end(const terminal::Completer& complete, std::string_view text) {
  return complete(text, text.size());
}

Words offered(std::string_view text) { return at_end(slash_completer(names()), text).candidates; }

// The texts that typing one of the candidates leads to.
Words completed(const terminal::Completer& complete, const std::string& text) {
  const terminal::Completion completion = at_end(complete, text);
  Words all;
  for (const std::string& each : completion.candidates) all.push_back(text.substr(0, completion.begin) + each);
  return all;
}

TEST_CASE("a slash offers the commands, and its letters fewer of them") {
  CHECK(offered("/").size() == slash_commands().size());
  CHECK(offered("/sa") == Words{"/save"});
  CHECK(offered("/SE") == Words{"/sessions"});
  CHECK(offered("/s") == Words{"/system", "/save", "/sessions"});
  CHECK(offered("/q") == Words{"/quit"});
  CHECK(offered("/b") == Words{"/bye"});
  CHECK(offered("/xyz").empty());
  CHECK(at_end(slash_completer(names()), "  /sa").begin == 2);
}

TEST_CASE("nothing is offered in a prompt, nor in its further lines") {
  for (const std::string_view text : {"", "hello", "hello /sa", "/usr/bin /sa", "//sa", "/model x\n", "a\n/sa"}) {
    CAPTURE(text);
    CHECK(offered(text).empty());
  }
}

TEST_CASE("the cursor, not the end of the text, says what is completed") {
  const terminal::Completion completion = slash_completer(names())("/sa and more", 3);
  CHECK(completion.begin == 0);
  CHECK(completion.candidates == Words{"/save"});
}

TEST_CASE("an argument is completed by its kind") {
  CHECK(offered("/model ") == Words{"Claude", "gpt-4o", "gpt-5"});
  CHECK(offered("/model gpt") == Words{"gpt-4o", "gpt-5"});
  CHECK(offered("/model cl") == Words{"Claude"});
  CHECK(at_end(slash_completer(names()), "/model  gpt").begin == 8);
  CHECK(offered("/profile w") == Words{"work"});
  CHECK(offered("/load a") == Words{"a1-one"});
  CHECK(offered("/system ").empty());
  CHECK(offered("/help ").empty());
  CHECK(offered("/nothing ").empty());
  CHECK(at_end(slash_completer({}), "/model ").candidates.empty());
}

TEST_CASE("paths: folders end with a slash, hidden files come after a dot") {
  const test::TestFolder folder;
  for (const char* each : {"notes.txt", "notes.md", "src/main.cpp", ".hidden", "a\nb", "\xFF", "b\x1b[2J"}) {
    folder.write(each, "");
  }
  SlashNames names{.directory = folder.path(), .home = folder.path().string()};
  const auto complete = slash_completer(names);
  CHECK(at_end(complete, "/file ").candidates == Words{"notes.md", "notes.txt", "src/"});
  CHECK(completed(complete, "/file src/") == Words{"/file src/main.cpp"});
  CHECK(completed(complete, "/attach .") == Words{"/attach .hidden"});
  CHECK(completed(complete, "/save ~/no") == Words{"/save ~/notes.md", "/save ~/notes.txt"});
  CHECK(completed(complete, "/save ~") == Words{"/save ~/"});
  CHECK(completed(complete, "/file " + folder.path().string() + "/s") ==
        Words{"/file " + folder.path().string() + "/src/"});
  CHECK(completed(complete, "/system @~/notes.m") == Words{"/system @~/notes.md"});
  CHECK(completed(complete, "/system @src/m") == Words{"/system @src/main.cpp"});
  CHECK(at_end(complete, "/system notes").candidates.empty());
  CHECK(at_end(complete, "/file nowhere/").candidates.empty());
  CHECK(at_end(complete, "/attach https://example.com/").candidates.empty());
}

TEST_CASE("a completed path is read back as the file that it names, however it was begun") {
  const test::TestFolder folder;
  const Words files = {"my notes.txt", "it's.txt", "a\"b.txt", "back\\slash", "~tilde", "$x", "漢字 é.txt", "#a", "-x"};
  for (const std::string& each : files) folder.write(each, "");
  folder.write("my folder/it's \"one\".txt", "");
  const auto complete = slash_completer({.directory = folder.path(), .home = "/home/me"});
  for (const std::string open : {"", "\"", "'"}) {
    CAPTURE(open);
    std::size_t found = 0;
    for (const std::string& each : completed(complete, "/file " + open)) {
      CAPTURE(each);
      if (each.ends_with('/')) continue;
      const auto line = parse_slash_line(each, "/home/me");
      REQUIRE(line.has_value());
      CHECK(std::filesystem::exists(folder.path() / line->text));
      ++found;
    }
    CHECK(found == files.size());
  }
  for (const std::string begun : {"my\\ folder/", "\"my folder/", "'my folder/", "my folder/", "\"my folder\"/",
                                  "my\\ folder/it\\'s\\ ", "\"my folder/it's \\\"", "my\\ folder/\"it"}) {
    CAPTURE(begun);
    const Words all = completed(complete, "/file " + begun);
    REQUIRE(all.size() == 1);
    CHECK(parse_slash_line(all.front())->text == "my folder/it's \"one\".txt");
  }
  for (const std::string begun : {"\"my\" fol", "'my folder/it'\\''", "\"my folder/it\"'s"}) {
    CHECK(at_end(complete, "/file " + begun).candidates.empty());
  }
}

TEST_CASE("a folder of very many files is offered whole, so that they begin alike only as far as all of them do") {
  const test::TestFolder folder;
  for (int i = 0; i < 1'200; ++i) folder.write("f" + std::to_string(i), "");
  const auto complete = slash_completer({.sessions =
                                             [] {
                                               Words ids;
                                               for (int i = 0; i < 1'500; ++i) ids.push_back("s" + std::to_string(i));
                                               return ids;
                                             },
                                         .directory = folder.path()});
  CHECK(at_end(complete, "/load s").candidates.size() == 1'500);
  CHECK(at_end(complete, "/file f").candidates.size() == 1'200);
}

}  // namespace
}  // namespace byok::cli
