// Tests of the history's file: what lasts, what is bounded, and junk.
#include "terminal/history.hpp"

#include <sys/stat.h>

#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "unit/base/folder.hpp"

namespace byok::terminal {
namespace {

using base::Folder;
using base::get;
using base::put;

std::vector<std::string> entries_of(const std::filesystem::path& path) {
  const History history = History::load(path);
  return {history.entries().begin(), history.entries().end()};
}

TEST_CASE("entries last, with their lines and backslashes, in a file for the user alone") {
  const Folder folder;
  const auto path = folder / "state/byok/history";
  History history = History::load(path);
  CHECK(history.entries().empty());
  const std::vector<std::string> texts = {"one", "two\nlines\n", "C:\\new\\n \\", "漢字"};
  for (const std::string& text : texts) CHECK(history.add(text).has_value());
  CHECK(history.add("漢字").has_value());
  CHECK(history.add(" \n ").has_value());
  CHECK(entries_of(path) == texts);
  CHECK(get(path) == "one\ntwo\\nlines\\n\nC:\\\\new\\\\n \\\\\n漢字\n");
  CHECK(base::mode_of(path) == 0600);
  CHECK(base::mode_of(path.parent_path()) == 0700);
}

TEST_CASE("an entry that is not to be kept is there, and not in the file") {
  const Folder folder;
  const auto path = folder / "history";
  History history = History::load(path);
  CHECK(history.add("private", false).has_value());
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(history.add("public").has_value());
  CHECK(history.entries().size() == 2);
  CHECK(entries_of(path) == std::vector<std::string>{"public"});
}

TEST_CASE("junk and a torn last line are entries, and do not spoil what is added") {
  const Folder folder;
  const auto path = folder / "history";
  put(path, std::string("a\n\n\n\xFF\\x\n\0z\\\ntorn", 16));
  CHECK(entries_of(path) == std::vector<std::string>{"a", "\uFFFD\\x", std::string("\0z\\", 3), "torn"});
  History history = History::load(path);
  CHECK(history.add("new").has_value());
  CHECK(entries_of(path).back() == "new");
  CHECK(entries_of(path).size() == 5);
  CHECK(base::mode_of(path) == 0600);
}

TEST_CASE("the newest 10,000 entries are kept, and the file is cut to them now and then") {
  const Folder folder;
  const auto path = folder / "history";
  std::string lines;
  for (int i = 0; i < 10'500; ++i) lines += "entry " + std::to_string(i) + "\n";
  put(path, lines);
  History history = History::load(path);
  CHECK(history.entries().size() == History::kMostEntries);
  CHECK(history.entries().front() == "entry 500");
  CHECK(get(path) == lines);
  for (int i = 10'500; i < 11'001; ++i) CHECK(history.add("entry " + std::to_string(i)).has_value());
  CHECK(history.entries().size() == History::kMostEntries);
  CHECK(History::load(path).entries().front() == "entry 1001");
  CHECK(get(path).starts_with("entry 1001\n"));
}

TEST_CASE("a file that cannot be written is said, and the entry is there all the same") {
  const Folder folder;
  put(folder / "file", "");
  History history = History::load(folder / "file/history");
  const auto added = history.add("text");
  REQUIRE_FALSE(added.has_value());
  CHECK(added.error().kind == base::ErrorKind::output);
  CHECK(history.entries().back() == "text");
  CHECK(History::load(folder / ".").entries().empty());
}

TEST_CASE("an entry of more than a mebibyte and a history without a file stay in memory") {
  const Folder folder;
  const auto path = folder / "history";
  History history = History::load(path);
  CHECK(history.add(std::string(1024 * 1024 + 1, 'x')).has_value());
  CHECK(history.entries().size() == 1);
  CHECK_FALSE(std::filesystem::exists(path));
  History memory;
  CHECK(memory.add("x").has_value());
  CHECK(memory.entries().size() == 1);
}

}  // namespace
}  // namespace byok::terminal
