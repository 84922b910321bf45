// Saved sessions as Markdown, JSON and JSON Lines.
#include "session/store/export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "base/text.hpp"

namespace byok::session {
namespace {

using Json = nlohmann::ordered_json;

// A fence of backticks that is longer than any run inside.
std::string fenced(std::string_view text) {
  std::size_t longest = 2;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  return fmt::format("{}\n{}{}{}\n", fence, text, text.ends_with('\n') || text.empty() ? "" : "\n", fence);
}

// The line that closes a fence which the text leaves open (CommonMark, section 4.5), so that what follows is not in it.
std::string closing_fence(std::string_view text) {
  std::string open;
  for (std::string_view line : base::split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    if (indent > 3 || indent == line.size()) continue;
    line.remove_prefix(indent);
    const char mark = line.front();
    if (mark != '`' && mark != '~') continue;
    const std::size_t length = std::min(line.find_first_not_of(mark), line.size());
    const std::string_view rest = line.substr(length);
    if (length < 3) continue;
    if (open.empty()) {
      if (mark == '~' || !rest.contains('`')) open = std::string(length, mark);
    } else if (mark == open.front() && length >= open.size() && base::trim(rest).empty()) {
      open.clear();
    }
  }
  return open.empty() ? std::string() : open + "\n";
}

std::string attachment_name(std::string_view kind, std::string_view media_type, std::string_view name,
                            std::string_view url, std::size_t size) {
  std::string text(kind);
  if (!name.empty()) text += fmt::format(" {}", name);
  if (!url.empty()) return text + fmt::format(" {}", url);
  return text + fmt::format(", {}, {} bytes", media_type, size);
}

struct MarkdownOf {
  std::string operator()(const core::TextPart& part) const { return part.text + "\n" + closing_fence(part.text); }
  std::string operator()(const core::ImagePart& part) const {
    return fmt::format("*[{}]*\n", attachment_name("image", part.media_type, {}, part.url, part.bytes.size()));
  }
  std::string operator()(const core::DocumentPart& part) const {
    return fmt::format("*[{}]*\n",
                       attachment_name("document", part.media_type, part.filename, part.url, part.bytes.size()));
  }
  std::string operator()(const core::ToolCallPart& part) const {
    return fmt::format("*[tool call {}]*\n\n{}", part.name, fenced(part.arguments));
  }
  std::string operator()(const core::ToolResultPart& part) const { return fenced(part.content); }
  std::string operator()(const core::ReasoningPart&) const { return {}; }
};

std::string heading_of(const core::Message& message, const SavedTurn& turn) {
  if (message.role == core::Role::user) return "## User";
  if (message.role == core::Role::tool) return "## Tool";
  return turn.setup.model.empty() ? "## Assistant" : fmt::format("## Assistant ({})", turn.setup.model);
}

std::string_view role_of(const core::Message& message) {
  if (message.role == core::Role::tool) return "tool";
  return message.role == core::Role::user ? "user" : "assistant";
}

void add_part(Json& object, const core::Part& part) {
  if (const auto* text = std::get_if<core::TextPart>(&part)) {
    object["content"] = object["content"].get<std::string>() + text->text;
  } else if (const auto* image = std::get_if<core::ImagePart>(&part)) {
    Json one{{"type", "image"}, {"mimeType", image->media_type}, {"size", image->bytes.size()}};
    if (!image->url.empty()) one["url"] = image->url;
    object["attachments"].push_back(std::move(one));
  } else if (const auto* document = std::get_if<core::DocumentPart>(&part)) {
    Json one{{"type", "document"}, {"mimeType", document->media_type}, {"size", document->bytes.size()}};
    if (!document->filename.empty()) one["displayName"] = document->filename;
    if (!document->url.empty()) one["url"] = document->url;
    object["attachments"].push_back(std::move(one));
  } else if (const auto* call = std::get_if<core::ToolCallPart>(&part)) {
    object["tool_calls"].push_back({{"id", call->id}, {"name", call->name}, {"arguments", call->arguments}});
  } else if (const auto* result = std::get_if<core::ToolResultPart>(&part)) {
    object["tool_results"].push_back({{"id", result->call_id}, {"content", result->content}});
  } else if (const auto* reasoning = std::get_if<core::ReasoningPart>(&part); !reasoning->text.empty()) {
    object["reasoning"] = object.value("reasoning", std::string()) + reasoning->text;
  }
}

Json usage_object(const core::Usage& usage) {
  Json object;
  if (usage.input_tokens) object["input_tokens"] = *usage.input_tokens;
  if (usage.output_tokens) object["output_tokens"] = *usage.output_tokens;
  if (usage.reasoning_tokens) object["reasoning_tokens"] = *usage.reasoning_tokens;
  if (usage.cached_tokens) object["cached_tokens"] = *usage.cached_tokens;
  return object;
}

Json turn_object(const SavedTurn& turn) {
  Json object;
  if (!turn.time.empty()) object["time"] = turn.time;
  object["profile"] = turn.setup.profile;
  object["model"] = turn.setup.model;
  object["messages"] = Json::array();
  for (const core::Message& message : turn.messages) {
    Json one{{"role", role_of(message)}, {"content", ""}};
    for (const core::Part& part : message.parts) add_part(one, part);
    object["messages"].push_back(std::move(one));
  }
  if (!turn.end.finish.empty()) object["finish_reason"] = turn.end.finish;
  if (!turn.end.usage.is_empty()) object["usage"] = usage_object(turn.end.usage);
  if (turn.end.duration_ms) object["duration_ms"] = *turn.end.duration_ms;
  if (turn.error) object["error"] = {{"category", turn.error->kind}, {"message", turn.error->message}};
  return object;
}

}  // namespace

std::string to_markdown(const core::Message& message) {
  std::string out;
  for (const core::Part& part : message.parts) {
    if (const std::string text = std::visit(MarkdownOf{}, part); !text.empty()) out += (out.empty() ? "" : "\n") + text;
  }
  return out;
}

std::string to_markdown(const SavedSession& session) {
  std::string out = fmt::format("# {}\n", session.title.empty() ? session.id : session.title);
  if (!session.started.empty()) out += fmt::format("\nSession {}, begun {}.\n", session.id, session.started);
  if (!session.system.empty()) out += fmt::format("\n## System\n\n{}\n", session.system);
  for (const SavedTurn& turn : session.turns) {
    for (const core::Message& message : turn.messages) {
      out += fmt::format("\n{}\n", heading_of(message, turn));
      if (const std::string text = to_markdown(message); !text.empty()) out += "\n" + text;
    }
    if (turn.error) out += fmt::format("\n> error: {}\n", base::replace_all(turn.error->message, "\n", "\n> "));
  }
  return out;
}

std::string to_json(const SavedSession& session) {
  Json object{{"schema_version", 1},
              {"id", session.id},
              {"title", session.title},
              {"profile", session.setup.profile},
              {"origin", session.setup.origin},
              {"wire_api", session.setup.wire_api},
              {"model", session.setup.model}};
  if (!session.started.empty()) object["started"] = session.started;
  if (!session.system.empty()) object["system"] = session.system;
  object["turns"] = Json::array();
  for (const SavedTurn& turn : session.turns) object["turns"].push_back(turn_object(turn));
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_jsonl(const SavedSession& session, std::string_view file) {
  std::string out;
  file = file.substr(0, session.kept);
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t end = std::min(file.find('\n', at), file.size());
    const std::string_view line = file.substr(at, end - at);
    if (read_record(line)) out.append(line) += '\n';
    at = end + 1;
  }
  return out;
}

}  // namespace byok::session
