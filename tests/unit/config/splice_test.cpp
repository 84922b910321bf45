// Tests of the splice: the change is made, and every other line is what it was, to the byte.
#include "config/splice.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "config/values.hpp"

using namespace byok;
using namespace byok::config;

namespace {

Node mapping(std::vector<std::pair<std::string, std::string>> entries) {
  Node node;
  node.type = Node::Type::map;
  for (auto& [key, value] : entries) node.members.push_back({.key = key, .mark = {}, .value = plain_node(value)});
  return node;
}

Change adding(std::string name = "new") {
  Change change;
  change.add = std::move(name);
  change.added = mapping({{"base_url", "http://localhost:1/v1"}, {"model", "m"}});
  return change;
}
Change removing(std::string name) {
  Change change;
  change.remove = std::move(name);
  return change;
}
Change defaulting(std::string name) {
  Change change;
  change.default_profile = std::move(name);
  return change;
}

// The new text, or "refused: why".
std::string spliced(std::string_view text, const Change& change) {
  const auto result = splice(text, change);
  if (!result) {
    CHECK(result.error().kind == base::ErrorKind::config);
    return "refused: " + result.error().message;
  }
  return result->text;
}

// Written apart from the splice's own comparison: a tree as one text, keys in order of the alphabet.
std::string canonical(const Node& node) {
  switch (node.type) {
    case Node::Type::null:
      return "~";
    case Node::Type::scalar:
      return base::json_quote(node.text);
    case Node::Type::sequence: {
      std::string out = "[";
      for (const Node& element : node.elements) out += canonical(element) + ",";
      return out + "]";
    }
    case Node::Type::map: {
      std::vector<std::string> parts;
      for (const Node::Member& member : node.members) {
        parts.push_back(base::json_quote(member.key) + ":" + canonical(member.value));
      }
      std::ranges::sort(parts);
      return "{" + base::join(parts, ",") + "}";
    }
  }
  return "";
}
std::string canonical(std::string_view text) {
  const Document document = parse_yaml(text, "f");
  return document.problems.empty() ? canonical(document.root) : "unsound: " + document.problems[0].summary;
}

// Whether the lines of `part` stand in `whole` in their order, with their ends. Only a last line without an end may
// have got one.
bool keeps_lines(std::string_view part, std::string_view whole) {
  const auto lines_of = [](std::string_view text) {
    std::vector<std::string> lines;
    for (const std::string_view line : base::split(text, '\n')) lines.emplace_back(line);
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    return lines;
  };
  const std::vector<std::string> all = lines_of(whole);
  auto at = all.begin();
  for (const std::string& line : lines_of(part)) {
    at = std::find_if(at, all.end(), [&line](const std::string& each) { return each == line || each == line + "\r"; });
    if (at == all.end()) return false;
    ++at;
  }
  return true;
}

}  // namespace

TEST_CASE("A profile is added where none are, and behind those that are") {
  const std::string block = "  new:\n    base_url: http://localhost:1/v1\n    model: m\n";
  CHECK(spliced("", adding()) == "profiles:\n" + block);
  CHECK(spliced("# mine\n", adding()) == "# mine\n\nprofiles:\n" + block);
  CHECK(spliced("profiles:\n", adding()) == "profiles:\n" + block);
  CHECK(spliced("profiles: # none yet\n", adding()) == "profiles: # none yet\n" + block);
  CHECK(spliced("defaults:\n  retries: 2\n", adding()) == "defaults:\n  retries: 2\n\nprofiles:\n" + block);
  CHECK(spliced("profiles:\n  a:\n    model: x\n", adding()) == "profiles:\n  a:\n    model: x\n" + block);
  CHECK(spliced("profiles:\n  a:\n    model: x\n\ndefaults:\n  retries: 2\n", adding()) ==
        "profiles:\n  a:\n    model: x\n" + block + "\ndefaults:\n  retries: 2\n");
}

