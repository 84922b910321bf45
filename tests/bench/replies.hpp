// Replies: streams of any number of events in the form of each wire API, as their real servers write them.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace byok::bench {

// `markdown`: Chat Completions whose text has headings, lists, emphasis, links, code and tables.
enum class Api { chat, responses, messages, markdown };

// What the path of a request asks for; chat where it is none of the others.
[[nodiscard]] Api api_of(std::string_view path);

// The body of a reply with `count` text deltas, in pieces of up to `batch` events. `send` returns false to stop.
void write_reply(Api api, std::size_t count, std::size_t batch, const std::function<bool(std::string_view)>& send);

// The bytes of text that a reply of so many deltas carries.
[[nodiscard]] std::size_t text_size(Api api, std::size_t count);

}  // namespace byok::bench
