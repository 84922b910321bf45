// Adapt: what to change in a request that was refused for a field that this server or model does not take.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "wire/envelope.hpp"
#include "wire/json.hpp"
#include "wire/reply_form.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

using base::Result;
using core::Request;
using core::WireApi;

struct Field {
  std::string_view name;    // as servers name it
  std::string_view drop;    // what is left out of the body: `drop:…`
  std::string_view pin;     // of Request::pinned, or empty where byok adds the field by itself
  std::string_view option;  // of `byok ask`
  std::string_view note;    // for a field that byok added: what its absence changes; empty where nothing is lost
};
// Longer names first: `reasoning.summary` also mentions `reasoning`.
constexpr auto kFields = std::to_array<Field>({
    {"stream_options", "stream_options", "", "", ""},
    {"include_usage", "stream_options", "", "", ""},
    {"parallel_tool_calls", "parallel_tool_calls", "", "", ""},
    {"reasoning.summary", "reasoning.summary", "", "", "The provider does not give reasoning summaries here."},
    {"reasoning.encrypted_content", "include", "", "", ""},
    {"encrypted content", "include", "", "", ""},
    {"include", "include", "", "", ""},
    {"store", "store", "", "", "The server does not take `store`: whether it keeps the exchange is its own choice."},
    {"temperature", "temperature", "temperature", "--temperature", ""},
    {"top_p", "top_p", "top_p", "--top-p", ""},
    {"stop_sequences", "stop_sequences", "stop", "--stop", ""},
    {"stop", "stop", "stop", "--stop", ""},
    {"seed", "seed", "seed", "--seed", ""},
    {"reasoning_effort", "reasoning_effort", "reasoning_effort", "--reasoning-effort", ""},
    {"support thinking", "reasoning_effort", "reasoning_effort", "--reasoning-effort", ""},  // Ollama
    {"reasoning.effort", "reasoning", "reasoning_effort", "--reasoning-effort", ""},
    {"reasoning", "reasoning", "reasoning_effort", "--reasoning-effort", ""},
});

constexpr auto kRefusalCodes = std::to_array<std::string_view>(
    {"unsupported_parameter", "unsupported_value", "unknown_parameter", "extra_forbidden"});
constexpr auto kRefusalPhrases = std::to_array<std::string_view>({
    "unsupported parameter",
    "unsupported value",
    "unknown parameter",
    "unknown field",
    "unknown name",
    "unrecognized request argument",
    "unrecognized field",
    "unexpected keyword",
    "extra inputs are not permitted",
    "extra fields not permitted",
    "additional properties are not allowed",
    "is deprecated for this model",
    "not supported",
    "does not support",
    "may only be set to",
    "cannot both be",
    "must be verified",
});

// From OpenAI, chat templates, Gemini, and gateways that know fewer roles.
constexpr auto kRolePhrases = std::to_array<std::string_view>({
    "system role*not supported",
    "system role*not allowed",
    "only user and assistant roles",
    "roles must alternate user/assistant",
    "developer instruction is not enabled",
    "unexpected message role",
    "role*does not support*'system'",
    "role*does not support*'developer'",
    "invalid role 'developer'",
    "developer is not one of",
});

// What a refusal of a reply's form names; servers that make a grammar of the schema speak of that. The first stands for
// the place in the body.
struct FormWords {
  WireApi api;
  ReplyForm form;
  std::array<std::string_view, 6> words;
};
constexpr auto kFormWords = std::to_array<FormWords>({
    {WireApi::completions,
     ReplyForm::native,
     {"response_format", "json_schema", "structured output", "guided", "grammar"}},
    {WireApi::completions, ReplyForm::object, {"response_format", "json_object", "json mode", "json_schema"}},
    {WireApi::responses,
     ReplyForm::native,
     {"text.format", "json_schema", "structured output", "response_format", "grammar"}},
    {WireApi::responses, ReplyForm::object, {"text.format", "json_object", "json mode", "response_format"}},
    {WireApi::messages,
     ReplyForm::native,
     {"output_config.format", "output_config", "output_format", "structured output", "json_schema"}},
    {WireApi::messages, ReplyForm::tool, {"tool_choice", "tools", "input_schema", "tool use"}},
});