TEST_CASE("Indentation, line ends, gaps and a missing last newline are taken from the file") {
  CHECK(spliced("profiles:\n    a:\n        model: x\n", adding()) ==
        "profiles:\n    a:\n        model: x\n    new:\n        base_url: http://localhost:1/v1\n        model: m\n");
  CHECK(spliced("profiles:\r\n  a:\r\n    model: x\r\n", adding()) ==
        "profiles:\r\n  a:\r\n    model: x\r\n  new:\r\n    base_url: http://localhost:1/v1\r\n    model: m\r\n");
  CHECK(spliced("profiles:\n  a:\n    model: x", adding()) ==
        "profiles:\n  a:\n    model: x\n  new:\n    base_url: http://localhost:1/v1\n    model: m");
  CHECK(
      spliced("profiles:\n  a:\n    model: x\n\n  b:\n    model: y\n", adding()) ==
      "profiles:\n  a:\n    model: x\n\n  b:\n    model: y\n\n  new:\n    base_url: http://localhost:1/v1\n    model: "
      "m\n");
  CHECK(spliced("\xEF\xBB\xBFprofiles:\n  a: {model: x}\n", adding()) ==
        "\xEF\xBB\xBFprofiles:\n  a: {model: x}\n  new:\n    base_url: http://localhost:1/v1\n    model: m\n");
}

TEST_CASE("Comments stay with what they belong to") {
  CHECK(
      spliced("profiles:\n  a:\n    model: x # deployment\n    # temperature: 0\n\n# end\n", adding()) ==
      "profiles:\n  a:\n    model: x # deployment\n    # temperature: 0\n  new:\n    base_url: http://localhost:1/v1\n"
      "    model: m\n\n# end\n");
  const std::string text = "profiles:\n  a:\n    system: |+\n      one\n\n      # two\n\n";
  CHECK(spliced(text, adding()) == text + "  new:\n    base_url: http://localhost:1/v1\n    model: m\n");
}

TEST_CASE("A text at the end that a line more would change is left at the end") {
  // The blank line that comes with the profile takes the place of the one that was there.
  const std::string kept = "profiles:\n  a:\n    model: x\n\n  b:\n    system: |+\n      one\n";
  CHECK(spliced(kept + "\n", adding()) == kept + "\n  new:\n    base_url: http://localhost:1/v1\n    model: m\n\n");
  const std::string cut = "profiles:\n  a:\n    model: x\n    system: |\n      one";
  CHECK(spliced(cut, adding()) == cut + "\n  new:\n    base_url: http://localhost:1/v1\n    model: m");
}

TEST_CASE("What cannot be edited safely is refused") {
  CHECK(spliced("profiles: {a: {model: x}}\n", adding()) == "refused: `profiles` is written in flow style");
  CHECK(spliced("{profiles: {a: {model: x}}}\n", adding()).starts_with("refused: "));
  CHECK(spliced("{defaults: {retries: 2}}\n", adding()) == "refused: the file is written in flow style");
  CHECK(spliced("profiles: &all\n  a:\n    model: x\n", adding()) ==
        "refused: `profiles` carries an anchor, an alias or a tag");
  CHECK(spliced("x-p: &p\n  a: {model: x}\nprofiles: *p\n", adding()) ==
        "refused: `profiles` carries an anchor, an alias or a tag");
  CHECK(spliced("profiles: ~\n", adding()) == "refused: `profiles` has a value on its own line");
  CHECK(spliced("profiles:\n  a: [\n", adding()).starts_with("refused: the file is no sound YAML as it is"));
  CHECK(spliced("profiles:\n  new:\n    model: x\n", adding()) == "refused: there is a profile new already");
  CHECK(spliced("- a\n", adding()) == "refused: the file is not a mapping");
  CHECK(spliced("profiles:\n  a:\n    model: x\n...\n", adding()).starts_with("profiles:\n  a:\n    model: x\n  new:"));
}

TEST_CASE("Anchors elsewhere are no hindrance") {
  const std::string text = "x-base: &base\n  retries: 2\nprofiles:\n  a:\n    <<: *base\n    model: x\n";
  CHECK(spliced(text, adding()) == text + "  new:\n    base_url: http://localhost:1/v1\n    model: m\n");
}

