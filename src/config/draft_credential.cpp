// The credential of a draft, from its setting.
#include "config/draft_credential.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/interpolate.hpp"
#include "config/values.hpp"

namespace byok::config {

namespace {

using core::Credential;

void describe_command(const Setting& setting, Credential& out) {
  const Node& node = setting.value;
  if (const Node* line = node.find("shell_command")) {
    out.source = Credential::Source::shell_command;
    out.text = line->text;
    out.where = setting.where;
    // Through the variable: the line itself may hold a secret.
    out.shell = fmt::format("$(sh -c \"{}\")", setting.where);
    return;
  }
  out.source = Credential::Source::command;
  if (const Node* command = node.find("command"))
    out.command = as_text_list(*command).value_or(std::vector<std::string>{});
  if (const Node* ttl = node.find("ttl")) out.ttl = as_duration(*ttl);
  if (const Node* timeout = node.find("timeout")) out.timeout = as_duration(*timeout).value_or(out.timeout);
  if (const Node* cache = node.find("cache")) out.cache = as_boolean(*cache).value_or(false);
  out.where = fmt::format("command {}", out.command.empty() ? "" : out.command.front());
  std::string words;
  for (const std::string& word : out.command) words += (words.empty() ? "" : " ") + base::shell_quote(word);
  out.shell = fmt::format("$({})", words);
}

core::Diagnosis unset(const Draft& draft, const Setting& setting, std::string_view key, std::string_view variable) {
  core::Diagnosis out;
  out.code = "unset-variable";
  out.subject = fmt::format("profiles.{}.{}", draft.name, key);
  out.summary = fmt::format("`{}` needs the variable {}, which is not set", key, variable);
  out.remedy = fmt::format("export {}=…, or choose another profile with -p", variable);
  out.where = setting.where;
  return out;
}

// A header that carries authentication is the credential, and the profile's own is not even looked up.
const core::Header* find_auth_header(const core::Profile& profile) {
  const auto found = std::ranges::find_if(profile.headers, [](const core::Header& header) {
    return base::iequals(header.name, "authorization") || base::iequals(header.name, "api-key") ||
           base::iequals(header.name, "x-api-key");
  });
  return found == profile.headers.end() ? nullptr : &*found;
}

core::Diagnosis replaced(const Draft& draft, const core::Header& header) {
  core::Diagnosis out;
  out.severity = core::Severity::note;
  out.code = "credential-replaced";
  out.subject = fmt::format("profiles.{}.headers", draft.name);
  out.summary = fmt::format("the header {} replaces the profile's credential", header.name);
  out.where = draft.where("headers." + base::to_lower(header.name));
  return out;
}

void describe_text(Draft& draft, const Setting& setting, std::string_view key, const Environment& environment,
                   std::vector<core::Diagnosis>& problems) {
  Credential& out = draft.profile.credential;
  out.source = Credential::Source::text;
  out.text = with_absolute_files(setting.value.text, setting.directory);
  out.where = setting.where;
  out.shell = to_shell(out.text);
  const auto found = references(out.text);
  if (!found) {
    core::Diagnosis problem = unset(draft, setting, key, "");
    problem.code = "reference";
    problem.summary = fmt::format("`{}`: {}", key, found.error().message);
    problem.remedy = found.error().hint.empty() ? "write ${env:NAME} or ${file:PATH}" : found.error().hint;
    problems.push_back(std::move(problem));
    return;
  }
  if (found->size() == 1) {
    const Reference& only = found->front();
    out.where = only.kind == Reference::Kind::env ? fmt::format("${}", only.name) : only.name;
  }
  for (const Reference& reference : *found) {
    if (reference.kind != Reference::Kind::env || reference.has_default || environment.has(reference.name)) continue;
    if (!draft.allow_unset) problems.push_back(unset(draft, setting, key, reference.name));
  }
}

}  // namespace

std::string with_absolute_files(std::string text, const std::filesystem::path& directory) {
  const auto found = references(text);
  if (!found || directory.empty()) return text;
  for (const Reference& reference : *found) {
    if (reference.kind != Reference::Kind::file || reference.name.starts_with('/') ||
        reference.name.starts_with("~/")) {
      continue;
    }
    text = base::replace_all(std::move(text), fmt::format("${{file:{}}}", reference.name),
                             fmt::format("${{file:{}}}", (directory / reference.name).lexically_normal().string()));
  }
  return text;
}

void describe_credential(Draft& draft, const Environment& environment, std::vector<core::Diagnosis>& problems) {
  const auto key = draft.settings.find("api_key");
  const auto token = draft.settings.find("bearer_token");
  draft.has_both_credentials = key != draft.settings.end() && token != draft.settings.end();
  const auto chosen = token != draft.settings.end() ? token : key;
  if (chosen == draft.settings.end()) return;
  if (const core::Header* header = find_auth_header(draft.profile)) {
    draft.has_both_credentials = false;
    problems.push_back(replaced(draft, *header));
    return;
  }
  const Setting& setting = chosen->second;
  Credential& out = draft.profile.credential;
  out.slot = chosen == token ? Credential::Slot::bearer_token : Credential::Slot::api_key;
  if (setting.value.type == Node::Type::map) {
    describe_command(setting, out);
  } else if (setting.value.text.find("${") != std::string::npos) {
    describe_text(draft, setting, chosen->first, environment, problems);
  } else {
    out.source = Credential::Source::literal;
    out.where = setting.where;
    out.literal_place = setting.place;
    out.shell = out.slot == Credential::Slot::api_key ? "$API_KEY" : "$BEARER_TOKEN";
    draft.literal = setting.value.text;
  }
}

}  // namespace byok::config
