// Document: reads YAML through yaml-cpp's events, so that every limit holds while the text is read.
#include "config/document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>

#include "base/text.hpp"

namespace byok::config {

namespace {

constexpr std::size_t kMaxBytes = std::size_t{256} * 1024;
constexpr std::size_t kMaxNodes = 10'000;
constexpr std::size_t kMaxDepth = 64;

// Ends the reading from within yaml-cpp's callbacks; caught in parse_yaml.
struct Stop {
  Mark mark;
  std::string code, summary, remedy;
};

// yaml-cpp counts from 0, and says -1 where it knows nothing.
Mark mark_of(const YAML::Mark& mark) {
  return mark.line < 0 ? Mark{} : Mark{.line = mark.line + 1, .column = mark.column + 1};
}

core::Diagnosis diagnosis(std::string_view name, Mark mark, std::string code, std::string summary, std::string remedy) {
  core::Diagnosis out;
  out.code = std::move(code);
  out.summary = std::move(summary);
  out.remedy = std::move(remedy);
  out.where = mark.line > 0 ? fmt::format("{}:{}:{}", name, mark.line, mark.column) : std::string(name);
  return out;
}

struct Extent {
  std::size_t nodes = 0;
  std::size_t depth = 0;
};

Extent extent_of(const Node& node) {
  Extent all{.nodes = 1, .depth = 1};
  const auto add = [&all](const Node& child) {
    const Extent part = extent_of(child);
    all.nodes += part.nodes;
    all.depth = std::max(all.depth, part.depth + 1);
  };
  for (const Node::Member& member : node.members) add(member.value);
  for (const Node& element : node.elements) add(element);
  return all;
}

class Builder final : public YAML::EventHandler {
 public:
  Builder(Document& document, std::string_view name) : document_(document), name_(name) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) {
      throw Stop{mark_of(mark), "yaml-documents", "a second YAML document begins here",
                 "keep one document in the file: remove the `---` line"};
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(leaf(mark, Node::Type::null, {}), anchor); }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node = leaf(mark, Node::Type::scalar, value);
    node.is_quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    add(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      throw Stop{mark_of(mark), "yaml-alias-cycle", "an alias (`*`) stands inside the value that it names",
                 "write the value out instead of the alias"};
    }
    const Extent extent = extent_of(found->second);
    count(extent.nodes, mark);
    check_depth(stack_.size() + extent.depth, mark);
    add(found->second, YAML::NullAnchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, Node::Type::sequence, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, Node::Type::map, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    bool has_key = false;
    bool is_merge = false;
    std::string key;
    Mark key_mark;
    std::unordered_map<std::string, Mark> seen;
    std::vector<Node> merged;  // what `<<` names, in order
  };

  Node leaf(const YAML::Mark& mark, Node::Type type, std::string text) {
    count(1, mark);
    Node node;
    node.type = type;
    node.text = std::move(text);
    node.mark = mark_of(mark);
    return node;
  }

  void open(const YAML::Mark& mark, Node::Type type, YAML::anchor_t anchor) {
    if (wants_key()) throw complex_key(mark_of(mark));
    count(1, mark);
    check_depth(stack_.size() + 1, mark);
    Frame frame;
    frame.node.type = type;
    frame.node.mark = mark_of(mark);
    frame.anchor = anchor;
    stack_.push_back(std::move(frame));
  }

  void close() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    merge(frame);
    add(std::move(frame.node), frame.anchor);
  }

  void add(Node node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    if (stack_.empty()) {
      document_.root = std::move(node);
      return;
    }
    Frame& frame = stack_.back();
    if (frame.node.type == Node::Type::sequence) {
      frame.node.elements.push_back(std::move(node));
    } else if (!frame.has_key) {
      set_key(frame, node);
    } else {
      set_value(frame, std::move(node));
    }
  }

  void set_key(Frame& frame, const Node& node) {
    if (node.type == Node::Type::null) {
      throw Stop{node.mark, "yaml-key", "a key is empty or the word null", "name the key, or put it in quotes"};
    }
    if (node.type != Node::Type::scalar) throw complex_key(node.mark);
    frame.has_key = true;
    frame.key = node.text;
    frame.key_mark = node.mark;
    frame.is_merge = node.text == "<<" && !node.is_quoted;
  }

  void set_value(Frame& frame, Node node) {
    frame.has_key = false;
    // yaml-cpp gives an empty value the place of whatever comes next, often a line below.
    if (node.type == Node::Type::null) node.mark = frame.key_mark;
    const auto [first, is_new] = frame.seen.try_emplace(frame.key, frame.key_mark);
    if (!is_new) {
      document_.problems.push_back(
          diagnosis(name_, frame.key_mark, "yaml-duplicate-key",
                    fmt::format("`{}` is given twice; it stands already in line {}", frame.key, first->second.line),
                    "keep one of the two"));
      return;
    }
    if (frame.is_merge) {
      add_merge(frame, std::move(node));
      return;
    }
    frame.node.members.push_back({.key = frame.key, .mark = frame.key_mark, .value = std::move(node)});
  }

  // https://yaml.org/type/merge.html: a map, or a list of maps where an earlier one wins.
  void add_merge(Frame& frame, Node node) {
    std::vector<Node> sources;
    if (node.type == Node::Type::sequence) {
      sources = std::move(node.elements);
    } else {
      sources.push_back(std::move(node));
    }
    for (Node& source : sources) {
      if (source.type == Node::Type::map) {
        frame.merged.push_back(std::move(source));
        continue;
      }
      document_.problems.push_back(diagnosis(name_, frame.key_mark, "yaml-merge",
                                             "`<<` must name a mapping, or a list of mappings",
                                             "write `<<: *NAME`, where `&NAME` marks a mapping"));
    }
  }

