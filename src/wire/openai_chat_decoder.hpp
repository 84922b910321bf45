// Decoding of Chat Completions, streamed and whole.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "core/event.hpp"
#include "wire/wire.hpp"

namespace byok::wire {

[[nodiscard]] std::unique_ptr<Decoder> make_chat_decoder();
[[nodiscard]] base::Result<> decode_chat_body(std::string_view json, core::EventSink& sink);

}  // namespace byok::wire
