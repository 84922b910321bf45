// The reading half of the Responses dialect: a stream of typed events, or one response object, to events of ours.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "core/event.hpp"
#include "wire/wire.hpp"

namespace byok::wire {

[[nodiscard]] std::unique_ptr<Decoder> open_responses_stream();
[[nodiscard]] base::Result<> decode_responses_body(std::string_view json, core::EventSink& sink);

}  // namespace byok::wire
