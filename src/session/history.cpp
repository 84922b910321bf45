// What is taken out of a history before it is sent.
#include "session/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

#include "core/request.hpp"
#include "wire/wire.hpp"

namespace byok::session {
namespace {

using core::Message;
using core::Part;

using Ids = std::set<std::string, std::less<>>;

// The calls that each have a result further on.
Ids answered_calls(std::span<const Message> messages) {
  Ids called;
  Ids answered;
  for (const Message& message : messages) {
    for (const Part& part : message.parts) {
      if (const auto* call = std::get_if<core::ToolCallPart>(&part)) called.insert(call->id);
      const auto* result = std::get_if<core::ToolResultPart>(&part);
      if (result != nullptr && called.contains(result->call_id)) answered.insert(result->call_id);
    }
  }
  return answered;
}

// The wire API's own word on a part decides; one that came from the user is all that it could refuse.
bool is_refused(const core::Profile& profile, const Part& part) {
  if (!std::holds_alternative<core::ImagePart>(part) && !std::holds_alternative<core::DocumentPart>(part)) return false;
  core::Request request;
  request.model = profile.wire_model;
  request.messages.push_back({.role = core::Role::user, .parts = {part}});
  std::vector<std::string> warnings;
  return !wire::wire_for(profile).body(profile, request, warnings);
}

std::string sentence(std::size_t count, std::string_view one, std::string_view many, std::string_view why) {
  return count == 1 ? fmt::format("{} was left out: {}.", one, why)
                    : fmt::format("{} {} were left out: {}.", count, many, why);
}

}  // namespace

std::vector<Message> sendable(std::vector<Message> messages) {
  const Ids answered = answered_calls(messages);
  std::vector<Message> kept;
  kept.reserve(messages.size());
  for (Message& message : messages) {
    const auto lost = std::erase_if(message.parts, [&](const Part& part) {
      if (const auto* call = std::get_if<core::ToolCallPart>(&part)) return !answered.contains(call->id);
      const auto* result = std::get_if<core::ToolResultPart>(&part);
      return result != nullptr && !answered.contains(result->call_id);
    });
    const auto is_reasoning = [](const Part& part) { return std::holds_alternative<core::ReasoningPart>(part); };
    if (lost > 0 && std::ranges::all_of(message.parts, is_reasoning)) {
      message.parts.clear();
      const bool is_reply = message.role == core::Role::assistant;
      if (is_reply && !kept.empty() && kept.back().role == core::Role::user) kept.pop_back();
    }
    if (!message.parts.empty()) kept.push_back(std::move(message));
  }
  return kept;
}

std::string unanswered_sentence(std::span<const Message> turn) {
  const Ids answered = answered_calls(turn);
  std::string names;
  bool has_more = false;
  for (const Message& message : turn) {
    for (const Part& part : message.parts) {
      const auto* call = std::get_if<core::ToolCallPart>(&part);
      if (call == nullptr || answered.contains(call->id)) {
        has_more = has_more || call != nullptr ||
                   (message.role == core::Role::assistant && std::holds_alternative<core::TextPart>(part));
      } else {
        names += (names.empty() ? "" : ", ") + call->name;
      }
    }
  }
  if (names.empty()) return {};
  return fmt::format("The call of {} has no result and was left out{}.", names,
                     has_more ? "" : ", with the prompt that led to it");
}

bool can_share_reasoning(const core::Profile& from, const core::Profile& to) {
  return from.wire_api == to.wire_api && from.type == to.type && from.wire_model == to.wire_model &&
         from.base_url.origin() == to.base_url.origin();
}

Losses convert(std::span<Message> messages, bool keeps_reasoning, const core::Profile& to) {
  Losses losses;
  const auto is_reasoning = [](const Part& part) { return std::holds_alternative<core::ReasoningPart>(part); };
  for (Message& message : messages) {
    losses.attachments += std::erase_if(message.parts, [&](const Part& part) { return is_refused(to, part); });
    if (!keeps_reasoning && std::erase_if(message.parts, is_reasoning) > 0) ++losses.reasoning;
  }
  return losses;
}

std::vector<std::string> sentences_of(const Losses& losses, const core::Profile& to) {
  std::vector<std::string> sentences;
  if (losses.reasoning > 0) {
    sentences.push_back(sentence(losses.reasoning, "The reasoning of a reply", "pieces of reasoning",
                                 fmt::format("{} cannot read what another model or server wrote", to.model)));
  }
  if (losses.attachments > 0) {
    sentences.push_back(sentence(losses.attachments, "An attachment", "attachments",
                                 fmt::format("the wire API of profile {} has no place for it", to.name)));
  }
  return sentences;
}

}  // namespace byok::session
