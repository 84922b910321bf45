// Splice: places for the change are tried in order of beauty; the parser decides whether one is right.
#include "config/splice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/yaml_text.hpp"

namespace byok::config {

namespace {

using base::Result;

constexpr std::size_t kStep = 2;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::unexpected<base::Error> refuse(std::string why) { return base::fail(base::ErrorKind::config, std::move(why)); }

// Order aside: `default_profile` may be put anywhere.
bool is_same(const Node& a, const Node& b) {
  if (a.type != b.type || a.text != b.text || a.members.size() != b.members.size()) return false;
  if (!std::ranges::equal(a.elements, b.elements, is_same)) return false;
  return std::ranges::all_of(a.members, [&b](const Node::Member& member) {
    const Node* other = b.find(member.key);
    return other != nullptr && is_same(member.value, *other);
  });
}

Node* find_in(Node& map, std::string_view key) {
  const auto found = std::ranges::find(map.members, key, &Node::Member::key);
  return found == map.members.end() ? nullptr : &found->value;
}

void put(Node& map, std::string_view key, Node value) {
  map.type = Node::Type::map;
  if (Node* old = find_in(map, key)) {
    *old = std::move(value);
  } else {
    map.members.push_back({.key = std::string(key), .mark = {}, .value = std::move(value)});
  }
}

void drop(Node& map, std::string_view key) {
  std::erase_if(map.members, [key](const Node::Member& member) { return member.key == key; });
}

Node scalar(std::string text) {
  Node node;
  node.type = Node::Type::scalar;
  node.text = std::move(text);
  return node;
}

// The tree that the change must lead to.
Node changed(Node root, const Change& change) {
  if (!change.add.empty()) {
    Node profiles;
    if (const Node* old = root.find("profiles")) profiles = *old;
    put(profiles, change.add, change.added);
    put(root, "profiles", std::move(profiles));
  }
  if (!change.remove.empty()) {
    Node& profiles = *find_in(root, "profiles");
    drop(profiles, change.remove);
    if (profiles.members.empty()) profiles = {};
  }
  if (change.default_profile) {
    if (change.default_profile->empty()) {
      drop(root, "default_profile");
      if (root.members.empty()) root = {};
    } else {
      put(root, "default_profile", scalar(*change.default_profile));
    }
  }
  return root;
}

struct Line {
  std::string_view text;  // without its end
  std::string_view end;   // "\n", "\r\n", or "" of a last line without one

