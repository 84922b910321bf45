// Settings: flattening a profile's mapping, and inheritance in which credentials do not travel.
#include "config/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "config/interpolate.hpp"
#include "config/schema.hpp"
#include "core/url.hpp"

namespace byok::config {

namespace {

std::string place_text(const Origin& origin, Mark mark) {
  return mark.line > 0 ? fmt::format("{}:{}:{}", origin.file, mark.line, mark.column) : origin.file;
}

void add(Settings& out, std::string key, const Node::Member& member, const Origin& origin, std::string_view parent) {
  if (member.value.type == Node::Type::null) return;
  Setting setting;
  setting.value = member.value;
  setting.where = place_text(origin, member.value.mark);
  setting.directory = origin.directory;
  setting.label = member.key;
  setting.place = fmt::format("{}.{}", origin.place, key);
  out.try_emplace(parent.empty() ? std::move(key) : fmt::format("{}.{}", parent, key), std::move(setting));
}

// Maps merge key by key, at every level; lists and scalars replace.
void merge_into(Node& child, const Node& parent) {
  if (child.type != Node::Type::map || parent.type != Node::Type::map) return;
  for (const Node::Member& member : parent.members) {
    const auto own = std::ranges::find(child.members, member.key, &Node::Member::key);
    if (own == child.members.end()) {
      child.members.push_back(member);
    } else {
      merge_into(own->value, member.value);
    }
  }
}

bool is_credential(std::string_view key) { return key == "api_key" || key == "bearer_token"; }

// What was meant for the parent's host alone.
bool is_bound_to_host(std::string_view key) {
  return is_credential(key) || key == "body" || key.starts_with("headers.") || key.starts_with("tls.client_");
}

std::optional<std::string> origin_of(const Settings& settings, const Environment& environment) {
  const std::optional<std::string> text = base_url_of(settings, environment);
  if (!text) return std::nullopt;
  const auto url = core::Url::parse(*text);
  return url ? std::optional(url->origin()) : std::nullopt;
}

bool same_host(const Settings& child, const Settings& parent, const Environment& environment) {
  if (!child.contains("base_url") || !parent.contains("base_url")) return true;
  const std::optional<std::string> own = origin_of(child, environment);
  return own && own == origin_of(parent, environment);
}

}  // namespace

Settings flatten(const Node& profile, const Origin& origin) {
  Settings out;
  for (const Node::Member& member : profile.members) {
    const std::string key{canonical_key(member.key)};
    if (key == "azure" || key == "tls" || key == "headers") {
      for (const Node::Member& inner : member.value.members) {
        const bool is_header = key == "headers";
        add(out, is_header ? base::to_lower(inner.key) : std::string(canonical_key(inner.key)), inner, origin, key);
      }
    } else {
      add(out, key, member, origin, {});
    }
  }
  return out;
}

bool has_credential(const Settings& settings) {
  return settings.contains("api_key") || settings.contains("bearer_token");
}

Settings inherit(Settings child, const Settings& parent, const Environment& environment) {
  const bool keeps_credentials = !has_credential(child) && !child.contains("auth");
  const bool is_same_host = same_host(child, parent, environment);
  const bool drops_wire_model = child.contains("model");
  for (const auto& [key, setting] : parent) {
    if (is_credential(key) && !keeps_credentials) continue;
    if (key == "auth" && has_credential(child)) continue;
    if (is_bound_to_host(key) && !is_same_host) continue;
    if (key == "wire_model" && drops_wire_model) continue;
    const auto [own, is_new] = child.try_emplace(key, setting);
    if (!is_new && key == "body") merge_into(own->second.value, setting.value);
  }
  return child;
}

std::optional<std::string> base_url_of(const Settings& settings, const Environment& environment) {
  const auto found = settings.find("base_url");
  if (found == settings.end()) return std::nullopt;
  const Setting& setting = found->second;
  if (!setting.expands) return setting.value.text;
  std::vector<std::string> warnings;
  const auto text =
      interpolate(setting.value.text, environment, {.directory = setting.directory, .allow_unset = false}, warnings);
  if (!text) return std::nullopt;
  return std::string(base::trim(*text));
}

}  // namespace byok::config
