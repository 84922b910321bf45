// NewProfile: words and options become the keys of a profile.
#include "cli/profiles/new_profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/text.hpp"
#include "config/builtins.hpp"
#include "config/pasted_url.hpp"
#include "config/rules.hpp"
#include "config/values.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using config::Node;

void put(Node& map, std::string key, Node value) {
  map.type = Node::Type::map;
  map.members.push_back({.key = std::move(key), .mark = {}, .value = std::move(value)});
}

void put_text(Node& map, std::string key, std::string text) {
  if (!text.empty()) put(map, std::move(key), config::plain_node(std::move(text)));
}

Node list_of(const std::vector<std::string>& words) {
  Node node;
  node.type = Node::Type::sequence;
  for (const std::string& word : words) node.elements.push_back(config::plain_node(word));
  return node;
}

// One word alone is the address when it looks like one.
bool is_address(std::string_view word) {
  return word.find_first_of(":/.") != std::string_view::npos || base::iequals(word, "localhost");
}

struct Words {
  std::string name, url;
};

Result<Words> read_words(const Arguments& arguments) {
  std::vector<std::string> words = arguments.words;
  words.insert(words.end(), arguments.literal_words.begin(), arguments.literal_words.end());
  if (words.size() > 2) {
    return fail(ErrorKind::usage, "byok profiles add takes a name and an address, and no more",
                "write: byok profiles add NAME URL; an address with & in it needs quotes");
  }
  Words read;
  if (words.size() == 2) {
    read = {.name = words[0], .url = words[1]};
    const bool is_turned = !config::is_profile_name(read.name) && is_address(read.name);
    if (is_turned && config::is_profile_name(read.url)) std::swap(read.name, read.url);
  } else if (words.size() == 1) {
    (is_address(words[0]) ? read.url : read.name) = words[0];
  }
  return read;
}

bool is_variable_name(std::string_view text) {
  const auto is_name_character = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && std::ranges::all_of(text, is_name_character) && !(text[0] >= '0' && text[0] <= '9');
}

Result<NewKey> key_in_variable(std::string text, const config::Environment& environment) {
  if (text.starts_with("${env:") && text.ends_with('}')) text = text.substr(6, text.size() - 7);
  if (text.starts_with('$')) text.erase(0, 1);
  // A key given by mistake must not be shown again; many keys look like names of variables, but few are set as such.
  const bool is_key = !is_variable_name(text) || text.starts_with("sk_") ||
                      (text.size() > 30 && !environment.has(text) && base::to_lower(text) == text);
  if (!is_key) return NewKey{.way = NewKey::Way::variable, .text = std::move(text), .command = {}};
  return fail(ErrorKind::usage, "--key-env takes the name of a variable, such as OPENAI_API_KEY, not a key",
              "give the key itself with --key-stdin; one that was typed on the command line is in the shell's history");
}

Result<NewKey> key_in_file(const std::string& text, const config::Environment& environment) {
  std::string path = text;
  const std::filesystem::path home = environment.home();
  if (!path.starts_with("~/")) {
    std::error_code error;
    const auto whole = std::filesystem::absolute(path, error).lexically_normal();
    if (!error) path = whole.string();
    if (!home.empty() && path.starts_with(home.string() + "/")) path = "~" + path.substr(home.string().size());
  }
  const std::filesystem::path real = path.starts_with("~/") ? home / path.substr(2) : std::filesystem::path(path);
  if (!base::status_of(real).is_regular) {
    return fail(ErrorKind::usage, fmt::format("there is no file {}", base::abbreviate(real.string(), 200)),
                "--key-file names a file that holds the key alone; --key-stdin reads the key itself");
  }
  if (path.find_first_of("}\n") != std::string::npos) {
    return fail(ErrorKind::usage, "a path with } in it cannot be written into the configuration", "rename the file");
  }
  return NewKey{.way = NewKey::Way::file, .text = std::move(path), .command = {}};
}

