// Export: a saved session as a document to read or to work with. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/message.hpp"
#include "session/store/saved_session.hpp"

namespace byok::session {

// A heading for the title, one for each message, the texts as they are; attachments, tool calls and results are named,
// errors quoted. Reasoning is left out.
[[nodiscard]] std::string to_markdown(const SavedSession& session);
// One message of it, without a heading.
[[nodiscard]] std::string to_markdown(const core::Message& message);
// One object: `schema_version`, `id`, `title`, `profile`, `origin`, `wire_api`, `model`, `system`, and `turns`, each
// with `messages` of `role` and `content` and what else was said. Attachments stand without their bytes.
[[nodiscard]] std::string to_json(const SavedSession& session);
// The file's lines up to the last finished turn, without those that are no events.
[[nodiscard]] std::string to_jsonl(const SavedSession& session, std::string_view file);

}  // namespace byok::session
