// Tests of the case file reader: sections, words and expected requests.
#include "support/case_file.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace byok::test;
using Words = std::vector<std::string>;

namespace {

std::string error_of(std::string_view text) {
  const auto file = parse_case(text);
  return file ? "" : file.error();
}

}  // namespace

TEST_CASE("A case has a purpose and sections with arguments, texts and lines") {
  const auto file = parse_case("# It works.\n\n[file a b.txt]\none\n\n[command]\nbyok ask\n\n[stdout]\n");
  REQUIRE(file);
  CHECK(file->purpose == "It works.");
  REQUIRE(file->sections.size() == 3);
  CHECK(file->sections[0].name == "file");
  CHECK(file->sections[0].argument == "a b.txt");
  CHECK(file->sections[0].text == "one\n");
  CHECK(file->sections[0].line == 3);
  CHECK(file->sections[1].text == "byok ask\n");
  CHECK(file->find("stdout")->text == "");
  CHECK(file->find("stdin") == nullptr);
}

TEST_CASE("Sections of one name keep their order") {
  const auto file = parse_case("# X.\n[server]\na\n[command]\nbyok\n[server]\nb\n");
  REQUIRE(file);
  const auto servers = file->all("server");
  REQUIRE(servers.size() == 2);
  CHECK(servers[0]->text == "a\n");
  CHECK(servers[1]->text == "b\n");
}

TEST_CASE("One empty line before the next section is not part of the text, a second one is") {
  const auto text_of = [](std::string_view body) {
    const auto file = parse_case("# X.\n[stdin]\n" + std::string(body) + "[command]\nbyok\n");
    REQUIRE(file);
    return file->find("stdin")->text;
  };
  CHECK(text_of("") == "");
  CHECK(text_of("\n") == "");
  CHECK(text_of("\n\n") == "\n");
  CHECK(text_of("a\n") == "a\n");
  CHECK(text_of("a\n\n") == "a\n");
  CHECK(text_of("a\n\n\n") == "a\n\n");
  CHECK(text_of("a\n{{no-newline}}\n") == "a\n");
  CHECK(text_of("a{{no-newline}}\n\n") == "a");
}

TEST_CASE("A text may hold brackets that are no section, and escaped ones that look like one") {
  const auto file = parse_case("# X.\n[stdin]\n[1]\n[]\n[A b]\n\\[stdout]\n[x\n[command]\nbyok\n");
  REQUIRE(file);
  CHECK(file->find("stdin")->text == "[1]\n[]\n[A b]\n[stdout]\n[x\n");
}

TEST_CASE("A case that is wrong says where") {
  CHECK(error_of("") == "1: the first line is `# what it proves.`");
  CHECK(error_of("[command]\nbyok\n") == "1: the first line is `# what it proves.`");
  CHECK(error_of("# no stop\n[command]\nbyok\n") == "1: the first line is a sentence with a full stop");
  CHECK(error_of("# X.\n[stdot]\n").starts_with("2: there is no section [stdot]"));
  CHECK(error_of("# X.\nstray\n[command]\nbyok\n") == "2: text before the first section");
  CHECK(error_of("# X.\n[stdout]\n") == "1: there is no [command]");
  CHECK(error_of("# X.\n# more\n\n[command]\nbyok\n") == "");
}

TEST_CASE("Words are split and unquoted as a shell does it, and nothing is expanded") {
  struct Row {
    std::string_view text;
    Words words;
  };
  for (const Row& row : std::vector<Row>{{"", {}},
                                         {"byok ask hi\n", {"byok", "ask", "hi"}},
                                         {" a\t b \n c ", {"a", "b", "c"}},
                                         {"'a b' \"c d\"", {"a b", "c d"}},
                                         {"'' \"\"", {"", ""}},
                                         {"a'b'\"c\"d", {"abcd"}},
                                         {R"('a\b"c')", {R"(a\b"c)"}},
                                         {R"("a\"b\\c\d\$")", {R"(a"b\c\d$)"}},
                                         {R"(a\ b \'c)", {"a b", "'c"}},
                                         {"a \\\n b", {"a", "b"}},
                                         {"$HOME *.c ~", {"$HOME", "*.c", "~"}},
                                         {"'two\nlines'", {"two\nlines"}}}) {
    CAPTURE(row.text);
    const auto words = split_words(row.text);
    REQUIRE(words);
    CHECK(*words == row.words);
  }
  CHECK(split_words("'a").error() == "a ' that is not closed");
  CHECK(split_words("a \"b").error() == "a \" that is not closed");
  CHECK(split_words("a\\").error() == "a backslash at the end");
}

TEST_CASE("An expected request has a first line, headers, absent ones and a body over many lines") {
  const auto request =
      parse_request("POST /v1/x HTTP/1.1\nContent-Type:  application/json \nHost: a:1\n!Expect\nbody: {\n\"a\":1\n}\n");
  REQUIRE(request);
  CHECK(request->first_line == "POST /v1/x HTTP/1.1");
  REQUIRE(request->headers.size() == 2);
  CHECK(request->headers[0].second == "application/json");
  CHECK(request->headers[1].second == "a:1");
  CHECK(request->absent == Words{"Expect"});
  CHECK(request->body == "{\n\"a\":1\n}");
  CHECK_FALSE(request->body_has);

  CHECK(parse_request("GET / HTTP/1.1\nbody:\n")->body == "");
  CHECK(parse_request("GET / HTTP/1.1\nbody-has: {}\n")->body_has == "{}");
  CHECK_FALSE(parse_request("GET / HTTP/1.1\n")->body);
  CHECK(parse_request("GET / HTTP/1.1\njunk\n").error() == "'junk' is not a header");
}