TEST_CASE("The default is set, changed and dropped in its line") {
  const std::string profiles = "profiles:\n  a:\n    model: x\n";
  CHECK(spliced(profiles, defaulting("a")) == "default_profile: a\n" + profiles);
  CHECK(spliced("# head\n\n# mine\n" + profiles, defaulting("a")) ==
        "# head\n\ndefault_profile: a\n# mine\n" + profiles);
  CHECK(spliced("# head\n" + profiles, defaulting("a")) == "# head\ndefault_profile: a\n" + profiles);
  CHECK(spliced("---\n" + profiles, defaulting("a")) == "---\ndefault_profile: a\n" + profiles);
  CHECK(spliced("default_profile: b   # why\n" + profiles, defaulting("a")) ==
        "default_profile: a   # why\n" + profiles);
  CHECK(spliced("default_profile: 'b' # why\n" + profiles, defaulting("a")) == "default_profile: a # why\n" + profiles);
  CHECK(spliced("default_profile: # why\n" + profiles, defaulting("a")) == "default_profile: a # why\n" + profiles);
  CHECK(spliced("default_profile:\n" + profiles, defaulting("no")) == "default_profile: \"no\"\n" + profiles);
  CHECK(spliced("default_profile: b\n" + profiles, defaulting("")) == profiles);
  CHECK(spliced("", defaulting("demo")) == "default_profile: demo\n");
  Change both = adding();
  both.default_profile = "new";
  CHECK(spliced(profiles, both) ==
        "default_profile: new\n" + profiles + "  new:\n    base_url: http://localhost:1/v1\n    model: m\n");
}

TEST_CASE("A profile is removed with its lines, and nothing else") {
  CHECK(spliced("profiles:\n  # first\n  a:\n    model: x\n    # old\n  b:\n    model: y\n", removing("a")) ==
        "profiles:\n  # first\n  b:\n    model: y\n");
  CHECK(spliced("profiles:\n  a:\n    model: x\n\n  b:\n    model: y\n\ndefaults:\n  retries: 1\n", removing("b")) ==
        "profiles:\n  a:\n    model: x\n\ndefaults:\n  retries: 1\n");
  CHECK(spliced("profiles:\n  a: {model: x}\n  b: {model: y}\n", removing("b")) == "profiles:\n  a: {model: x}\n");
  CHECK(spliced("profiles:\n  a:\n    model: x\n", removing("a")) == "profiles:\n");
  CHECK(spliced("profiles:\n  a:\n    model: x", removing("a")) == "profiles:");
  Change both = removing("a");
  both.default_profile = "";
  CHECK(spliced("default_profile: a\nprofiles:\n  a:\n    model: x\n  b:\n    model: y\n", both) ==
        "profiles:\n  b:\n    model: y\n");
  CHECK(spliced("profiles:\n  a:\n    model: x\n", removing("c")) == "refused: there is no profile c in the file");
  CHECK(spliced("profiles: {a: {model: x}}\n", removing("a")) == "refused: `profiles` is written in flow style");
  // Others name what would go.
  CHECK(spliced("profiles:\n  a: &a\n    model: x\n  b: *a\n", removing("a")).starts_with("refused: "));
}

TEST_CASE("The edits say what is taken away and what is put there") {
  Change change = removing("a");
  change.default_profile = "b";
  const auto result = splice("default_profile: a\nprofiles:\n  a:\n    model: x\n  b:\n    model: y\n", change);
  REQUIRE(result);
  REQUIRE(result->edits.size() == 2);
  CHECK(result->edits[0].line == 0);
  CHECK(result->edits[0].removed == std::vector<std::string>{"default_profile: a"});
  CHECK(result->edits[0].added == std::vector<std::string>{"default_profile: b"});
  CHECK(result->edits[1].line == 2);
  CHECK(result->edits[1].removed == std::vector<std::string>{"  a:", "    model: x"});
  CHECK(result->edits[1].added.empty());
}