bool is_refused_field(const Envelope& said) {
  return std::ranges::any_of(kRefusalCodes, [&](std::string_view code) { return said.has_code(code); }) ||
         std::ranges::any_of(kRefusalPhrases, [&](std::string_view phrase) { return mentions(said.message, phrase); });
}

// Whether `path` is `field` or something inside it: `reasoning.summary` and `include[0]`.
bool is_within(std::string_view path, std::string_view field) {
  if (!path.starts_with(field)) return false;
  return path.size() == field.size() || path[field.size()] == '.' || path[field.size()] == '[';
}

// Whether the message names the field. Names that are English words count only when they are set off: in quotes, or at
// the end behind a colon ("Unrecognized request argument supplied: store").
bool is_named(std::string_view message, std::string_view field) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  const bool is_plain_word = std::ranges::all_of(field, [&](char c) { return is_word(c) && c != '_'; });
  constexpr std::string_view kQuotes = "'\"`";
  for (std::size_t at = message.find(field); at != std::string_view::npos; at = message.find(field, at + 1)) {
    const std::string_view before = message.substr(0, at);
    const std::string_view after = message.substr(at + field.size());
    if ((!before.empty() && is_word(before.back())) || (!after.empty() && is_word(after.front()))) continue;
    const bool is_quoted = !before.empty() && kQuotes.contains(before.back());
    const bool is_listed = before.ends_with(": ") && (after.empty() || after.front() == ',' || after.front() == '.');
    if (!is_plain_word || is_quoted || is_listed) return true;
  }
  return false;
}

bool is_blamed(const Envelope& said, std::string_view field) {
  if (!said.fields.empty()) {
    return std::ranges::any_of(said.fields, [&](const std::string& path) { return is_within(path, field); });
  }
  return is_named(said.message, field);
}

bool is_edited(const Request& request, std::string_view field) {
  return std::ranges::any_of(request.edits, [&](const core::FieldEdit& edit) {
    return is_within(edit.path, field) || is_within(field, edit.path);
  });
}

// What the user wrote into the body is not what byok would drop or rename there.
bool is_users_own(const Request& request, std::string_view field) {
  return is_edited(request, field) || Json::parse(request.body)[field.substr(0, field.find('.'))].is_valid();
}

bool is_sent(const core::Sampling& sampling, std::string_view pin) {
  if (pin == "temperature") return sampling.temperature.has_value();
  if (pin == "top_p") return sampling.top_p.has_value();
  if (pin == "stop") return !sampling.stop.empty();
  if (pin == "seed") return sampling.seed.has_value();
  return true;  // reasoning may be asked for without an effort; the others byok adds by itself
}

// The body's own name for the field: messages name the effort as they like.
std::string_view place_of(const core::Profile& profile, const Field& field) {
  if (field.pin != "reasoning_effort") return field.drop;
  return profile.wire_api == WireApi::responses ? "reasoning" : "reasoning_effort";
}

Adaptation dropped(const core::Profile& profile, const Field& field) {
  Adaptation out{.word = fmt::format("drop:{}", place_of(profile, field)), .note = std::string(field.note)};
  if (!field.pin.empty()) {
    const auto origin = profile.origins.find(field.pin);
    out.note = fmt::format("{} does not take `{}`{}: it was left out.", profile.wire_model, field.pin,
                           origin == profile.origins.end() ? "" : fmt::format(" (set by {})", origin->second));
  }
  return out;
}

base::Error refuse_to_drop(std::string_view option, const Envelope& said, int status) {
  base::Error error;
  error.kind = base::ErrorKind::bad_request;
  error.message = fmt::format("{} was refused: {}", option, said.message);
  error.hint = fmt::format("Run it again with another value, or without {}.", option);
  error.code = said.codes.empty() ? "" : said.codes.front();
  error.request_id = said.request_id;
  error.status = status;
  return error;
}

