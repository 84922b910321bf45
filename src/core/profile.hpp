// Profile: everything that is needed to reach one model, resolved and checked, each value with its origin.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/http.hpp"
#include "core/model_info.hpp"
#include "core/request.hpp"
#include "core/url.hpp"

namespace byok::core {

enum class ProviderType { openai, azure, anthropic };
enum class WireApi { completions, responses, messages };  // messages: type anthropic, whatever wire_api says

[[nodiscard]] std::string_view to_string(ProviderType type);
[[nodiscard]] std::string_view to_string(WireApi api);

// Where a key lies. It never holds the key: for a literal the place in the file is kept, and it is read from there.
struct Credential {
  enum class Slot { none, api_key, bearer_token };
  enum class Source { none, literal, text, command, shell_command };
  Slot slot = Slot::none;
  Source source = Source::none;
  std::string where;  // for people: "$FOUNDRY_API_KEY", "~/.keys/a", "config.yaml:12:14", "command az"
  std::string text;   // Source::text: as written, with ${env:NAME} and ${file:PATH}; shell_command: the command line
  std::string literal_place;         // Source::literal: the owner's handle to the value, such as "profiles.a.api_key"
  std::vector<std::string> command;  // Source::command: argv
  std::optional<std::chrono::milliseconds> ttl;
  std::chrono::milliseconds timeout{30'000};
  bool cache = false;
  std::string shell;  // as a shell would write it: `$FOUNDRY_API_KEY`, `$(cat ~/.keys/a)`, `$(az account …)`
};

// Times are 0 where there is no limit.
struct Limits {
  int retries = 2;
  std::chrono::milliseconds retry_max_wait{60'000};
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds first_token_timeout{600'000};  // config sets 0 for a loopback base_url unless given
  std::chrono::milliseconds idle_timeout{300'000};
  std::chrono::milliseconds timeout{0};  // of the whole run
};

struct Network {
  std::string proxy;               // the proxy for base_url, already chosen; empty: direct
  std::string proxy_origin;        // "$HTTPS_PROXY", "config.yaml:3:5"; empty without a proxy
  std::string proxy_auth = "any";  // any, basic, negotiate, ntlm
  std::string ca_file;             // added to the system's, or alone with ca_only
  bool ca_only = false;
  std::string ca_bundle;      // SSL_CERT_FILE / CURL_CA_BUNDLE: replaces the system's bundle
  std::string ca_directory;   // SSL_CERT_DIR
  std::string extra_ca_file;  // NODE_EXTRA_CA_CERTS: added
  std::string client_cert;
  std::string client_key;
};

enum class LocalOnly { no, loopback, lan };
enum class Save { always, terminal, never };  // which exchanges are kept as sessions; terminal: where stdout is one

struct Profile {
  std::string name;
  ProviderType type = ProviderType::openai;
  WireApi wire_api = WireApi::completions;
  Url base_url;  // as wire wants it: endpoint suffix dropped (rule 6), Anthropic's base without /v1/messages (rule 8)
  Credential credential;
  std::string azure_api_version;  // type azure: "2024-10-21", "v1", "preview", …
  std::string azure_path_prefix;  // type azure: "" or "/aoai"
  std::string model;              // shown
  std::string wire_model;         // sent
  std::vector<ModelInfo> models;  // not empty: replaces the provider's list
  std::string system;
  Sampling sampling;
  std::optional<std::int64_t> max_prompt_tokens;
  std::optional<bool> store;
  std::vector<Header> headers;
  std::string body;  // JSON object, or empty
  Limits limits;
  Network network;
  bool allow_insecure_http = false;
  LocalOnly local_only = LocalOnly::no;
  std::optional<bool> show_reasoning;
  Save save = Save::terminal;
  bool usage_log = true;
  std::chrono::milliseconds retention{0};  // of sessions, from their last turn; 0: they are kept
  bool is_demo = false;                    // base_url is filled in by whoever starts the in-process mock

  // key (snake_case, dotted) -> where its value came from: "config.yaml:12:5", "$BYOK_MODEL", "--model", "default".
  std::map<std::string, std::string, std::less<>> origins;
};

// *.openai.azure.com/.us/.cn, *.cognitiveservices.azure.com, *.services.ai.azure.com
[[nodiscard]] bool is_azure_host(std::string_view host);

}  // namespace byok::core
