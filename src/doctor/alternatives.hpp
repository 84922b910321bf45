// Alternative: the same profile with a few keys changed, as a guess at what would work. Pure.
#pragma once

#include <vector>

#include "core/profile.hpp"
#include "doctor/case.hpp"

namespace byok::doctor {

struct Alternative {
  core::Profile profile;
  Settings settings;  // what makes the difference, for how_to_set
};

// Other paths, api-versions and types on the same host, the likeliest first.
[[nodiscard]] std::vector<Alternative> other_routes(const core::Profile& profile);

// Every wire API that the provider could speak, the configured one first.
[[nodiscard]] std::vector<Alternative> all_wires(const core::Profile& profile);

// The id that `wanted` most likely means: one that begins with it (Ollama's tags, Foundry Local's variants), or the
// nearest; empty: none is near.
[[nodiscard]] std::string closest_model(std::string_view wanted, const std::vector<core::ModelInfo>& models);
// Whether the list has it, under its own name or as Ollama's `latest`.
[[nodiscard]] bool is_listed(std::string_view wanted, const std::vector<core::ModelInfo>& models);

}  // namespace byok::doctor