  [[nodiscard]] std::size_t indent() const { return std::min(text.find_first_not_of(' '), text.size()); }
  [[nodiscard]] bool is_blank() const { return base::trim(text).empty(); }
  [[nodiscard]] bool is_comment() const { return base::trim(text).starts_with('#'); }
  // `---`, `...`: where a document begins or ends.
  [[nodiscard]] bool is_marker() const { return text.starts_with("---") || text.starts_with("..."); }
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    const std::size_t length = newline == std::string_view::npos ? text.size() : newline;
    const bool has_return = newline != std::string_view::npos && length > 0 && text[length - 1] == '\r';
    const std::size_t size = length - (has_return ? 1 : 0);
    lines.push_back({.text = text.substr(0, size), .end = text.substr(size, length - size + (length < text.size()))});
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return lines;
}

// What stands behind the key and its colon when the line holds `key:` at the mark; nothing when it does not.
std::optional<std::string_view> behind_key(const std::vector<Line>& lines, Mark mark, std::string_view key) {
  if (mark.line < 1 || static_cast<std::size_t>(mark.line) > lines.size()) return std::nullopt;
  std::string_view rest = lines[static_cast<std::size_t>(mark.line) - 1].text;
  if (mark.line == 1 && rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
  const auto column = static_cast<std::size_t>(mark.column) - 1;
  if (rest.find_first_not_of(' ') != column) return std::nullopt;
  rest.remove_prefix(column);
  for (const std::string& written : {std::string(key), fmt::format("\"{}\"", key), fmt::format("'{}'", key)}) {
    if (!rest.starts_with(written)) continue;
    const std::string_view after = rest.substr(written.size());
    const std::size_t colon = after.find_first_not_of(' ');
    if (colon != std::string_view::npos && after[colon] == ':') return after.substr(colon + 1);
  }
  return std::nullopt;
}

bool is_empty_or_comment(std::string_view rest) {
  const std::string_view bare = base::trim(rest);
  return bare.empty() || (bare.starts_with('#') && rest.front() != '#');
}

class Splicer {
 public:
  Splicer(std::string_view text, Document document, const Change& change)
      : text_(text), document_(std::move(document)), change_(change), lines_(lines_of(text)) {
    end_ = "\n";
    if (!lines_.empty() && !lines_.front().end.empty()) end_ = lines_.front().end;
  }

  Result<Spliced> run() {
    const Node expected = changed(document_.root, change_);
    std::vector<Edit> common;
    if (change_.default_profile) {
      BYOK_TRY(Edit edit, edit_default());
      common.push_back(std::move(edit));
    }
    std::vector<Edit> places;
    if (!change_.add.empty()) {
      BYOK_TRY(places, places_to_add());
    } else if (!change_.remove.empty()) {
      BYOK_TRY(Edit edit, edit_removing());
      places.push_back(std::move(edit));
    }
    for (std::size_t i = 0; i < std::max<std::size_t>(places.size(), 1); ++i) {
      std::vector<Edit> edits = common;
      if (i < places.size()) edits.push_back(places[i]);
      std::ranges::stable_sort(edits, {}, &Edit::line);
      std::string text = apply(edits);
      const Document result = parse_yaml(text, "");
      if (!result.problems.empty() || !is_same(result.root, expected)) continue;
      return Spliced{.text = std::move(text), .edits = std::move(edits)};
    }
    return refuse("no place was found where the change leaves everything else as it is");
  }

 private:
  [[nodiscard]] std::string apply(const std::vector<Edit>& edits) const {
    std::string out;
    std::size_t at = 0;
    const bool has_final = text_.empty() || text_.ends_with('\n');
    for (const Edit& edit : edits) {
      for (; at < edit.line; ++at) append(out, lines_[at].text, lines_[at].end);
      for (const std::string& line : edit.added) append(out, line, end_);
      at += edit.removed.size();
    }
    for (; at < lines_.size(); ++at) append(out, lines_[at].text, lines_[at].end);
    // A last line without an end gets one when something follows it, and then the new last line has none.
    if (!has_final && out.ends_with(end_)) out.resize(out.size() - end_.size());
    return out;
  }

  void append(std::string& out, std::string_view text, std::string_view end) const {
    if (!out.empty() && !out.ends_with('\n')) out.append(end_);
    out.append(text).append(end);
  }

  [[nodiscard]] std::vector<std::string> taken(std::size_t first, std::size_t last) const {
    std::vector<std::string> out;
    for (std::size_t i = first; i < last; ++i) out.emplace_back(lines_[i].text);
    return out;
  }

  // The members that are written where they are read: not those that a `<<` brought.
  [[nodiscard]] std::vector<const Node::Member*> own_members(const Node& map) const {
    std::vector<const Node::Member*> own;
    for (const Node::Member& member : map.members) {
      if (behind_key(lines_, member.mark, member.key)) own.push_back(&member);
    }
    std::ranges::stable_sort(own, {}, [](const Node::Member* member) { return member->mark.line; });
    return own;
  }

  [[nodiscard]] const Node::Member* root_member(std::string_view key) const {
    const auto& members = document_.root.members;
    const auto found = std::ranges::find(members, key, &Node::Member::key);
    return found == members.end() ? nullptr : &*found;
  }

  // `profiles:` alone on its line: nothing behind it that gives it another style, or a name that others use.
  [[nodiscard]] Result<const Node::Member*> open_profiles() const {
    const Node::Member* profiles = root_member("profiles");
    const auto rest = behind_key(lines_, profiles->mark, "profiles");
    if (!rest) return refuse("`profiles` is not written in block style, or comes from an alias");
    if (is_empty_or_comment(*rest)) return profiles;
    const char first = base::trim(*rest).front();
    if (first == '{' || first == '[') return refuse("`profiles` is written in flow style");
    if (first == '&' || first == '*' || first == '!') return refuse("`profiles` carries an anchor, an alias or a tag");
    return refuse("`profiles` has a value on its own line");
  }

  // The end of what belongs to the key in line `key_line`: behind its last line that is neither blank nor a comment,
  // and the comments directly there that are indented deeper than the key.
  struct Extent {
    std::size_t content;  // first line behind the content
    std::size_t limit;    // first line of what comes next, or the end
  };
  [[nodiscard]] Extent extent_of(std::size_t key_line, std::size_t indent, std::size_t comment_indent) const {
    std::size_t content = key_line + 1;
    std::size_t limit = key_line + 1;
    for (; limit < lines_.size(); ++limit) {
      const Line& line = lines_[limit];
      if (line.is_blank() || line.is_comment()) continue;
      if (line.indent() <= indent || line.is_marker()) break;
      content = limit + 1;
    }
    while (content < limit && lines_[content].is_comment() && lines_[content].indent() > comment_indent) ++content;
    return {.content = content, .limit = limit};
  }

  static std::size_t line_of(const Node::Member& member) { return static_cast<std::size_t>(member.mark.line) - 1; }
  static std::size_t indent_of(const Node::Member& member) { return static_cast<std::size_t>(member.mark.column) - 1; }

  // How much deeper a mapping's keys stand in this file.
  [[nodiscard]] std::size_t step_in(const Node::Member& member) const {
    for (const Node::Member* child : own_members(member.value)) {
      if (child->mark.line > member.mark.line && child->mark.column > member.mark.column) {
        return static_cast<std::size_t>(child->mark.column - member.mark.column);
      }
    }
    return 0;
  }

  Result<std::vector<Edit>> places_to_add() const {
    if (root_member("profiles") == nullptr) return places_for_new_list();
    BYOK_TRY(const Node::Member* profiles, open_profiles());
    if (profiles->value.find(change_.add) != nullptr)
      return refuse(fmt::format("there is a profile {} already", change_.add));
    const std::size_t root_indent = indent_of(*profiles);
    const auto own = own_members(profiles->value);
    const std::size_t indent = own.empty() ? root_indent + kStep : indent_of(*own.back());
    std::size_t step = 0;
    for (auto member = own.rbegin(); member != own.rend() && step == 0; ++member) step = step_in(**member);
    const std::vector<std::string> block = yaml_lines(change_.add, change_.added, indent, step == 0 ? kStep : step);
    const bool is_spaced = own.size() > 1 && has_blank_before(line_of(*own.back()));
    const Extent extent = extent_of(line_of(*profiles), root_indent, own.empty() ? root_indent : indent);
    // A blank line, or a line end, may be part of the text that ends a profile; above the first one nothing is.
    std::vector<std::string> spaced = block;
    spaced.insert(spaced.begin(), "");
    std::vector<Edit> places;
    for (const std::size_t line : {extent.content, extent.limit}) {
      if (is_spaced) places.push_back({.line = line, .removed = {}, .added = spaced});
      places.push_back({.line = line, .removed = {}, .added = block});
    }
    places.push_back({.line = line_of(*profiles) + 1, .removed = {}, .added = block});
    return places;
  }

  Result<std::vector<Edit>> places_for_new_list() const {
    const Node& root = document_.root;
    if (root.type != Node::Type::null && root.type != Node::Type::map) return refuse("the file is not a mapping");
    const auto own = own_members(root);
    if (!root.members.empty() && own.empty()) return refuse("the file is written in flow style");
    const std::size_t indent = own.empty() ? 0 : indent_of(*own.front());
    Node profiles;
    profiles.type = Node::Type::map;
    profiles.members.push_back({.key = change_.add, .mark = {}, .value = change_.added});
    std::vector<std::string> block = yaml_lines("profiles", profiles, indent, kStep);
    if (!lines_.empty() && !lines_.back().is_blank()) block.insert(block.begin(), "");
    return std::vector<Edit>{{.line = lines_.size(), .removed = {}, .added = std::move(block)}};
  }

  // Whether a blank line stands above the line, its own comments aside.
  [[nodiscard]] bool has_blank_before(std::size_t line) const {
    while (line > 0 && lines_[line - 1].is_comment()) --line;
    return line > 0 && lines_[line - 1].is_blank();
  }

  Result<Edit> edit_removing() const {
    BYOK_TRY(const Node::Member* profiles, open_profiles());
    const auto own = own_members(profiles->value);
    const auto found =
        std::ranges::find_if(own, [this](const Node::Member* each) { return each->key == change_.remove; });
    if (found == own.end()) return refuse(fmt::format("the profile {} comes from an alias", change_.remove));
    const std::size_t first = line_of(**found);
    std::size_t last = extent_of(first, indent_of(**found), indent_of(**found)).content;
    const bool is_after_gap = first > 0 && lines_[first - 1].is_blank();
    while (is_after_gap && last < lines_.size() && lines_[last].is_blank()) ++last;
    return Edit{.line = first, .removed = taken(first, last), .added = {}};
  }

  Result<Edit> edit_default() const {
    const Node::Member* old = root_member("default_profile");
    if (old == nullptr) return edit_new_default();
    const std::size_t line = line_of(*old);
    const auto rest = behind_key(lines_, old->mark, "default_profile");
    if (!rest) return refuse("`default_profile` is not written in block style");
    Edit edit{.line = line, .removed = taken(line, line + 1), .added = {}};
    if (change_.default_profile->empty()) return edit;
    const std::string_view text = lines_[line].text;
    const std::string_view head = text.substr(0, text.size() - rest->size());
    const std::size_t begin = std::min(rest->find_first_not_of(' '), rest->size());
    std::string_view tail = rest->substr(begin);
    if (!tail.starts_with('#')) {
      const char quote = tail.empty() ? ' ' : tail.front();
      const bool is_quoted = quote == '"' || quote == '\'';
      const std::size_t remark = tail.substr(0, tail.find(" #")).find_last_not_of(' ') + 1;
      const std::size_t close = is_quoted ? tail.find(quote, 1) : tail.contains(" #") ? remark : tail.npos;
      if (is_quoted && close == std::string_view::npos) return refuse("`default_profile` goes over several lines");
      tail = close == std::string_view::npos ? std::string_view{} : tail.substr(close + (is_quoted ? 1 : 0));
    } else {
      tail = rest->substr(begin > 0 ? begin - 1 : 0);
    }
    edit.added.push_back(fmt::format("{} {}{}", head, yaml_scalar(*change_.default_profile), tail));
    return edit;
  }

  // Above the first key and the comment that belongs to it, but below one that begins the file.
  Result<Edit> edit_new_default() const {
    const auto own = own_members(document_.root);
    if (!document_.root.members.empty() && own.empty()) return refuse("the file is written in flow style");
    std::size_t line = own.empty() ? lines_.size() : line_of(*own.front());
    const std::size_t key_line = line;
    while (!own.empty() && line > 0 && lines_[line - 1].is_comment()) --line;
    if (line == 0) line = key_line;
    const std::size_t indent = own.empty() ? 0 : indent_of(*own.front());
    return Edit{.line = line,
                .removed = {},
                .added = {fmt::format("{:{}}default_profile: {}", "", indent, yaml_scalar(*change_.default_profile))}};
  }

  std::string_view text_;
  Document document_;
  const Change& change_;
  std::vector<Line> lines_;
  std::string_view end_;  // of new lines
};

}  // namespace

Result<Spliced> splice(std::string_view text, const Change& change) {
  Document document = parse_yaml(text, "");
  if (!document.problems.empty()) {
    return refuse(fmt::format("the file is no sound YAML as it is: {} (line{})", document.problems.front().summary,
                              document.problems.front().where));
  }
  const bool is_there = !change.remove.empty() && document.root.find("profiles") != nullptr &&
                        document.root.find("profiles")->find(change.remove) != nullptr;
  if (!change.remove.empty() && !is_there)
    return refuse(fmt::format("there is no profile {} in the file", change.remove));
  return Splicer(text, std::move(document), change).run();
}

std::string profile_block(const Change& change) {
  std::string out;
  for (const std::string& line : yaml_lines(change.add, change.added, kStep, kStep)) out += line + "\n";
  return "profiles:\n" + out;
}

}  // namespace byok::config
