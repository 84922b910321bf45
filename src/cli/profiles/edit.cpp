// `byok profiles default` and `rm`: the two small edits of the configuration file.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/failure.hpp"
#include "cli/profiles/new_profile.hpp"
#include "cli/profiles/rewrite.hpp"
#include "cli/question.hpp"
#include "config/config.hpp"
#include "config/edit_view.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using config::Node;

Result<std::string> one_name(const Arguments& arguments, std::string_view command) {
  std::vector<std::string> words = arguments.words;
  words.insert(words.end(), arguments.literal_words.begin(), arguments.literal_words.end());
  if (words.size() == 1) return words.front();
  return fail(ErrorKind::usage, fmt::format("byok profiles {} takes the name of one profile", command),
              "byok profiles list shows them");
}

std::unexpected<base::Error> unknown(const std::string& name, const std::vector<config::ProfileSummary>& profiles) {
  std::vector<std::string> names;
  names.reserve(profiles.size());
  for (const config::ProfileSummary& profile : profiles) names.push_back(profile.name);
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string near = base::nearest(name, views);
  return fail(ErrorKind::config, fmt::format("there is no profile named {}", name),
              fmt::format("{}profiles: {}", near.empty() ? "" : fmt::format("did you mean {}? ", near),
                          base::join(names, ", ")));
}

const config::ProfileSummary* find(const std::vector<config::ProfileSummary>& profiles, std::string_view name) {
  const auto found = std::ranges::find(profiles, name, &config::ProfileSummary::name);
  return found == profiles.end() ? nullptr : &*found;
}

std::string text_at(const Node& map, std::string_view key) {
  const Node* node = map.find(key);
  return node == nullptr ? std::string() : node->text;
}

// The user's file, read anew for an edit; its secrets are known from then on.
struct Source {
  std::filesystem::path file;
  config::Document document;
};
Result<Source> read_source(const config::Config& config, Context& context) {
  Source source{.file = config.user_file(), .document = {}};
  BYOK_TRY(const std::string text, read_configuration(source.file));
  source.document = config::parse_yaml(text, source.file.filename().string());
  for (const std::string& secret : config::literal_secrets(source.document.root)) context.redactor.add(secret);
  return source;
}

// 0, or the exit code of a refusal that is reported.
int carry_out(const Rewrite& wish, std::string_view by_hand, Context& context) {
  auto written = rewrite(wish, context);
  if (!written) {
    if (written.error().kind == ErrorKind::config) {
      written.error().message = fmt::format("{} is left as it is: {}", wish.file.string(), written.error().message);
      if (written.error().hint.empty()) written.error().hint = by_hand;
    }
    return fail_command(context, written.error(), false);
  }
  if (*written) return 0;
  context.say("nothing was written");
  return static_cast<int>(ExitCode::refused);
}

Result<int> make_default(const Arguments& arguments, Context& context) {
  BYOK_TRY(const std::string name, one_name(arguments, "default"));
  const config::Config config = config::Config::load(context.environment, arguments.last("config"));
  const auto profiles = config.list();
  if (name == "env") {
    return fail(ErrorKind::config, "`env` is the profile that variables describe, and cannot be kept as the default",
                "while BYOK_BASE_URL is set, it is used anyway");
  }
  if (find(profiles, name) == nullptr) return unknown(name, profiles);
  BYOK_TRY(const Source source, read_source(config, context));
  if (text_at(source.document.root, "default_profile") == name) {
    if (!context.is_quiet) context.say(fmt::format("{} is the default already", name));
    return 0;
  }
  Rewrite wish;
  wish.file = source.file;
  wish.change.default_profile = name;
  const int code = carry_out(wish, fmt::format("write it at the top yourself: default_profile: {}", name), context);
  for (const std::string_view variable : {"BYOK_PROFILE", "BYOK_BASE_URL"}) {
    if (code == 0 && context.environment.has(variable)) {
      context.warn(fmt::format("{} is set, and goes before the default", variable));
    }
  }
  return code;
}

