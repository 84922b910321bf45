// Schema: one table a kind of mapping, and one walk over the file.
#include "config/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "config/keys.hpp"

namespace byok::config {

namespace {

constexpr std::string_view kNotInDefaults[] = {"base_url", "api_key", "bearer_token", "headers", "auth", "extends"};

class FileCheck {
 public:
  FileCheck(std::string_view name, std::vector<core::Diagnosis>& out) : name_(name), out_(out) {}

  void check(const Node& node, Kind kind, const std::string& path) {
    if (kind == Kind::secret && node.type != Node::Type::map) return check_value_at(node, Shape::text, path);
    if (kind == Kind::models) return check_models(node, path);
    if (kind == Kind::anything || node.type == Node::Type::null) return;
    if (node.type != Node::Type::map) {
      add(node.mark, "config-type", path,
          fmt::format("{} must be a mapping", path.empty() ? "the file" : "`" + path + "`"),
          "write `key: value` lines, indented by two spaces");
      return;
    }
    if (kind == Kind::body) return;
    if (kind == Kind::headers) return check_headers(node, path);
    if (kind == Kind::profiles) {
      for (const Node::Member& member : node.members) check(member.value, Kind::profile, join(path, member.key));
      return;
    }
    check_members(node, kind, path);
  }

  void add(Mark mark, std::string code, std::string subject, std::string summary, std::string remedy) {
    core::Diagnosis problem;
    problem.code = std::move(code);
    problem.subject = std::move(subject);
    problem.summary = std::move(summary);
    problem.remedy = std::move(remedy);
    problem.where = mark.line > 0 ? fmt::format("{}:{}:{}", name_, mark.line, mark.column) : std::string(name_);
    out_.push_back(std::move(problem));
  }

 private:
  static std::string join(std::string_view path, std::string_view key) {
    return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
  }

  void check_value_at(const Node& node, Shape shape, const std::string& path) {
    if (std::optional<ValueProblem> problem = check_shape(node, shape)) {
      add(node.mark, "config-type", path, fmt::format("`{}` {}", path, problem->summary), std::move(problem->remedy));
    }
  }

  void check_members(const Node& node, Kind kind, const std::string& path) {
    std::set<std::string_view> seen;
    for (const Node::Member& member : node.members) {
      const KeyRule* rule = find_key(kind, member.key);
      if (rule == nullptr) {
        if (path.empty() && member.key.starts_with("x-")) continue;
        add_unknown(member, kind, path);
        continue;
      }
      const std::string here = join(path, rule->name);
      if (!seen.insert(rule->name).second) {
        add(member.mark, "config-both-spellings", here,
            fmt::format("`{}` is given twice: `{}` and `{}` are one key", here, rule->name, rule->camel),
            "keep one of the two");
      } else if (kind == Kind::defaults && std::ranges::find(kNotInDefaults, rule->name) != std::end(kNotInDefaults)) {
        add(member.mark, "config-defaults", here, fmt::format("`defaults` may not hold `{}`", rule->name),
            "a key must not reach a host that it was not meant for: write it in each profile, or in one that the "
            "others "
            "extend");
      } else if (rule->kind == Kind::value) {
        check_value_at(member.value, rule->shape, here);
      } else {
        check(member.value, rule->kind, here);
      }
    }
    check_whole(node, kind, path);
  }

  void check_whole(const Node& node, Kind kind, const std::string& path) {
    if (kind == Kind::secret) check_command(node, path);
    if (kind != Kind::profile) return;
    const Node* auth = node.find("auth");
    if (auth == nullptr || auth->type != Node::Type::scalar) return;
    if (auth->text != "none") {
      add(auth->mark, "config-auth", join(path, "auth"), fmt::format("`{}` knows one value: none", join(path, "auth")),
          "write `auth: none` to send no credential, or remove the line");
    }
    for (const char* key : {"api_key", "apiKey", "bearer_token", "bearerToken"}) {
      if (node.find(key) == nullptr) continue;
      add(auth->mark, "config-auth", join(path, "auth"), fmt::format("`auth: none` stands beside `{}`", key),
          "keep one of the two");
    }
  }

