// Findings judged, and remedies written where the profile keeps its values.
#include "doctor/case.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/env_profile.hpp"

namespace byok::doctor {

using core::Severity;

std::string_view to_string(Status status) {
  switch (status) {
    case Status::ok:
      return "ok";
    case Status::warn:
      return "warn";
    case Status::fail:
      return "fail";
    case Status::skip:
      return "skip";
  }
  return "";
}

Status Finding::status() const {
  if (is_skipped) return Status::skip;
  const auto has = [this](Severity severity) {
    return std::ranges::find(diagnoses, severity, &core::Diagnosis::severity) != diagnoses.end();
  };
  return has(Severity::error) ? Status::fail : has(Severity::warning) ? Status::warn : Status::ok;
}

Finding& Finding::warn(std::string code, std::string summary, std::string remedy) {
  core::Diagnosis found;
  found.severity = Severity::warning;
  found.code = std::move(code);
  found.summary = std::move(summary);
  found.remedy = std::move(remedy);
  diagnoses.push_back(std::move(found));
  return *this;
}

Finding& Finding::fail(base::ErrorKind why, std::string code, std::string summary, std::string remedy) {
  if (status() != Status::fail) kind = why;
  warn(std::move(code), std::move(summary), std::move(remedy));
  diagnoses.back().severity = Severity::error;
  return *this;
}

Finding& Finding::fail(const base::Error& error, std::string_view otherwise) {
  if (error.status != 0) details.push_back(fmt::format("HTTP {}", error.status));
  if (!error.request_id.empty()) details.push_back(fmt::format("request id {}", error.request_id));
  return fail(error.kind, std::string(base::to_string(error.kind)), error.message,
              error.hint.empty() ? std::string(otherwise) : error.hint);
}

Finding skipped(std::string why) {
  Finding finding;
  finding.seen = std::move(why);
  finding.is_skipped = true;
  return finding;
}

std::chrono::milliseconds Case::left() const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return std::max(left, std::chrono::milliseconds{1});
}

namespace {

// `azure.api_version` and "2024-10-21" as `azure: {api_version: "2024-10-21"}`.
std::string yaml_line(std::string_view key, std::string_view value) {
  const std::size_t dot = key.find('.');
  if (dot == std::string_view::npos) return fmt::format("{}: {}", key, value);
  const std::string_view quote = value.starts_with('2') ? "\"" : "";  // a date, which other YAML readers would mangle
  return fmt::format("{}: {{{}: {}{}{}}}", key.substr(0, dot), key.substr(dot + 1), quote, value, quote);
}

// The variable that gives the profile a key: one that describes `env`, or a built-in profile's own; or empty.
std::string variable_for(const Case& c, std::string_view key) {
  if (c.name == "env") {
    const bool is_byok = c.config.environment().has("BYOK_BASE_URL");
    return std::string(
        config::variable_of(is_byok ? config::EnvProfile::Family::byok : config::EnvProfile::Family::copilot, key));
  }
  if (!c.is_builtin) return {};
  if (c.profile) {
    const auto origin = c.profile->origins.find(key);
    if (origin != c.profile->origins.end() && origin->second.starts_with('$')) return origin->second.substr(1);
  }
  if (key == "model") return "BYOK_MODEL";
  return c.name == "ollama" && key == "base_url" ? "OLLAMA_HOST" : "";
}

}  // namespace

std::string how_to_set(const Case& c, const Settings& settings) {
  std::vector<std::string> exports;
  for (const auto& [key, value] : settings) {
    const std::string variable = variable_for(c, key);
    if (variable.empty()) break;
    exports.push_back(fmt::format("export {}={}", variable, base::shell_quote(value)));
  }
  if (!exports.empty() && exports.size() == settings.size()) return base::join(exports, "\n");
  std::string text = fmt::format("write in profile {}:", c.name);
  std::string indent = "  ";
  const std::string file = c.config.user_file().string();
  if (c.name == "env") {
    text = fmt::format("write under `defaults:` in {}:", file);
  } else if (c.is_builtin) {
    text = fmt::format("write under `profiles:` in {}:\n  {}:\n    extends: {}", file, c.name, c.name);
    indent = "    ";
  }
  for (const auto& [key, value] : settings) text += fmt::format("\n{}{}", indent, yaml_line(key, value));
  return text;
}

}  // namespace byok::doctor
