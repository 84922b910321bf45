// Guesses at addresses, wire APIs and models.
#include "doctor/alternatives.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"

namespace byok::doctor {
namespace {

using core::Profile;
using core::ProviderType;
using core::WireApi;

constexpr std::string_view kDatedVersion = "2024-10-21";

std::string_view without_final_slashes(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

class Guesses {
 public:
  explicit Guesses(const Profile& profile)
      : profile_(profile), origin_(profile.base_url.with_path("").without_query()) {}

  void openai(std::string_view path) {
    Alternative guess = begin(ProviderType::openai);
    if (profile_.type == ProviderType::anthropic) guess.profile.wire_api = WireApi::completions;
    guess.profile.base_url = origin_.with_path(std::string(path));
    guess.settings.emplace_back("base_url", guess.profile.base_url.str());
    add(std::move(guess));
  }
  void azure(std::string_view version) {
    Alternative guess = begin(ProviderType::azure);
    guess.profile.azure_api_version = version;
    if (profile_.type != ProviderType::azure) {
      guess.profile.base_url = origin_;
      guess.settings.emplace_back("base_url", origin_.str());
    }
    guess.settings.emplace_back("azure.api_version", std::string(version));
    add(std::move(guess));
  }
  void anthropic(std::string_view path) {
    Alternative guess = begin(ProviderType::anthropic);
    guess.profile.wire_api = WireApi::messages;
    guess.profile.base_url = origin_.with_path(std::string(path));
    guess.settings.emplace_back("base_url", guess.profile.base_url.str());
    add(std::move(guess));
  }
  [[nodiscard]] std::vector<Alternative> take() { return std::move(out_); }

 private:
  [[nodiscard]] Alternative begin(ProviderType type) const {
    Alternative guess{.profile = profile_, .settings = {}};
    guess.profile.type = type;
    if (type != profile_.type) guess.settings.emplace_back("type", std::string(core::to_string(type)));
    return guess;
  }
  void add(Alternative guess) {
    const auto is_same = [&guess](const Profile& other) {
      return other.type == guess.profile.type && other.azure_api_version == guess.profile.azure_api_version &&
             without_final_slashes(other.base_url.str()) == without_final_slashes(guess.profile.base_url.str());
    };
    if (is_same(profile_)) return;
    if (std::ranges::any_of(out_, [&](const Alternative& one) { return is_same(one.profile); })) return;
    out_.push_back(std::move(guess));
  }

  const Profile& profile_;
  core::Url origin_;
  std::vector<Alternative> out_;
};

Alternative with_wire(const Profile& profile, WireApi api) {
  Alternative made{.profile = profile, .settings = {}};
  made.profile.wire_api = api;
  made.settings.emplace_back("wire_api", std::string(core::to_string(api)));
  const std::string& version = profile.azure_api_version;
  const bool is_old = version != "v1" && version != "preview" && version.substr(0, 10) < "2025-03-01";
  if (profile.type == ProviderType::azure && api == WireApi::responses && is_old) {
    made.profile.azure_api_version = "v1";  // the Responses API appeared later
    made.settings.emplace_back("azure.api_version", "v1");
  }
  return made;
}

// The base that Anthropic's dialect wants, without the version that its paths begin with.
std::string without_version(std::string_view path) {
  path = without_final_slashes(path);
  if (path.ends_with("/v1")) path.remove_suffix(3);
  return std::string(path);
}

}  // namespace

std::vector<Alternative> other_routes(const Profile& profile) {
  Guesses guesses(profile);
  const std::string path(without_final_slashes(profile.base_url.path()));
  switch (profile.type) {
    case ProviderType::openai: {
      const bool is_azure = core::is_azure_host(profile.base_url.host());
      if (is_azure) guesses.openai("/openai/v1/");
      if (!path.ends_with("/v1")) guesses.openai(path + "/v1");
      guesses.openai("/v1");
      guesses.openai("/openai/v1/");
      guesses.openai("/api/v1");
      guesses.anthropic(without_version(path));
      guesses.azure(kDatedVersion);
      break;
    }
    case ProviderType::azure:
      guesses.azure("v1");
      guesses.azure(kDatedVersion);
      guesses.openai(profile.azure_path_prefix + "/openai/v1/");
      guesses.openai("/v1");
      break;
    case ProviderType::anthropic:
      guesses.anthropic(path + "/anthropic");
      guesses.anthropic("");
      guesses.openai(path + "/v1");
      guesses.openai("/openai/v1/");
      break;
  }
  return guesses.take();
}

std::vector<Alternative> all_wires(const Profile& profile) {
  std::vector<Alternative> all;
  if (profile.type == ProviderType::anthropic) {
    all.push_back({.profile = profile, .settings = {{"type", "anthropic"}}});
    Profile openai = profile;
    openai.type = ProviderType::openai;
    openai.base_url = profile.base_url.join("/v1");
    const Settings settings{{"type", "openai"}, {"base_url", openai.base_url.str()}};
    for (const WireApi api : {WireApi::completions, WireApi::responses}) {
      all.push_back(with_wire(openai, api));
      all.back().settings.insert(all.back().settings.begin(), settings.begin(), settings.end());
    }
    return all;
  }
  const WireApi other = profile.wire_api == WireApi::responses ? WireApi::completions : WireApi::responses;
  all.push_back({.profile = profile, .settings = {{"wire_api", std::string(core::to_string(profile.wire_api))}}});
  all.push_back(with_wire(profile, other));
  if (profile.type == ProviderType::azure) return all;
  Profile anthropic = profile;
  anthropic.type = ProviderType::anthropic;
  anthropic.wire_api = WireApi::messages;
  anthropic.base_url = profile.base_url.with_path(without_version(profile.base_url.path()));
  all.push_back({.profile = anthropic, .settings = {{"type", "anthropic"}, {"base_url", anthropic.base_url.str()}}});
  return all;
}

bool is_listed(std::string_view wanted, const std::vector<core::ModelInfo>& models) {
  const std::string latest = fmt::format("{}:latest", wanted);
  return std::ranges::any_of(models, [&](const core::ModelInfo& one) {
    return base::iequals(one.id, wanted) || base::iequals(one.id, latest);
  });
}

std::string closest_model(std::string_view wanted, const std::vector<core::ModelInfo>& models) {
  std::vector<std::string_view> ids;
  ids.reserve(models.size());
  for (const core::ModelInfo& model : models) ids.push_back(model.id);
  const auto begins = std::ranges::find_if(ids, [&](std::string_view id) { return base::istarts_with(id, wanted); });
  if (begins != ids.end()) return std::string(*begins);
  if (std::string near = base::nearest(wanted, ids); !near.empty()) return near;
  // `gpt-4.1-2025` for `gpt-4.1`: the longest id that the wanted one begins with.
  std::string_view best;
  for (const std::string_view id : ids) {
    if (base::istarts_with(wanted, id) && id.size() > best.size()) best = id;
  }
  return std::string(best);
}

}  // namespace byok::doctor
