// Document: a YAML file as it was written: a tree with marks, read with limits. The one door to yaml-cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/diagnosis.hpp"

namespace byok::config {

struct Mark {
  int line = 0;    // 1-based; 0: unknown
  int column = 0;  // 1-based
};

// One YAML value. Merge keys (`<<`) are already merged, own keys win; aliases are copied in.
struct Node {
  enum class Type { null, scalar, sequence, map };
  Type type = Type::null;
  std::string text;        // scalar: as written, quotes removed
  bool is_quoted = false;  // scalar: was in quotes, so it is text whatever it looks like
  Mark mark;               // of the value; a null value has its key's
  struct Member;
  std::vector<Member> members;  // map, in order
  std::vector<Node> elements;   // sequence

  [[nodiscard]] const Node* find(std::string_view key) const;  // map member or null
};
struct Node::Member {
  std::string key;
  Mark mark;  // of the key
  Node value;
};

struct Document {
  Node root;
  std::vector<core::Diagnosis> problems;  // syntax, limits, duplicate keys, cycles, …: each with file:line:column
};

// `name` is the file's name for messages. Bounded: 256 KiB, 10,000 nodes, depth 64; past one of them the document is
// empty and says why. Never throws.
[[nodiscard]] Document parse_yaml(std::string_view text, std::string_view name);

}  // namespace byok::config