  void check_command(const Node& node, const std::string& path) {
    const Node* command = node.find("command");
    if (command != nullptr && command->type == Node::Type::sequence && !command->elements.empty()) return;
    add(command != nullptr ? command->mark : node.mark, "config-type", path,
        fmt::format("`{}` needs `command` as a list of program and arguments", path),
        "write `command: [az, account, get-access-token]`; for a shell: [sh, -c, \"…\"]");
  }

  void check_headers(const Node& node, const std::string& path) {
    std::set<std::string> seen;
    for (const Node::Member& member : node.members) {
      const std::string here = join(path, member.key);
      check_value_at(member.value, Shape::text, here);
      if (seen.insert(base::to_lower(member.key)).second) continue;
      add(member.mark, "config-both-spellings", here, fmt::format("the header `{}` is given twice", member.key),
          "keep one of the two: case makes no difference in header names");
    }
  }

  void check_models(const Node& node, const std::string& path) {
    if (node.type != Node::Type::sequence) {
      add(node.mark, "config-type", path, fmt::format("`{}` must be a list", path), "write `- id: MODEL` lines");
      return;
    }
    for (std::size_t i = 0; i < node.elements.size(); ++i) {
      const Node& element = node.elements[i];
      const std::string here = fmt::format("{}.{}", path, i);
      if (element.type == Node::Type::map) {
        check(element, Kind::model, here);
      } else {
        check_value_at(element, Shape::text, here);
      }
    }
  }

  void add_unknown(const Node::Member& member, Kind kind, const std::string& path) {
    const std::string here = join(path, member.key);
    add(member.mark, "config-unknown-key", here, fmt::format("`{}` is not a key that byok knows", here),
        remedy_for_unknown(kind, member.key));
  }

  std::string_view name_;
  std::vector<core::Diagnosis>& out_;
};

// `openai: {extends: openai}` reaches below the file, to the built-in profile, and is no cycle.
void check_cycles(const Node& profiles, FileCheck& check) {
  std::set<std::string> reported;
  for (const Node::Member& start : profiles.members) {
    std::vector<std::string> path{start.key};
    const Node* profile = &start.value;
    while (const Node* parent = profile->find("extends")) {
      if (parent->type != Node::Type::scalar || parent->text == path.back()) break;
      const bool is_cycle = std::ranges::find(path, parent->text) != path.end();
      path.push_back(parent->text);
      if (is_cycle) {
        if (parent->text != start.key || reported.contains(start.key)) break;
        reported.insert(path.begin(), path.end());
        check.add(parent->mark, "config-cycle", fmt::format("profiles.{}.extends", start.key),
                  fmt::format("`extends` runs in a circle: {}", base::join(path, " -> ")),
                  "remove `extends` from one of them");
        break;
      }
      profile = profiles.find(parent->text);
      if (profile == nullptr) break;
    }
  }
}

}  // namespace

std::vector<core::Diagnosis> check_file(const Document& document, std::string_view name) {
  std::vector<core::Diagnosis> out = document.problems;
  FileCheck check(name, out);
  check.check(document.root, Kind::file, "");
  if (const Node* profiles = document.root.find("profiles")) check_cycles(*profiles, check);
  return out;
}

std::string_view canonical_key(std::string_view key) {
  for (const Kind kind : {Kind::profile, Kind::azure, Kind::tls}) {
    if (const KeyRule* rule = find_key(kind, key)) return rule->name;
  }
  return key;
}

std::optional<core::Diagnosis> check_value(std::string_view key, const Node& value, std::string_view where) {
  const KeyRule* rule = find_key(Kind::profile, key);
  if (rule == nullptr || rule->kind != Kind::value) return std::nullopt;
  std::optional<ValueProblem> problem = check_shape(value, rule->shape);
  if (!problem) return std::nullopt;
  core::Diagnosis out;
  out.code = "config-type";
  out.subject = key;
  out.summary = fmt::format("{} {}", where, problem->summary);
  out.remedy = std::move(problem->remedy);
  out.where = where;
  return out;
}

}  // namespace byok::config
