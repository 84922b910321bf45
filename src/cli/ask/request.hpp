// What `ask` makes of its options: the prompt's message, and the request's own part.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/ask/options.hpp"
#include "cli/context.hpp"
#include "core/message.hpp"
#include "core/profile.hpp"
#include "core/request.hpp"

namespace byok::cli {

// Whether reasoning goes to stderr.
[[nodiscard]] bool shows_reasoning(const AskOptions& options, const core::Profile& profile, const Context& context);

// The request's own part: what the conversation does not know.
[[nodiscard]] core::Request options_of(const AskOptions& options, const core::Profile& profile, const Context& context);

// The prompt with its attachments; what is secret in their addresses goes to the redactor. Fails as read_attachment.
[[nodiscard]] base::Result<core::Message> message_of(const AskOptions& options, std::string prompt,
                                                     const core::Profile& profile, base::Redactor& redactor);

// Bytes of text that the request carries.
[[nodiscard]] std::size_t text_size(const core::Request& request);

// ErrorKind::context_length where the prompt is larger than the profile allows.
base::Result<> check_prompt_tokens(const core::Profile& profile, const core::Request& request);

}  // namespace byok::cli
