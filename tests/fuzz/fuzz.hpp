// What the fuzz targets share: an invariant that ends the process, a seam taken from the input, a decoder's events.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "unit/wire/transcript.hpp"
#include "wire/wire.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace byok::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Somewhere in the text, always the same for the same text.
inline std::size_t seam_of(std::string_view text) { return std::hash<std::string_view>{}(text) % (text.size() + 1); }

class Ends final : public test::Transcript {
 public:
  void on(const core::StreamEvent& event) override {
    require(finished == 0);  // it is the last event
    finished += std::holds_alternative<core::Finished>(event) ? 1 : 0;
    Transcript::on(event);
  }
  int finished = 0;
};

// The events of a reply that comes as `first` and `second`, as lines. Exactly one of Finished and an error ends it.
inline std::string replay(const core::Profile& profile, std::string_view type, std::string_view first,
                          std::string_view second) {
  core::HttpHead head{.status = 200, .headers = {}};
  head.headers.push_back({.name = "content-type", .value = std::string(type)});
  const auto decoder = wire::open_reply(profile, head);
  Ends events;
  auto result = decoder->feed(first, events);
  if (result && !decoder->is_done()) result = decoder->feed(second, events);
  if (result) result = decoder->finish(events);
  require(events.finished == (result ? 1 : 0));
  if (!result) {
    require(!result.error().message.empty());
    events.add_error(result.error());
  }
  return events.lines();
}

// The same events whatever the seams, announced as a stream or not at all.
inline void check_decoder(core::WireApi api, std::string_view text) {
  core::Profile profile;
  profile.wire_api = api;
  if (api == core::WireApi::messages) profile.type = core::ProviderType::anthropic;
  for (const std::string_view type : {"text/event-stream", ""}) {
    const std::string whole = replay(profile, type, text, {});
    const std::size_t at = seam_of(text);
    require(replay(profile, type, text.substr(0, at), text.substr(at)) == whole);
  }
}

}  // namespace byok::fuzz