struct Refusal {
  const core::Profile& profile;
  const Request& request;
  const Envelope& said;
  int status;

  [[nodiscard]] bool was_tried(std::string_view word) const { return request.adaptations.contains(word); }
};

std::optional<Adaptation> propose_system_role(const Refusal& r) {
  if (r.request.system.empty() || r.profile.wire_api != WireApi::completions || r.was_tried("system:user")) return {};
  const std::string& message = r.said.message;
  const bool is_role = std::ranges::any_of(r.said.fields, [](std::string_view path) {
    return path == "messages[0].role" || path == "messages.0.role";  // where the system text stands
  });
  const bool is_template =
      std::ranges::any_of(kRolePhrases, [&](std::string_view phrase) { return mentions(message, phrase); });
  if (!is_role && !is_template) return {};
  const bool wants_developer = mentions(message, "use*developer") && !r.was_tried("system:developer");
  return Adaptation{.word = wants_developer ? "system:developer" : "system:user", .note = ""};
}

std::optional<Adaptation> propose_rename(const Refusal& r) {
  if (r.profile.wire_api != WireApi::completions || r.was_tried("rename:max_tokens")) return {};
  for (const std::string_view name : {"max_completion_tokens", "max_tokens"}) {
    if (!is_blamed(r.said, name)) continue;
    if (is_users_own(r.request, "max_tokens") || is_users_own(r.request, "max_completion_tokens")) return {};
    return Adaptation{.word = "rename:max_tokens", .note = ""};
  }
  return {};
}

std::optional<Adaptation> propose_thinking(const Refusal& r) {
  if (r.profile.wire_api != WireApi::messages || r.was_tried("thinking:budget")) return {};
  if (!r.request.sampling.reasoning_effort || mentions(r.said.message, "effort level")) return {};
  const bool is_adaptive = mentions(r.said.message, "adaptive") || is_blamed(r.said, "output_config") ||
                           mentions(r.said.message, "output_config:") || mentions(r.said.message, "output_config.") ||
                           mentions(r.said.message, "effort parameter");
  if (r.request.schema && mentions(r.said.message, "output_config.format")) return {};
  if (!is_adaptive || is_users_own(r.request, "thinking") || is_users_own(r.request, "output_config")) return {};
  return Adaptation{.word = "thinking:budget", .note = ""};
}

// A schema that the form cannot hold is the user's to change where the form is good for others; Anthropic's form takes
// far fewer schemas than a tool does.
bool is_about_the_schema(const Envelope& said) {
  return said.has_code("invalid_json_schema") || mentions(said.message, "invalid schema") ||
         mentions(said.message, "format.schema") || mentions(said.message, "input_schema");
}

bool is_named_form(const Envelope& said, const FormWords& form) {
  return std::ranges::any_of(form.words, [&](std::string_view word) {
    if (word.empty()) return false;
    return mentions(said.message, word) ||
           std::ranges::any_of(said.fields, [&](const std::string& path) { return is_within(path, word); });
  });
}

Adaptation next_form(const Refusal& r, ReplyForm form) {
  const std::string& model = r.profile.wire_model;
  if (form != ReplyForm::native) {
    return {.word = "schema:prompt",
            .note = fmt::format("{} takes no schema in any form of its own: it stands in the prompt alone.", model)};
  }
  if (r.profile.wire_api == WireApi::messages)
    return {.word = "schema:tool", .note = fmt::format("{} takes the schema only as that of a tool.", model)};
  return {.word = "schema:object",
          .note = fmt::format("{} takes no schema: it is asked for JSON, with the schema in the prompt.", model)};
}

