// NewProfile: what `byok profiles add` was told, judged, and the change of the configuration that comes of it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "config/environment.hpp"
#include "config/splice.hpp"

namespace byok::cli {

// Where the new profile's key will lie.
struct NewKey {
  enum class Way {
    unsaid,    // no option: asked for on a terminal, else the provider's usual variable
    variable,  // --key-env
    file,      // --key-file
    kept,      // --key-stdin, or typed: in keys/NAME beside the configuration
    command,   // --key-command
    entra,     // --entra
    none
  };
  Way way = Way::unsaid;
  std::string text;  // the variable, or the path as it is written in the configuration
  std::vector<std::string> command;
};

struct NewProfile {
  std::string name;
  config::Node value;  // all but the credential
  NewKey key;
  std::string usual_variable;  // where this provider's key usually lies, or empty
  std::string scope;           // of a token from Microsoft Entra ID
  bool is_default = false;
  std::vector<std::string> notes;
};

// Whether neither an address nor the name of a built-in profile is among the words.
[[nodiscard]] bool lacks_address(const Arguments& arguments);

// From NAME, URL and the options. Fails with ErrorKind::usage, never showing what may be a key.
[[nodiscard]] base::Result<NewProfile> read_new_profile(const Arguments& arguments,
                                                        const config::Environment& environment);

// The change that adds the profile, with its key in the way that `key` says.
[[nodiscard]] config::Change change_for(const NewProfile& profile, const NewKey& key);

// Relative to the configuration's folder: "keys/NAME".
[[nodiscard]] std::string kept_key_name(std::string_view profile);

}  // namespace byok::cli
