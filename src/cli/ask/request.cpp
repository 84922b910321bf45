// Options as a message and a request.
#include "cli/ask/request.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <utility>
#include <variant>

#include "cli/attach.hpp"

namespace byok::cli {

using base::ErrorKind;
using base::fail;
using base::Result;

bool shows_reasoning(const AskOptions& options, const core::Profile& profile, const Context& context) {
  if (context.is_quiet) return false;
  if (options.shows_reasoning) return *options.shows_reasoning;
  if (profile.show_reasoning) return *profile.show_reasoning;
  return context.streams.err_is_terminal;
}

core::Request options_of(const AskOptions& options, const core::Profile& profile, const Context& context) {
  core::Request request;
  request.sampling = profile.sampling;
  request.pinned = options.pinned;
  request.stream = options.streams;
  request.wants_reasoning = options.format != OutputFormat::text || shows_reasoning(options, profile, context);
  if (options.schema) request.schema = options.schema->form();
  request.edits = options.edits;
  return request;
}

std::size_t text_size(const core::Request& request) {
  std::size_t bytes = request.system.size();
  for (const core::Message& message : request.messages) {
    for (const core::Part& part : message.parts) {
      if (const auto* text = std::get_if<core::TextPart>(&part)) bytes += text->text.size();
    }
  }
  return bytes;
}

// The bound is on an estimate; the provider's own count differs.
Result<> check_prompt_tokens(const core::Profile& profile, const core::Request& request) {
  if (!profile.max_prompt_tokens) return {};
  const auto tokens = static_cast<std::int64_t>(text_size(request) / 4);
  if (tokens <= *profile.max_prompt_tokens) return {};
  const bool has_history = request.messages.size() > 1;
  return fail(ErrorKind::context_length,
              fmt::format("{} about {} tokens, and the profile allows {}",
                          has_history ? "the conversation and the prompt have" : "the prompt has", tokens,
                          *profile.max_prompt_tokens),
              fmt::format("{}, or raise max_prompt_tokens in the profile",
                          has_history ? "begin a new conversation" : "send a part of it"));
}

Result<core::Message> message_of(const AskOptions& options, std::string prompt, const core::Profile& profile,
                                 base::Redactor& redactor) {
  core::Message message{.role = core::Role::user, .parts = {core::TextPart{std::move(prompt)}}};
  for (const std::string& attachment : options.attachments) {
    BYOK_TRY(core::Part part, read_attachment(attachment, profile));
    protect_attachment(part, redactor);
    message.parts.push_back(std::move(part));
  }
  BYOK_CHECK(check_attachments(message.parts, profile));
  return message;
}

}  // namespace byok::cli