std::optional<Adaptation> propose_form(const Refusal& r) {
  const ReplyForm form = reply_form(r.request, r.profile.wire_api);
  const auto* const words = std::ranges::find_if(
      kFormWords, [&](const FormWords& one) { return one.api == r.profile.wire_api && one.form == form; });
  if (words == kFormWords.end() || !is_named_form(r.said, *words)) return {};
  const std::string_view place = words->words.front();
  const std::size_t dot = place.find('.');
  Json own = Json::parse(r.request.body)[place.substr(0, dot)];
  if (dot != std::string_view::npos) own = own[place.substr(dot + 1)];
  if (own.is_valid() || is_edited(r.request, place)) return {};
  Adaptation next = next_form(r, form);
  if (is_about_the_schema(r.said)) {
    if (r.profile.wire_api != WireApi::messages) return {};
    next.is_kept = false;
    next.note = fmt::format("{} does not take this schema in that form ({}): it is given in another.",
                            r.profile.wire_model, r.said.message);
  }
  // A tool cannot be forced upon a model that thinks, and this request may be the only one that has it think; another
  // schema may make a grammar.
  if (mentions(r.said.message, "thinking") || mentions(r.said.message, "grammar")) next.is_kept = false;
  return next;
}

// Some want their reasoning back (DeepSeek and Kimi, where tools were called in between), others refuse it.
std::optional<Adaptation> propose_echo(const Refusal& r) {
  if (r.profile.wire_api != WireApi::completions || r.was_tried("echo:reasoning")) return {};
  if (!mentions(r.said.message, "reasoning_content*passed back") &&
      !mentions(r.said.message, "reasoning_content*missing"))
    return {};
  return Adaptation{.word = "echo:reasoning", .note = ""};
}

// A field of the profile's `body` goes, one that --set wrote stays.
Result<std::optional<Adaptation>> propose_own_drop(const Refusal& r) {
  for (const core::FieldEdit& edit : r.request.edits) {
    if (edit.json != "null" && is_blamed(r.said, edit.path)) {
      return std::unexpected(refuse_to_drop("--set " + edit.path, r.said, r.status));
    }
  }
  for (Json::Cursor member(Json::parse(r.request.body)); member.next();) {
    const std::string_view name = member.key();
    const std::string word = fmt::format("body:{}", name);
    if (!is_blamed(r.said, name) || is_edited(r.request, name) || r.was_tried(word)) continue;
    return Adaptation{.word = word,
                      .note = fmt::format("{} does not take `{}`, set by `body` of profile {}: it was left out.",
                                          r.profile.wire_model, name, r.profile.name)};
  }
  return std::optional<Adaptation>();
}

// Of several fields that are blamed, one that may go goes first: two of them may only not stand together.
Result<std::optional<Adaptation>> propose_drop(const Refusal& r) {
  std::string_view pinned;
  for (const Field& field : kFields) {
    if (!is_blamed(r.said, field.name)) continue;
    Adaptation change = dropped(r.profile, field);
    if (r.was_tried(change.word) || is_users_own(r.request, place_of(r.profile, field)) ||
        !is_sent(r.request.sampling, field.pin)) {
      continue;
    }
    if (field.pin.empty() || !r.request.pinned.contains(field.pin)) return change;
    if (pinned.empty()) pinned = field.option;
  }
  if (!pinned.empty()) return std::unexpected(refuse_to_drop(pinned, r.said, r.status));
  return {};
}

}  // namespace

Result<std::optional<Adaptation>> adapt(const core::Profile& profile, const Request& request, int status,
                                        std::string_view body) {
  // Chat templates that know no system role fail as an internal error of the server.
  if (status != 400 && status != 422 && status != 500) return {};
  const Envelope said = read_envelope(body);
  if (said.form != Envelope::Form::json) return {};
  const Refusal refusal{.profile = profile, .request = request, .said = said, .status = status};
  if (auto role = propose_system_role(refusal)) return role;
  // llama.cpp answers so where it has no grammar for a schema.
  if (status == 500) return propose_form(refusal);
  if (auto thinking = propose_thinking(refusal)) return thinking;
  if (auto echo = propose_echo(refusal)) return echo;
  if (auto form = propose_form(refusal)) return form;
  if (!is_refused_field(said)) return {};
  BYOK_TRY(auto own, propose_own_drop(refusal));
  if (own) return own;
  if (auto rename = propose_rename(refusal)) return rename;
  return propose_drop(refusal);
}

}  // namespace byok::wire