  static void merge(Frame& frame) {
    for (Node& source : frame.merged) {
      for (Node::Member& member : source.members) {
        if (frame.seen.try_emplace(member.key, member.mark).second) frame.node.members.push_back(std::move(member));
      }
    }
  }

  [[nodiscard]] bool wants_key() const {
    return !stack_.empty() && stack_.back().node.type == Node::Type::map && !stack_.back().has_key;
  }
  static Stop complex_key(Mark mark) {
    return {mark, "yaml-key", "a mapping or a list stands where a key is expected",
            "write the key as a word; a `{` or `[` that begins a text needs quotes"};
  }
  void count(std::size_t nodes, const YAML::Mark& mark) {
    nodes_ += nodes;
    if (nodes_ <= kMaxNodes) return;
    throw Stop{mark_of(mark), "yaml-too-large", fmt::format("the file holds more than {} values", kMaxNodes),
               "remove what is not needed; each alias counts as the values it stands for"};
  }
  static void check_depth(std::size_t depth, const YAML::Mark& mark) {
    if (depth <= kMaxDepth) return;
    throw Stop{mark_of(mark), "yaml-too-deep", fmt::format("values are nested more than {} deep", kMaxDepth),
               "flatten the file: no key of byok needs more than 6 levels"};
  }

  Document& document_;
  std::string_view name_;
  std::vector<Frame> stack_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

Mark mark_at(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_start = before.rfind('\n');
  return {.line = static_cast<int>(std::ranges::count(before, '\n')) + 1,
          .column = static_cast<int>(offset - (line_start == std::string_view::npos ? 0 : line_start + 1)) + 1};
}

// What yaml-cpp would accept or misread without a word.
std::optional<core::Diagnosis> check_bytes(std::string_view text, std::string_view name) {
  if (text.size() > kMaxBytes) {
    return diagnosis(name, {}, "yaml-too-large", fmt::format("the file is larger than {} KiB", kMaxBytes / 1024),
                     "is this the right file? A configuration is a few kilobytes");
  }
  const bool is_utf16 = text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
  base::Utf8Check check;
  static_cast<void>(base::to_valid_utf8(text, &check));
  const auto is_junk = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
  };
  const auto junk = std::ranges::find_if(text, is_junk);
  if (junk != text.end() && !is_utf16) {
    const auto offset = static_cast<std::size_t>(junk - text.begin());
    return diagnosis(name, mark_at(text, offset), "yaml-binary",
                     fmt::format("the file is not text: it holds the byte 0x{:02x}", static_cast<unsigned char>(*junk)),
                     "is this the right file? A configuration is YAML in UTF-8");
  }
  if (check.replaced > 0) {
    return diagnosis(name, mark_at(text, check.first_offset.value_or(0)), "yaml-encoding", "the file is not UTF-8 here",
                     is_utf16 ? "save the file as UTF-8; it is UTF-16 now" : "save the file as UTF-8");
  }
  return std::nullopt;
}

// `{a: ${env:B}}`: the inner braces are YAML's own there. Approximate, and so asked only after the parser has failed.
std::optional<Mark> find_reference_in_flow(std::string_view text) {
  int depth = 0;
  char quote = 0;
  char before = '\n';  // the last character that was not a space
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool begins_value =
        before == '\n' || before == ':' || before == ',' || before == '[' || before == '{' || before == '-';
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\n')) {
      i = std::min(text.find('\n', i), text.size()) - 1;
    } else if ((c == '"' || c == '\'') && begins_value) {
      quote = c;
    } else if (depth > 0 && text.substr(i).starts_with("${")) {
      return mark_at(text, i);
    } else if ((c == '{' || c == '[') && begins_value) {
      ++depth;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
    if (c != ' ' && c != '\t') before = c;
  }
  return std::nullopt;
}

core::Diagnosis syntax_problem(std::string_view text, std::string_view name, Mark mark, std::string_view reason) {
  if (const std::optional<Mark> reference = find_reference_in_flow(text)) {
    return diagnosis(name, *reference, "yaml-flow-reference", "inside `{ }` or `[ ]` a `${…}` must be in quotes",
                     R"(write "${env:NAME}" with the quotes)");
  }
  return diagnosis(name, mark, "yaml-syntax", fmt::format("this is not valid YAML: {}", reason),
                   "look at this line and the one above it: indent with spaces, not tabs, put a space behind each `:`, "
                   "and quote texts that hold `: `, ` #` or begin with one of {}[]*&!|>%@`");
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto found = std::ranges::find(members, key, &Member::key);
  return found == members.end() ? nullptr : &found->value;
}

Document parse_yaml(std::string_view text, std::string_view name) {
  Document document;
  if (std::optional<core::Diagnosis> problem = check_bytes(text, name)) {
    document.problems.push_back(std::move(*problem));
    return document;
  }
  const auto give_up = [&document](core::Diagnosis problem) {
    document.root = {};
    document.problems.push_back(std::move(problem));
  };
  try {
    // yaml-cpp 0.7 takes a quote that is never closed for a text when a line end comes last; a comment there makes it
    // see the end of the file.
    std::istringstream stream{fmt::format("{}\n#", text.ends_with('\n') ? text.substr(0, text.size() - 1) : text)};
    YAML::Parser parser(stream);
    Builder builder(document, name);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& stop) {
    give_up(diagnosis(name, stop.mark, stop.code, stop.summary, stop.remedy));
  } catch (const YAML::Exception& error) {
    give_up(syntax_problem(text, name, mark_of(error.mark), error.msg));
  } catch (const std::exception& error) {
    give_up(diagnosis(name, {}, "yaml-syntax", fmt::format("the file cannot be read as YAML: {}", error.what()),
                      "check the file with another YAML tool"));
  }
  return document;
}

}  // namespace byok::config
