// PastedUrl: an address as a portal, a document or a shell's history shows it, read into the keys of a profile. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace byok::config {

// What the user said besides the address; each empty unless given. It decides where the address alone would not.
struct UrlWishes {
  std::string type;         // openai, azure, anthropic
  std::string api_version;  // of Azure
};

struct PastedUrl {
  std::string type;  // never empty, as base_url
  std::string base_url;
  std::string wire_api;            // empty: the address does not say
  std::string model;               // a deployment or model named in the address, or empty
  std::string api_version;         // type azure only
  std::string path_prefix;         // type azure only
  std::string name;                // a good name for the profile
  std::string key_variable;        // where this provider's key usually lies, or empty
  bool is_azure = false;           // Microsoft Entra ID is a way in
  std::vector<std::string> notes;  // what was left out or assumed, each a sentence for the user
};

// Accepts whole endpoints, bases, bare hosts, native routes of local servers, quotes around and a command in front.
// Fails (ErrorKind::usage) on what is no address of an API: a placeholder in the host, a portal's web page, user info;
// the message shows no secret. Values of query keys that hold secrets are left out, and a note says so.
[[nodiscard]] base::Result<PastedUrl> read_pasted_url(std::string_view text, const UrlWishes& wishes = {});

// Whether the model is known to answer over the Responses API alone (OpenAI's codex and -pro models).
[[nodiscard]] bool needs_responses(std::string_view model);

}  // namespace byok::config