Result<NewKey> key_of_command(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const bool is_list = json.is_array() && !json.empty() &&
                       std::ranges::all_of(json, [](const nlohmann::json& word) { return word.is_string(); });
  if (!is_list || json.front().get<std::string>().empty()) {
    return fail(ErrorKind::usage, "--key-command takes a JSON array of a program and its arguments",
                R"(write: --key-command '["op", "read", "op://vault/item/key"]'; for a shell: '["sh", "-c", "…"]')");
  }
  return NewKey{.way = NewKey::Way::command, .text = {}, .command = json.get<std::vector<std::string>>()};
}

Result<NewKey> read_key_option(const Arguments& arguments, const config::Environment& environment) {
  std::vector<std::string> given;
  for (const std::string_view option : {"key-env", "key-file", "key-stdin", "key-command", "entra"}) {
    if (arguments.has(option)) given.push_back(fmt::format("--{}", option));
  }
  if (given.size() > 1) {
    return fail(ErrorKind::usage, fmt::format("{} exclude each other", base::join(given, " and ")),
                "a profile has one credential: keep one of them");
  }
  if (const auto variable = arguments.last("key-env")) return key_in_variable(*variable, environment);
  if (const auto file = arguments.last("key-file")) return key_in_file(*file, environment);
  if (const auto command = arguments.last("key-command")) return key_of_command(*command);
  NewKey key;
  if (arguments.has("key-stdin")) key.way = NewKey::Way::kept;
  if (arguments.has("entra")) key.way = NewKey::Way::entra;
  return key;
}

// The scope of the cloud that the host is in; the classic routes know only the older one.
std::string entra_scope(const config::PastedUrl& url) {
  for (const std::string_view cloud : {"us", "cn"}) {
    if (url.base_url.contains(fmt::format(".azure.{}", cloud)) ||
        url.base_url.contains(fmt::format(".azure-api.{}", cloud))) {
      return fmt::format("https://cognitiveservices.azure.{}/.default", cloud);
    }
  }
  return url.type == "azure" ? "https://cognitiveservices.azure.com/.default" : "https://ai.azure.com/.default";
}

Result<> check_name(const std::string& name) {
  if (name == "env") {
    return fail(ErrorKind::usage, "`env` is the profile that BYOK_BASE_URL describes", "give the profile another name");
  }
  // `.` and `..` would be folders where the key is kept.
  if (config::is_profile_name(name) && name.find_first_not_of('.') != std::string::npos) return {};
  return fail(ErrorKind::usage,
              fmt::format("{} cannot be the name of a profile", base::shell_quote(base::abbreviate(name, 60))),
              "use letters, digits, `.`, `_` and `-`: byok profiles add NAME URL");
}

Result<> check_api_version(const Arguments& arguments, const std::string& type) {
  const auto version = arguments.last("api-version");
  if (!version) return {};
  if (!config::is_api_version(*version)) {
    return fail(ErrorKind::usage, fmt::format("--api-version cannot be {}", base::shell_quote(*version)),
                "it is v1, preview, or a date such as 2024-10-21 or 2025-04-01-preview");
  }
  if (type == "azure") return {};
  return fail(ErrorKind::usage, "--api-version goes with type azure alone", "leave it out, or add --type azure");
}

Result<> fill_from_url(NewProfile& profile, const Arguments& arguments, const std::string& text) {
  const config::UrlWishes wishes{.type = arguments.last("type").value_or(""),
                                 .api_version = arguments.last("api-version").value_or("")};
  BYOK_TRY(config::PastedUrl url, config::read_pasted_url(text, wishes));
  if (profile.name.empty()) profile.name = url.name;
  BYOK_CHECK(check_api_version(arguments, url.type));
  if (profile.key.way == NewKey::Way::entra && !url.is_azure) {
    return fail(ErrorKind::usage, "--entra goes with Azure alone", "give the key with --key-stdin or --key-env");
  }
  const std::string model = arguments.last("model").value_or(url.model);
  std::string wire = arguments.last("wire-api").value_or(url.wire_api);
  if (wire.empty() && (url.is_azure || url.name == "openai") && config::needs_responses(model)) wire = "responses";
  if (url.type == "anthropic" && !wire.empty()) {
    profile.notes.push_back("--wire-api is left out: type anthropic has one wire API");
    wire.clear();
  }
  put_text(profile.value, "type", url.type);
  put_text(profile.value, "base_url", url.base_url);
  put_text(profile.value, "wire_api", wire);
  Node azure;
  if (!url.api_version.empty()) put(azure, "api_version", config::text_node(url.api_version));
  put_text(azure, "path_prefix", url.path_prefix);
  if (!azure.members.empty()) put(profile.value, "azure", std::move(azure));
  put_text(profile.value, "model", model);
  profile.usual_variable = url.key_variable;
  profile.scope = entra_scope(url);
  std::ranges::move(url.notes, std::back_inserter(profile.notes));
  return {};
}

// `byok profiles add openai`: the built-in one lends its address.
Result<> fill_from_builtin(NewProfile& profile, const Arguments& arguments) {
  const config::Builtin* builtin = config::find_builtin(profile.name);
  if (builtin == nullptr) {
    return fail(ErrorKind::usage, "the address of the provider is missing",
                fmt::format("write: byok profiles add {} URL", profile.name.empty() ? "NAME" : profile.name));
  }
  BYOK_CHECK(check_api_version(arguments, std::string(builtin->type)));
  put_text(profile.value, "extends", profile.name);
  if (const auto type = arguments.last("type")) put_text(profile.value, "type", *type);
  if (const auto wire = arguments.last("wire-api")) put_text(profile.value, "wire_api", *wire);
  if (const auto version = arguments.last("api-version")) {
    Node azure;
    put(azure, "api_version", config::text_node(*version));
    put(profile.value, "azure", std::move(azure));
  }
  put_text(profile.value, "model", arguments.last("model").value_or(""));
  profile.scope = "https://ai.azure.com/.default";
  return {};
}

}  // namespace

