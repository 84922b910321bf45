// The wire API's own word on what was given.
#include "cli/chat/given.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "wire/wire.hpp"

namespace byok::cli {
namespace {

struct Field {
  std::string_view name;
  void (*take_out)(core::Sampling& sampling);
};
constexpr auto kFields = std::to_array<Field>({
    {"max_output_tokens", [](core::Sampling& all) { all.max_output_tokens.reset(); }},
    {"temperature", [](core::Sampling& all) { all.temperature.reset(); }},
    {"top_p", [](core::Sampling& all) { all.top_p.reset(); }},
    {"stop", [](core::Sampling& all) { all.stop.clear(); }},
    {"seed", [](core::Sampling& all) { all.seed.reset(); }},
    {"reasoning_effort", [](core::Sampling& all) { all.reasoning_effort.reset(); }},
});

}  // namespace

base::Result<> check_given(const core::Profile& profile, const FieldNames& pinned) {
  core::Request request;
  request.model = profile.wire_model;
  request.messages.push_back({.role = core::Role::user, .parts = {core::TextPart{"?"}}});
  request.sampling = profile.sampling;
  request.pinned = pinned;
  std::vector<std::string> warnings;
  BYOK_CHECK(wire::wire_for(profile).body(profile, request, warnings));
  return {};
}

std::vector<std::string> leave_out_given(core::Profile& profile, const FieldNames& pinned) {
  std::vector<std::string> sentences;
  for (const Field& field : kFields) {
    if (!pinned.contains(field.name)) continue;
    const auto fits = check_given(profile, {std::string(field.name)});
    if (fits) continue;
    field.take_out(profile.sampling);
    sentences.push_back(fmt::format("{}; it stays behind", fits.error().message));
  }
  return sentences;
}

}  // namespace byok::cli