Result<> check_removable(const std::string& name, const Source& source, const config::Config& config) {
  const Node* profiles = source.document.root.find("profiles");
  if (profiles == nullptr || profiles->find(name) == nullptr) {
    const auto all = config.list();
    const config::ProfileSummary* known = find(all, name);
    if (known == nullptr) return unknown(name, all);
    if (known->is_builtin || name == "env") {
      return fail(ErrorKind::config, fmt::format("{} stands in no file, so nothing can be removed", name),
                  name == "env" ? "variables describe it: unset BYOK_BASE_URL or COPILOT_PROVIDER_BASE_URL"
                                : "it is built in; one of that name in the file would replace it");
    }
    return fail(ErrorKind::config, fmt::format("{} is not in {} but in {}", name, source.file.string(), known->where),
                "that file is the system's");
  }
  std::vector<std::string> heirs;
  for (const Node::Member& member : profiles->members) {
    if (member.key != name && text_at(member.value, "extends") == name) heirs.push_back(member.key);
  }
  if (heirs.empty()) return {};
  return fail(ErrorKind::config,
              fmt::format("{} cannot be removed: {} {} it", name, base::join(heirs, ", "),
                          heirs.size() == 1 ? "extends" : "extend"),
              fmt::format("remove {} first, or its `extends`", heirs.size() == 1 ? "that" : "each of those"));
}

bool mentions(const Node& node, std::string_view text) {
  return node.text.contains(text) ||
         std::ranges::any_of(node.elements, [text](const Node& each) { return mentions(each, text); }) ||
         std::ranges::any_of(node.members, [text](const Node::Member& each) { return mentions(each.value, text); });
}

// The key that `add` stored for this profile, when nothing else reads it.
std::filesystem::path kept_key_of(const std::string& name, const Source& source) {
  const std::string reference = fmt::format("${{file:{}}}", kept_key_name(name));
  const Node& profiles = *source.document.root.find("profiles");
  const Node& profile = *profiles.find(name);
  if (text_at(profile, "api_key") != reference && text_at(profile, "apiKey") != reference) return {};
  for (const Node::Member& other : profiles.members) {
    if (other.key != name && mentions(other.value, kept_key_name(name))) return {};
  }
  const std::filesystem::path file = source.file.parent_path() / kept_key_name(name);
  std::error_code ignored;
  return std::filesystem::is_regular_file(std::filesystem::symlink_status(file, ignored)) ? file
                                                                                          : std::filesystem::path();
}

Result<int> remove(const Arguments& arguments, Context& context) {
  BYOK_TRY(const std::string name, one_name(arguments, "rm"));
  const config::Config config = config::Config::load(context.environment, arguments.last("config"));
  BYOK_TRY(const Source source, read_source(config, context));
  BYOK_CHECK(check_removable(name, source, config));
  Rewrite wish;
  wish.file = source.file;
  wish.change.remove = name;
  wish.asks = can_ask(context) && !arguments.has("yes");
  if (text_at(source.document.root, "default_profile") == name) wish.change.default_profile = "";
  const std::filesystem::path key = kept_key_of(name, source);
  if (wish.asks && !key.empty()) context.say(fmt::format("its key goes too: {}", key.string()));
  const int code = carry_out(wish, fmt::format("remove the lines of {} yourself", name), context);
  if (code != 0) return code;
  std::error_code error;
  if (!key.empty() && !std::filesystem::remove(key, error)) {
    context.warn(fmt::format("the key {} could not be removed: {}", key.string(), error.message()));
  }
  if (context.is_quiet) return 0;
  context.say(fmt::format("removed {} from {}", name, source.file.string()));
  if (!key.empty()) context.say(fmt::format("removed {}", key.string()));
  if (wish.change.default_profile) context.say("there is no default profile now: byok profiles default NAME");
  return 0;
}

int run(Result<int> (*command)(const Arguments&, Context&), const Arguments& arguments, Context& context) {
  transport::Interrupt interrupt;
  context.interrupt = &interrupt;
  const auto code = command(arguments, context);
  const int result = code ? *code : fail_command(context, code.error(), false);
  context.interrupt = nullptr;
  return result;
}

}  // namespace

int run_profiles_default(const Arguments& arguments, Context& context) { return run(make_default, arguments, context); }

int run_profiles_rm(const Arguments& arguments, Context& context) { return run(remove, arguments, context); }

}  // namespace byok::cli