TEST_CASE("The block to paste reads as the profile") {
  Change change = adding("no");
  const Document document = parse_yaml(profile_block(change), "f");
  REQUIRE(document.problems.empty());
  const Node* profiles = document.root.find("profiles");
  REQUIRE(profiles != nullptr);
  REQUIRE(profiles->find("no") != nullptr);
  CHECK(canonical(*profiles->find("no")) == canonical(change.added));
}

namespace {

// Files as people write them: every run of the generator is another one, the same for the same seed.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  std::string file() {
    end_ = one_in(4) ? "\r\n" : "\n";
    const std::size_t indent = one_in(3) ? 4 : 2;
    std::vector<std::string> parts;
    if (one_in(2)) parts.push_back(line("default_profile: p0" + remark()));
    if (one_in(3)) parts.push_back(line("x-base: &base") + line(std::string(indent, ' ') + "retries: 3"));
    if (one_in(2)) parts.push_back(line("defaults:" + remark()) + line(std::string(indent, ' ') + "retries: 1"));
    const bool has_base = !parts.empty() && std::ranges::any_of(parts, [](const std::string& part) {
      return part.starts_with("x-base");
    });
    if (!one_in(8)) parts.push_back(profiles(indent, has_base));
    if (one_in(2) && !has_base) std::ranges::shuffle(parts, random_);
    std::string text = one_in(3) ? line("# my configuration") : "";
    if (one_in(6)) text += line("---");
    for (const std::string& part : parts) text += part + gap();
    if (one_in(5) && text.ends_with(end_)) text.resize(text.size() - end_.size());
    return text;
  }

  bool one_in(unsigned n) { return random_() % n == 0; }

 private:
  std::string line(std::string_view text) { return std::string(text) + end_; }
  std::string gap() { return one_in(3) ? line(one_in(2) ? "" : "# between") : ""; }
  std::string remark() { return one_in(4) ? " # why: this" : ""; }

  std::string profiles(std::size_t indent, bool has_base) {
    std::string text = line("profiles:" + remark());
    const unsigned count = static_cast<unsigned>(random_() % 5);
    const std::string pad(indent, ' ');
    for (unsigned i = 0; i < count; ++i) {
      if (one_in(4)) text += line("");
      if (one_in(3)) text += line(pad + "# about " + std::to_string(i));
      const std::string name = one_in(5) ? fmt::format("\"p{}\"", i) : fmt::format("p{}", i);
      if (one_in(6)) {
        text += line(pad + name + ": {model: x, base_url: \"http://localhost:1/v1\"}");
        continue;
      }
      text += line(pad + name + ":" + remark());
      if (has_base && one_in(2)) text += line(pad + pad + "<<: *base");
      for (unsigned key = 0; key <= random_() % 5; ++key) text += value(pad + pad, key);
    }
    return text;
  }

  std::string value(const std::string& pad, unsigned number) {
    const std::string key = fmt::format("x-{}", number);
    switch (random_() % 10) {
      case 0:
        return line(pad + key + ": |") + line(pad + "  # not a comment") + line("") + line(pad + "  b: c");
      case 1:
        return line(pad + key + ": >-") + line(pad + "    folded") + line(pad + "    text");
      case 2:
        return line(pad + key + ": |+") + line(pad + "  kept") + line("") + line("");
      case 3:
        return line(pad + key + ": [a, \"b: c\",") + line(pad + "    d]");
      case 4:
        return line(pad + key + ": \"two") + line(pad + "  lines # here\"");
      case 5:
        return line(pad + key + ":") + line(pad + "- a") + line(pad + "- b: 1");
      case 6:
        return line(pad + key + ":") + line(pad + "  deep: 1" + remark()) + line(pad + "  # deeper: 2");
      case 7:
        return line(pad + key + ":");
      case 8:
        return line(pad + key + ": plain") + line(pad + "  goes on");
      default:
        return line(pad + key + ": ${env:A}" + remark()) + (one_in(3) ? line(pad + "# y: 1") : "");
    }
  }

  std::mt19937 random_;
  std::string end_;
};

}  // namespace

