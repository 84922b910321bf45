// The reading half of the Anthropic Messages dialect: a stream of content blocks, or one message, to events of ours.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "core/event.hpp"
#include "wire/wire.hpp"

namespace byok::wire {

[[nodiscard]] std::unique_ptr<Decoder> open_anthropic_stream();
[[nodiscard]] base::Result<> decode_anthropic_body(std::string_view json, core::EventSink& sink);

}  // namespace byok::wire