bool lacks_address(const Arguments& arguments) {
  const auto words = read_words(arguments);
  return words && words->url.empty() && config::find_builtin(words->name) == nullptr;
}

Result<NewProfile> read_new_profile(const Arguments& arguments, const config::Environment& environment) {
  BYOK_TRY(const Words words, read_words(arguments));
  NewProfile profile;
  profile.name = words.name;
  profile.is_default = arguments.has("default");
  BYOK_TRY(profile.key, read_key_option(arguments, environment));
  if (words.url.empty()) {
    BYOK_CHECK(fill_from_builtin(profile, arguments));
  } else {
    BYOK_CHECK(fill_from_url(profile, arguments, words.url));
  }
  BYOK_CHECK(check_name(profile.name));
  return profile;
}

config::Change change_for(const NewProfile& profile, const NewKey& key) {
  Node credential;
  std::string slot = "api_key";
  switch (key.way) {
    case NewKey::Way::unsaid:
    case NewKey::Way::none:
      break;
    case NewKey::Way::variable:
      credential = config::plain_node(fmt::format("${{env:{}}}", key.text));
      break;
    case NewKey::Way::file:
      credential = config::plain_node(fmt::format("${{file:{}}}", key.text));
      break;
    case NewKey::Way::kept:
      credential = config::plain_node(fmt::format("${{file:{}}}", kept_key_name(profile.name)));
      break;
    case NewKey::Way::command:
      put(credential, "command", list_of(key.command));
      // What a cloud's own tool mints is a token, and has another header than a key.
      if (std::ranges::find_if(key.command, [](const std::string& word) {
            return word == "get-access-token" || word == "print-access-token";
          }) != key.command.end()) {
        slot = "bearer_token";
      }
      break;
    case NewKey::Way::entra:
      put(credential, "command",
          list_of({"az", "account", "get-access-token", "--scope", profile.scope, "-o", "json"}));
      slot = "bearer_token";
      break;
  }
  config::Change change;
  change.add = profile.name;
  change.added = profile.value;
  if (credential.type != Node::Type::null) {
    // Behind the address and the wire API, as the documents show it.
    const auto place = std::ranges::find_if(change.added.members, [](const Node::Member& member) {
      return member.key == "azure" || member.key == "model";
    });
    change.added.members.insert(place, {.key = slot, .mark = {}, .value = std::move(credential)});
  }
  if (profile.is_default) change.default_profile = profile.name;
  return change;
}

std::string kept_key_name(std::string_view profile) { return fmt::format("keys/{}", profile); }

}  // namespace byok::cli