TEST_CASE("For files of all kinds: what is added is added, and all else is as it was") {
  int done = 0;
  int refused = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    Writer writer(seed);
    const std::string text = writer.file();
    const Document before = parse_yaml(text, "f");
    if (!before.problems.empty()) continue;
    Change change = adding();
    if (writer.one_in(3)) change.default_profile = "new";
    CAPTURE(seed);
    CAPTURE(text);
    const auto result = splice(text, change);
    if (!result) {
      ++refused;
      continue;
    }
    ++done;
    Node expected = before.root;
    expected.type = Node::Type::map;
    if (expected.find("profiles") == nullptr) expected.members.push_back({.key = "profiles", .mark = {}, .value = {}});
    for (Node::Member& member : expected.members) {
      if (member.key != "profiles") continue;
      member.value.type = Node::Type::map;
      member.value.members.push_back({.key = "new", .mark = {}, .value = change.added});
    }
    if (change.default_profile) {
      std::erase_if(expected.members, [](const Node::Member& member) { return member.key == "default_profile"; });
      expected.members.push_back({.key = "default_profile", .mark = {}, .value = plain_node("new")});
    }
    REQUIRE(canonical(result->text) == canonical(expected));
    // A changed default is the one line that goes.
    std::string kept = text;
    if (change.default_profile && before.root.find("default_profile") != nullptr) {
      const std::size_t at = kept.starts_with("default_profile") ? 0 : kept.find("\ndefault_profile") + 1;
      kept.erase(at, kept.contains('\n') ? kept.find('\n', at) - at + 1 : kept.size());
    }
    REQUIRE(keeps_lines(kept, result->text));
    REQUIRE(result->text.ends_with('\n') == (text.empty() || text.ends_with('\n')));
    if (text.contains("\r\n")) REQUIRE(base::replace_all(result->text, "\r\n", "").find('\n') == std::string::npos);
  }
  CHECK(done > 2000);
  CHECK(refused * 50 < done);
}

TEST_CASE("For files of all kinds: what is removed is gone, and all else is as it was") {
  int done = 0;
  int refused = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    Writer writer(seed);
    const std::string text = writer.file();
    const Document before = parse_yaml(text, "f");
    const Node* profiles = before.root.find("profiles");
    if (!before.problems.empty() || profiles == nullptr || profiles->members.empty()) continue;
    const std::string name = profiles->members[seed % profiles->members.size()].key;
    CAPTURE(seed);
    CAPTURE(text);
    const auto result = splice(text, removing(name));
    if (!result) {
      ++refused;
      continue;
    }
    ++done;
    Node expected = before.root;
    for (Node::Member& member : expected.members) {
      if (member.key != "profiles") continue;
      std::erase_if(member.value.members, [&name](const Node::Member& each) { return each.key == name; });
      if (member.value.members.empty()) member.value = {};
    }
    REQUIRE(canonical(result->text) == canonical(expected));
    REQUIRE(keeps_lines(result->text, text));
  }
  CHECK(done > 1500);
  CHECK(refused * 50 < done);
}

TEST_CASE("Adding and removing again gives the file as it was") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    Writer writer(seed);
    const std::string text = writer.file();
    const Document before = parse_yaml(text, "f");
    const Node* profiles = before.root.find("profiles");
    if (!before.problems.empty() || profiles == nullptr || profiles->members.empty()) continue;
    const auto added = splice(text, adding());
    if (!added) continue;
    const auto removed = splice(added->text, removing("new"));
    CAPTURE(text);
    REQUIRE(removed);
    REQUIRE(canonical(removed->text) == canonical(text));
  }
}

TEST_CASE("Junk is refused and nothing else happens") {
  constexpr std::string_view kBytes = "profiles:a {}[]&*!|>#'\"-\n\r  \t~%@x\xC3\xA9\x01";
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (std::size_t length = random() % 60; length > 0; --length) text += kBytes[random() % kBytes.size()];
    const auto result = splice(text, adding());
    if (!result) continue;
    CAPTURE(text);
    CHECK(keeps_lines(text, result->text));
    CHECK_FALSE(canonical(result->text).starts_with("unsound"));
  }
}
