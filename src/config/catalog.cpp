// Catalog: looking profiles up through the layers, and the choice among them.
#include "config/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "config/source_file.hpp"
#include "config/values.hpp"

namespace byok::config {

namespace {

const Node* profiles_of(const SourceFile& file) { return file.document.root.find("profiles"); }

std::string text_of(const SourceFile& file, std::string_view key) {
  const Node* node = file.document.root.find(key);
  return node == nullptr ? std::string() : as_text(*node).value_or("");
}

Origin origin_of(const SourceFile& file, std::string place) {
  return {.file = file.name, .directory = file.path.parent_path(), .place = std::move(place)};
}

// Where the file names the profile, which it does.
std::string place_of(const SourceFile& file, std::string_view name) {
  const auto member = std::ranges::find(profiles_of(file)->members, name, &Node::Member::key);
  return fmt::format("{}:{}:{}", file.name, member->mark.line, member->mark.column);
}

Setting from_outside(std::string value, std::string where) {
  Setting setting;
  setting.value = text_node(std::move(value));
  setting.where = std::move(where);
  setting.expands = false;
  return setting;
}

core::Diagnosis problem(std::string code, std::string summary, std::string remedy, std::string where) {
  core::Diagnosis out;
  out.code = std::move(code);
  out.subject = "profile";
  out.summary = std::move(summary);
  out.remedy = std::move(remedy);
  out.where = std::move(where);
  return out;
}

constexpr int kMaxParents = 64;  // cycles are found before; this only bounds a file that was not accepted

}  // namespace

Catalog::Catalog(const Environment& environment, const std::optional<std::string>& config_file)
    : environment_(environment) {
  user_ = read_user_file(environment_, config_file, problems_);
  system_ = read_system_file(environment_, problems_);
  env_ = env_profile(environment_);
  for (const SourceFile* source : {&user_, &system_}) {
    const Node* profiles = profiles_of(*source);
    if (profiles == nullptr || profiles->find("env") == nullptr) continue;
    problems_.push_back(problem("profile-name", "`env` is the profile that BYOK_BASE_URL describes",
                                "give the profile in the file another name", place_of(*source, "env")));
  }
}

std::vector<std::string> Catalog::file_profiles() const {
  std::vector<std::string> out;
  for (const SourceFile* source : {&user_, &system_}) {
    const Node* profiles = profiles_of(*source);
    if (profiles == nullptr) continue;
    for (const Node::Member& member : profiles->members) {
      if (std::ranges::find(out, member.key) == out.end()) out.push_back(member.key);
    }
  }
  return out;
}

std::optional<Catalog::Found> Catalog::find(std::string_view name, Layer from) const {
  for (const Layer layer : {Layer::user, Layer::system}) {
    if (layer < from) continue;
    const Node* profiles = profiles_of(file(layer));
    const Node* node = profiles == nullptr ? nullptr : profiles->find(name);
    if (node != nullptr) return Found{.layer = layer, .node = node, .builtin = nullptr};
  }
  if (const Builtin* builtin = find_builtin(name)) return Found{.layer = Layer::builtin, .builtin = builtin};
  return std::nullopt;
}

bool Catalog::exists(std::string_view name) const {
  return name == "env" ? env_.has_value() : find(name, Layer::user).has_value();
}

Settings Catalog::with_parents(const Found& found, std::string_view name, int depth,
                               std::vector<core::Diagnosis>& problems) const {
  if (found.builtin != nullptr) return settings_of(*found.builtin, environment_);
  const std::string prefix = found.layer == Layer::system ? "system:" : "";
  Settings own = flatten(*found.node, origin_of(file(found.layer), fmt::format("{}profiles.{}", prefix, name)));
  const auto extends = own.find("extends");
  if (extends == own.end() || depth > kMaxParents) return own;
  const std::string parent = extends->second.value.text;
  const std::string where = extends->second.where;
  // A profile that extends its own name means the one below it. A file sees only itself and what lies under it.
  const Layer from = parent != name ? found.layer : found.layer == Layer::user ? Layer::system : Layer::builtin;
  const std::optional<Found> above = find(parent, from);
  if (!above) {
    core::Diagnosis missing = unknown(parent, "");
    missing.code = "extends-unknown";
    missing.summary = fmt::format("profile {} extends {}, which does not exist", name, parent);
    missing.where = where;
    problems.push_back(std::move(missing));
    return own;
  }
  return inherit(std::move(own), with_parents(*above, parent, depth + 1, problems), environment_);
}

Settings Catalog::defaults() const {
  Settings out;
  for (const SourceFile* source : {&user_, &system_}) {
    if (const Node* node = source->document.root.find("defaults")) {
      out = inherit(std::move(out), flatten(*node, origin_of(*source, "defaults")), environment_);
    }
    // Keys that may stand at the top level, below the defaults.
    for (const std::string_view key : {"show_reasoning", "local_only"}) {
      const Node* node = source->document.root.find(key);
      if (node == nullptr || node->type != Node::Type::scalar) continue;
      Setting setting;
      setting.value = *node;
      setting.where = fmt::format("{}:{}:{}", source->name, node->mark.line, node->mark.column);
      out.try_emplace(std::string(key), std::move(setting));
    }
  }
  for (auto& [key, setting] : out) setting.is_general = true;
  return out;
}

Draft Catalog::draft(std::string_view name, const std::optional<std::string>& model,
                     std::vector<core::Diagnosis>& problems) const {
  Draft out;
  out.name = name;
  if (name == "env" && env_) {
    out.kind = env_->family == EnvProfile::Family::byok ? Draft::Kind::env_byok : Draft::Kind::env_copilot;
    out.settings = env_->settings;
    std::ranges::copy(env_->problems, std::back_inserter(problems));
  } else if (const std::optional<Found> found = find(name, Layer::user)) {
    out.kind = found->builtin != nullptr ? Draft::Kind::builtin : Draft::Kind::file;
    out.builtin = find_builtin(name);
    out.settings = with_parents(*found, name, 0, problems);
    if (found->node != nullptr) out.place = place_of(file(found->layer), name);
    if (!out.settings.contains("model") && environment_.has("BYOK_MODEL")) {
      Settings from_variable;
      from_variable.try_emplace("model", from_outside(std::string(environment_.get("BYOK_MODEL")), "$BYOK_MODEL"));
      out.settings = inherit(std::move(from_variable), out.settings, environment_);
    }
  }
  out.settings = inherit(std::move(out.settings), defaults(), environment_);
  if (model) {
    Settings flag;
    flag.try_emplace("model", from_outside(*model, "--model"));
    out.settings = inherit(std::move(flag), out.settings, environment_);
  }
  return out;
}

std::expected<Choice, core::Diagnosis> Catalog::choose(const std::optional<std::string>& flag) const {
  const auto known = [this](std::string name, std::string by) -> std::expected<Choice, core::Diagnosis> {
    if (!exists(name)) return std::unexpected(unknown(name, by));
    return Choice{.name = std::move(name), .chosen_by = std::move(by)};
  };
  if (flag) return known(*flag, "--profile");
  if (environment_.has("BYOK_PROFILE")) return known(std::string(environment_.get("BYOK_PROFILE")), "$BYOK_PROFILE");
  if (environment_.has("BYOK_BASE_URL")) return Choice{.name = "env", .chosen_by = "$BYOK_BASE_URL"};
  for (const SourceFile* source : {&user_, &system_}) {
    const std::string name = text_of(*source, "default_profile");
    if (!name.empty()) return known(name, "default_profile");
  }
  if (env_) return Choice{.name = "env", .chosen_by = "$COPILOT_PROVIDER_BASE_URL"};
  const std::vector<std::string> names = file_profiles();
  if (names.size() == 1) return Choice{.name = names.front(), .chosen_by = "the only profile"};
  return std::unexpected(nothing_chosen());
}

core::Diagnosis Catalog::nothing_chosen() const {
  const std::vector<std::string> names = file_profiles();
  std::vector<std::string> lines;
  lines.reserve(names.size());
  for (const std::string& name : names) lines.push_back(fmt::format("{}: byok ask -p {} …", name, name));
  for (const Builtin& builtin : builtins()) {
    const std::string_view variable = evidence_of(builtin, environment_);
    if (variable.empty() || std::ranges::find(names, builtin.name) != names.end()) continue;
    lines.push_back(fmt::format("{} is set: byok ask -p {} -m MODEL …", variable, builtin.name));
  }
  if (!names.empty()) lines.push_back("for every time: default_profile: NAME in " + user_.path.string());
  if (names.empty()) lines.emplace_back("to add one: byok profiles add NAME URL");
  lines.push_back("to try byok without a key: byok ask -p demo \"What is 2+2?\"");
  return problem("profile-none",
                 names.empty() ? "no profile is configured" : "no profile was chosen, and there are several",
                 base::join(lines, "\n"), {});
}

core::Diagnosis Catalog::unknown(std::string_view name, std::string_view chosen_by) const {
  std::vector<std::string> names = file_profiles();
  for (const Builtin& builtin : builtins()) {
    if (std::ranges::find(names, builtin.name) == names.end()) names.emplace_back(builtin.name);
  }
  if (env_) names.emplace_back("env");
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string nearest = base::nearest(name, views);
  std::string remedy = fmt::format("profiles: {}", base::join(names, ", "));
  if (!nearest.empty()) remedy = fmt::format("did you mean {}? {}", nearest, remedy);
  if (name == "env") remedy = "set BYOK_BASE_URL (and BYOK_MODEL, BYOK_API_KEY): they describe the profile env";
  return problem("profile-unknown", fmt::format("there is no profile named {}", name), std::move(remedy),
                 std::string(chosen_by));
}

std::string_view Catalog::literal(std::string_view place) const {
  const bool is_system = place.starts_with("system:");
  if (is_system) place.remove_prefix(7);
  const Node* profiles = profiles_of(file(is_system ? Layer::system : Layer::user));
  const std::size_t end = place.rfind('.');
  if (profiles == nullptr || !place.starts_with("profiles.") || end == std::string_view::npos || end <= 9) return {};
  const Node* profile = profiles->find(place.substr(9, end - 9));
  if (profile == nullptr) return {};
  const std::string_view key = place.substr(end + 1);
  const Node* node = profile->find(key);
  if (node == nullptr) node = profile->find(key == "api_key" ? "apiKey" : "bearerToken");
  return node == nullptr ? std::string_view{} : std::string_view(node->text);
}

}  // namespace byok::config
