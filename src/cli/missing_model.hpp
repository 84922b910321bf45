// A model that is not named, is an alias, or does not exist: what it can be filled in with, and the error that helps.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/launch.hpp"

namespace byok::cli {

// `launch`, and where it fails only because no model is named: a loopback server that serves exactly one is taken at
// its word (said on stderr, for built-in profiles; models for embeddings are not counted), else the error lists up to 8
// models, from the cache or asked of a loopback server (2 s), and says how to keep one. A remote server is never asked.
// With Foundry Local found by its program, an alias becomes the id of the variant, where only one fits (said on
// stderr).
[[nodiscard]] base::Result<Launched> launch_with_model(const config::Overrides& overrides, Context& context);

// What a person who is asked for the model that is missing can be shown.
struct ModelChoice {
  std::optional<Launched> launched;     // without a model
  std::vector<core::ModelInfo> models;  // those for embeddings left out; empty where none are known
  std::string reason;                   // then: why
};
// The same, where a person is there to be asked: fails with code "model-missing" and `choice` filled in. A remote
// server is asked too (10 s), where no list of it is kept.
[[nodiscard]] base::Result<Launched> launch_or_choose(const config::Overrides& overrides, Context& context,
                                                      ModelChoice& choice);

// Whether what the provider lists is not what can be named: Azure lists base models, and a deployment is meant.
[[nodiscard]] bool lists_base_models(const core::Profile& profile);

// To the hint of a "model not found" (other errors stay as they are): the listed models that were likely meant, from
// the profile's list or the cache; where Foundry Local was found by its program, from what it answers (2 s).
void suggest_models(base::Error& error, const Launched& launched, Context& context);

// The command or the line by which the profile would have this model from now on.
[[nodiscard]] std::string how_to_keep(const Launched& launched, const std::string& id);

}  // namespace byok::cli
