// Events' data written as text and read by the scanner.
#include "session/store/record.hpp"

#include <utility>

#include "base/text.hpp"
#include "session/store/event_line.hpp"
#include "session/store/parts.hpp"
#include "wire/json.hpp"

namespace byok::session {
namespace {

using wire::Json;

std::size_t count_of(Json value) {
  const auto number = value.integer().value_or(0);
  return number > 0 ? static_cast<std::size_t>(number) : 0;
}

struct TypeOf {
  std::string_view operator()(const StartRecord& start) const {
    return start.is_resume ? "session.resume" : "session.start";
  }
  std::string_view operator()(const SystemRecord&) const { return "system.message"; }
  std::string_view operator()(const MessageRecord& record) const {
    return record.message.role == core::Role::assistant ? "assistant.message" : "user.message";
  }
  std::string_view operator()(const ToolRecord&) const { return "tool.execution_complete"; }
  std::string_view operator()(const ErrorRecord&) const { return "session.error"; }
  std::string_view operator()(const TurnEndRecord&) const { return "assistant.turn_end"; }
  std::string_view operator()(const RewindRecord&) const { return "session.snapshot_rewind"; }
  std::string_view operator()(const OtherRecord&) const { return "assistant.turn_start"; }
};

std::string usage_object(const core::Usage& usage, const base::Redactor& redactor) {
  return Fields(redactor)
      .number_if("inputTokens", usage.input_tokens)
      .number_if("outputTokens", usage.output_tokens)
      .number_if("cacheReadTokens", usage.cached_tokens)
      .number_if("reasoningTokens", usage.reasoning_tokens)
      .object();
}

struct DataOf {
  const base::Redactor& redactor;

  std::string operator()(const StartRecord& start) const {
    return Fields(redactor)
        .text_if("sessionId", start.session_id)
        .text_if("title", start.title)
        .text("profile", start.setup.profile)
        .text("origin", start.setup.origin)
        .text("wire_api", start.setup.wire_api)
        .text("model", start.setup.model)
        .object();
  }
  std::string operator()(const SystemRecord& system) const {
    return Fields(redactor).text("role", "system").text("content", system.text).object();
  }
  std::string operator()(const MessageRecord& record) const {
    Fields fields(redactor);
    fields.text_if("messageId", record.message_id);
    write_parts(record.message, redactor, fields);
    return fields.object();
  }
  std::string operator()(const ToolRecord& record) const {
    Fields fields(redactor);
    fields.text("toolCallId", record.result.call_id).raw("success", record.result.is_error ? "false" : "true");
    return fields.raw("result", Fields(redactor).text("content", record.result.content).object()).object();
  }
  std::string operator()(const ErrorRecord& error) const {
    Fields fields(redactor);
    fields.text("errorType", error.kind).text("message", error.message);
    if (error.status != 0) fields.number("statusCode", error.status);
    return fields.object();
  }
  std::string operator()(const TurnEndRecord& end) const {
    Fields fields(redactor);
    fields.number("turns", static_cast<std::int64_t>(end.turns))
        .text_if("profile", end.profile)
        .text_if("model", end.model)
        .text_if("finishReason", end.finish)
        .text_if("responseId", end.response_id)
        .text_if("title", end.title);
    if (!end.usage.is_empty()) fields.raw("usage", usage_object(end.usage, redactor));
    return fields.number_if("duration", end.duration_ms).object();
  }
  std::string operator()(const RewindRecord& rewind) const {
    return Fields(redactor)
        .number("turns", static_cast<std::int64_t>(rewind.turns))
        .text_if("profile", rewind.profile)
        .text_if("model", rewind.model)
        .text_if("title", rewind.title)
        .object();
  }
  std::string operator()(const OtherRecord&) const { return "{}"; }
};

StartRecord read_start(Json data, bool is_resume) {
  return {.is_resume = is_resume,
          .session_id = data["sessionId"].str(),
          .title = data["title"].str(),
          .setup = {.profile = data["profile"].str(),
                    .origin = data["origin"].str(),
                    .wire_api = data["wire_api"].str(),
                    .model = data["model"].str()}};
}

TurnEndRecord read_turn_end(Json data) {
  const Json usage = data["usage"];
  return {.turns = count_of(data["turns"]),
          .profile = data["profile"].str(),
          .model = data["model"].str(),
          .finish = data["finishReason"].str(),
          .response_id = data["responseId"].str(),
          .usage = {.input_tokens = usage["inputTokens"].integer(),
                    .output_tokens = usage["outputTokens"].integer(),
                    .reasoning_tokens = usage["reasoningTokens"].integer(),
                    .cached_tokens = usage["cacheReadTokens"].integer()},
          .duration_ms = data["duration"].integer(),
          .title = data["title"].str()};
}

RecordData read_data(std::string_view type, Json data) {
  if (type == "user.message") return MessageRecord{{}, {.role = core::Role::user, .parts = read_parts(data)}};
  if (type == "assistant.message") {
    return MessageRecord{data["messageId"].str(), {.role = core::Role::assistant, .parts = read_parts(data)}};
  }
  if (type == "assistant.turn_end") return read_turn_end(data);
  if (type == "session.start" || type == "session.resume") return read_start(data, type == "session.resume");
  if (type == "system.message") return SystemRecord{data["content"].str()};
  if (type == "tool.execution_complete") {
    return ToolRecord{{.call_id = data["toolCallId"].str(),
                       .content = data["result"]["content"].str(),
                       .is_error = data["success"].raw() == "false"}};
  }
  if (type == "session.error") {
    return ErrorRecord{.kind = data["errorType"].str(),
                       .message = data["message"].str(),
                       .status = static_cast<int>(data["statusCode"].integer().value_or(0) % 1000)};
  }
  if (type == "session.snapshot_rewind") {
    return RewindRecord{.turns = count_of(data["turns"]),
                        .profile = data["profile"].str(),
                        .model = data["model"].str(),
                        .title = data["title"].str()};
  }
  return OtherRecord{};
}

}  // namespace

std::string_view type_of(const RecordData& data) { return std::visit(TypeOf{}, data); }

std::string data_of(const RecordData& data, const base::Redactor& redactor) {
  return std::visit(DataOf{redactor}, data);
}

std::optional<Record> read_record(std::string_view line) {
  const Json event = Json::parse(line);
  if (!event.is_object() || event.raw().size() != base::trim(line).size()) return std::nullopt;
  std::string type;
  Json data;
  Record record;
  for (Json::Cursor member(event); member.next();) {  // one walk: a line can be very long
    if (member.key() == "type") type = member.value().str();
    if (member.key() == "id") record.id = member.value().str();
    if (member.key() == "timestamp") record.timestamp = member.value().str();
    if (member.key() == "ephemeral") record.is_ephemeral = member.value().is_truthy();
    if (member.key() == "data") data = member.value();
  }
  if (type.empty() || !data.is_object()) return std::nullopt;
  record.data = read_data(type, data);
  return record;
}

}  // namespace byok::session
