// Configuration files that are none: each ends in exit 3 and a message that names the file, and sends nothing.
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "integration/answers.hpp"
#include "integration/sandbox.hpp"
#include "support/case_checks.hpp"

using namespace byok::test;

namespace {

std::string junk(unsigned seed, std::size_t size) {
  std::mt19937 source(seed);
  std::string bytes;
  while (bytes.size() < size) bytes += static_cast<char>(source() & 0xFFU);
  return bytes;
}

std::string repeat(std::string_view text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

TEST_SUITE_BEGIN("output");

TEST_CASE("binary junk and traps as configuration are exit 3 with the file's name") {
  struct Row {
    std::string name, text;
  };
  const std::string good = "profiles: {p: {base_url: 'http://127.0.0.1:1/v1', model: m}}\n";
  std::vector<Row> rows{
      {"an ELF head", std::string("\x7f"
                                  "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0",
                                  18)},
      {"a PNG head", "\x89PNG\r\n\x1a\n"},
      {"gzip", "\x1f\x8b\x08\x00junk"},
      {"UTF-16", std::string("\xff\xfep\0r\0o\0f\0", 10)},
      {"NUL bytes", good + std::string(100, '\0')},
      {"invalid UTF-8", good + "# caf\xe9\n"},
      {"a list", "- a\n- b\n"},
      {"a word", "hello\n"},
      {"deep nesting", repeat("[", 5000)},
      {"deep maps", repeat("{a: ", 5000)},
      {"deep indentation", repeat("- ", 5000)},
      {"a cycle", "profiles: &a {p: *a}\n"},
      {"a list within itself", "profiles: {p: {base_url: &x [*x]}}\n"},
      {"two documents", good + "---\n" + good},
      {"a tab", "profiles:\n\tp: {}\n"},
      {"too large", repeat("# comment\n", 40'000)},
      {"many nodes", "x-many: [" + repeat("1,", 60'000) + "]\n" + good},
  };
  for (unsigned seed = 1; seed <= 8; ++seed) rows.push_back({"junk", junk(seed, 300UL * seed)});
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Sandbox sandbox;
    sandbox.write(sandbox.config_file(), row.text);
    const ProcessResult result = sandbox.run({"ask", "-p", "p", "hi", "--json"});
    CAPTURE(summary(result));
    CHECK(result.exit_code == 3);
    CHECK(result.err.contains("config.yaml"));
    CHECK(result.err.size() < 4000);
    CHECK(json_lacks(R"({"ok":false,"exit_code":3,"error":{"category":"config"}})", last_line(result.out)) == "");
  }
}

TEST_CASE("a configuration that is no regular file, or bombs, is refused") {
  const Sandbox sandbox;
  std::string bomb = "x-a: &a [1,1,1,1,1,1,1,1,1]\n";
  for (char c = 'b'; c <= 'i'; ++c) {
    const std::string before(1, static_cast<char>(c - 1));
    bomb += std::string("x-") + c + ": &" + c + " [" + repeat("*" + before + ",", 9) + "]\n";
  }
  sandbox.write(sandbox.work() / "bomb.yaml", bomb);
  for (const std::string path : {".", "/dev/zero", "missing.yaml", "bomb.yaml"}) {
    CAPTURE(path);
    const ProcessResult result = sandbox.run({"--config", path, "profiles", "list"});
    CAPTURE(summary(result));
    CHECK_FALSE(result.timed_out);
    CHECK(result.exit_code == 3);
    CHECK(result.out.contains("! " + path));
  }
}

TEST_SUITE_END();
