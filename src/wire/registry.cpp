// The one table of dialects.
#include "wire/wire.hpp"

namespace byok::wire {

const Wire& wire_for(const core::Profile& profile) {
  for (const Wire* wire : {&kOpenAiChat, &kOpenAiResponses, &kAnthropicMessages}) {
    if (wire->api == profile.wire_api) return *wire;
  }
  return kOpenAiChat;
}

}  // namespace byok::wire
