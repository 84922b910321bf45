// Envelope: the many shapes of an error body, read into one.
#include "wire/envelope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "wire/json.hpp"

namespace byok::wire {
namespace {

using base::abbreviate;
using base::icontains;
using base::iequals;
using base::istarts_with;
using base::trim;

constexpr int kDeepest = 4;                     // a gateway that wraps a gateway that wraps a provider
constexpr std::size_t kLongestText = 300;       // of a page or a text that is no envelope
constexpr std::size_t kLongestMessage = 8'000;  // a message is shown in full, a flood is not
constexpr std::size_t kLongestSample = 2'000;
constexpr std::array<std::string_view, 8> kMessageKeys{"message",           "detail",  "title",     "msg",
                                                       "error_description", "Message", "error_msg", "status_msg"};

struct NamedStatus {
  std::string_view code;
  int status;
};
// Anthropic's table of errors, OpenAI's codes inside a stream, and the class names that vLLM sends.
constexpr auto kNamedStatuses = std::to_array<NamedStatus>({
    {"invalid_request_error", 400},
    {"authentication_error", 401},
    {"billing_error", 402},
    {"permission_error", 403},
    {"not_found_error", 404},
    {"request_too_large", 413},
    {"rate_limit_error", 429},
    {"api_error", 500},
    {"timeout_error", 504},
    {"overloaded_error", 529},
    {"server_error", 500},
    {"rate_limit_exceeded", 429},
    {"too_many_requests", 429},
    {"insufficient_quota", 429},
    {"invalid_api_key", 401},
    {"model_not_found", 404},
    {"invalid_prompt", 400},
    {"invalid_value", 400},
    {"context_length_exceeded", 400},
    {"content_filter", 400},
    {"tool_use_failed", 400},
    {"vector_store_timeout", 504},
    {"BadRequestError", 400},
    {"NotFoundError", 404},
    {"internal_server_error", 500},
    {"InternalServerError", 500},
    {"internal_error", 500},
});

// Whether the text is a page, or ends in one, as the messages of gateways do. Tags in a sentence are none.
bool is_html(std::string_view text) {
  text = trim(text);
  const std::string_view head = text.substr(0, 1024);
  for (const std::string_view start : {"<!doctype", "<?xml", "<html", "<head", "<body"}) {
    if (istarts_with(head, start)) return true;
  }
  if (!icontains(head, "<html") && !icontains(head, "<!doctype html")) return false;
  return text.starts_with('<') || text.ends_with('>');
}

std::string readable(std::string text) {
  if (is_html(text)) text = base::strip_html(text);
  return abbreviate(trim(text), kLongestMessage);
}

// Servers answer a streamed request with an error as an event, too; old llama.cpp calls the field `error`.
std::string_view payload_of(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text = trim(text);
  while (text.starts_with(':')) text = trim(text.substr(std::min(text.find('\n'), text.size())));  // comments
  if (istarts_with(text, "error:")) return trim(text.substr(6));
  if (!text.starts_with("data:") && !text.starts_with("event:")) return text;
  const std::size_t at = text.starts_with("data:") ? 0 : text.find("\ndata:");
  if (at == std::string_view::npos) return text;
  const std::string_view data = trim(text.substr(text.find(':', at) + 1));
  return data.substr(0, data.find('\n'));
}

void add(std::vector<std::string>& list, std::string text) {
  text = std::string(trim(text));
  if (!text.empty() && std::ranges::find(list, text) == list.end()) list.push_back(std::move(text));
}

int status_of(const Json& object) {
  for (const std::string_view key :
       {"status_code", "status", "statusCode", "http_status_code", "raw_status_code", "code"}) {
    const std::optional<std::int64_t> number = object[key].integer();
    if (number && *number >= 400 && *number <= 599) return static_cast<int>(*number);
  }
  return 0;
}

int status_named_by(const std::vector<std::string>& codes) {
  for (const std::string& code : codes) {
    for (const NamedStatus& row : kNamedStatuses) {
      if (iequals(row.code, code)) return row.status;
    }
  }
  return 0;
}

class Reader {
 public:
  explicit Reader(Envelope& out) : out_(out) {}

  void read(const Json& value, int depth) {
    if (depth > kDeepest) return;
    if (value.is_string()) return say(value.str());
    if (value.is_array()) {  // Gemini's OpenAI route puts its envelope into an array
      Json::Cursor elements(value);
      if (elements.next()) read(elements.value(), depth + 1);
      return;
    }
    if (!value.is_object()) return;
    const Json error = value["error"];
    const Json inner = inner_error(value, error);
    if (inner.is_valid()) {
      read(inner, depth + 1);
    } else {
      if (error.is_string()) say(error.str());
      take_codes(value);
    }
    for (const std::string_view key : kMessageKeys) {
      if (!out_.message.empty()) break;
      say(text_of(value[key], 0));
    }
    if (!inner.is_valid() && error.is_truthy()) say(error.display());
    if (out_.status == 0) out_.status = status_of(value);
    if (out_.request_id.empty()) out_.request_id = value["request_id"].str();
    take_details(value, depth);
  }

 private:
  // The object, or list of them, that says more; invalid where there is none.
  static Json inner_error(const Json& value, const Json& error) {
    for (const Json& inner : {error, value["response"]["error"], value["errors"], value["base_resp"]}) {
      if ((inner.is_object() || inner.is_array()) && inner.is_truthy()) return inner;
      if (error.is_truthy()) break;
    }
    return {};
  }

  void say(std::string text) {
    if (out_.message.empty()) out_.message = readable(std::move(text));
  }

  void take_codes(const Json& object) {
    add(out_.codes, object["code"].display());
    add(out_.codes, object["error_code"].display());
    if (object["type"].str() != "error") add(out_.codes, object["type"].str());
    add(out_.codes, object["status"].str());  // Gemini: "status": "NOT_FOUND"
    add(out_.fields, object["param"].str());
  }

  // A message that is a string, FastAPI's list of {loc, msg}, or an object around either.
  std::string text_of(const Json& value, int depth) {
    if (depth > kDeepest) return {};
    if (value.is_string()) return value.str();
    if (value.is_array()) {
      std::vector<std::string> parts;
      for (Json::Cursor items(value); items.next();) {
        if (std::string part = complaint(items.value(), depth); !part.empty() && parts.size() < 3) {
          parts.push_back(std::move(part));
        }
      }
      return base::join(parts, "; ");
    }
    if (!value.is_object()) return {};
    for (const std::string_view key : {"detail", "message", "msg"}) {
      if (std::string text = text_of(value[key], depth + 1); !text.empty()) return text;
    }
    return base::to_valid_utf8(value.raw());
  }

  std::string complaint(const Json& item, int depth) {
    if (!item.is_object()) return text_of(item, depth + 1);
    std::vector<std::string> path;
    for (Json::Cursor steps(item["loc"]); steps.next();) {
      if (std::string step = steps.value().display(); step != "body") path.push_back(std::move(step));
    }
    add(out_.codes, item["type"].str());
    const std::string field = base::join(path, ".");
    add(out_.fields, field);
    std::string text = text_of(item, depth + 1);
    return field.empty() ? text : fmt::format("{}: {}", field, text);
  }

  void take_details(const Json& object, int depth) {
    for (const std::string_view key : {"innererror", "inner_error"}) {
      add(out_.codes, object[key]["code"].str());
      // The service writes the singular, its specification the plural.
      take_filters(object[key]["content_filter_result"]);
      take_filters(object[key]["content_filter_results"]);
    }
    take_filters(object["content_filter_results"]);
    for (Json::Cursor filters(object["content_filters"]); filters.next();) {
      take_filters(filters.value()["content_filter_results"]);
    }
    const Json failed = object["failed_generation"];  // Groq: what the model wrote in place of a tool call
    if (failed.is_string() && failed.is_truthy()) {
      out_.message += fmt::format("\nfailed_generation: {}", abbreviate(failed.str(), kLongestSample));
    }
    take_inner_codes(object);
    take_upstream(object["metadata"], depth);
  }

  // Anthropic, LiteLLM, OpenRouter and Gemini put the code that tells most below the error, or into a list there.
  void take_inner_codes(const Json& object) {
    for (const std::string_view key : {"details", "provider_specific_fields", "metadata"}) {
      const Json details = object[key];
      take_inner_code(details);
      for (Json::Cursor detail(details); details.is_array() && detail.next();) take_inner_code(detail.value());
    }
  }
  void take_inner_code(const Json& details) {
    for (const std::string_view key : {"error_code", "code", "error_type", "reason"}) {
      add(out_.codes, details[key].display());
    }
  }

  void take_filters(const Json& results) {
    std::vector<std::string> names;
    for (Json::Cursor categories(results); categories.next();) {
      const Json verdict = categories.value();
      if (!verdict["filtered"].is_truthy()) continue;
      const std::string severity = verdict["severity"].str();
      names.push_back(base::to_valid_utf8(categories.key()) + (severity.empty() ? "" : ": " + severity));
    }
    if (!names.empty()) out_.message += fmt::format(" (filtered: {})", base::join(names, ", "));
  }

  // OpenRouter: the message is "Provider returned error", and what the provider said lies in metadata.raw.
  void take_upstream(const Json& metadata, int depth) {
    const Json raw = metadata["raw"];
    if (!raw.is_truthy()) return;
    Envelope upstream;
    const std::string text = raw.is_string() ? raw.str() : std::string(raw.raw());
    const Json inner = Json::parse(payload_of(text));
    if (inner.is_object() || inner.is_array()) Reader(upstream).read(inner, depth + 1);
    if (upstream.message.empty()) upstream.message = readable(text);
    const std::string who = metadata["provider_name"].str();
    if (icontains(out_.message, "provider returned error"))
      out_.message += fmt::format("{}: {}", who.empty() ? "" : fmt::format(" ({})", who), upstream.message);
    for (std::string& code : upstream.codes) add(out_.codes, std::move(code));
    for (std::string& field : upstream.fields) add(out_.fields, std::move(field));
  }

  Envelope& out_;
};

}  // namespace

bool Envelope::has_code(std::string_view code) const {
  return std::ranges::any_of(codes, [&](const std::string& own) { return iequals(own, code); });
}

Envelope read_envelope(std::string_view body) {
  Envelope out;
  const std::string_view text = payload_of(body);
  if (text.empty()) return out;
  if (text.front() == '{' || text.front() == '[' || text.front() == '"') {
    const Json root = Json::parse(text);
    if (root.is_valid()) {
      out.form = Envelope::Form::json;
      Reader(out).read(root, 0);
      if (out.message.empty() && out.codes.empty() && text.size() > 2) {
        out.message = abbreviate(base::to_valid_utf8(root.raw()), kLongestText);
      }
      if (out.status == 0) out.status = status_named_by(out.codes);
      return out;
    }
  }
  const std::string valid = base::to_valid_utf8(text);
  out.form = is_html(valid) ? Envelope::Form::html : Envelope::Form::text;
  out.message = abbreviate(trim(out.form == Envelope::Form::html ? base::strip_html(valid) : valid), kLongestText);
  return out;
}

bool mentions(std::string_view text, std::string_view pattern) {
  const auto same = [](char a, char b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return lower(a) == lower(b);
  };
  for (const std::string_view part : base::split(pattern, '*')) {
    const auto found = std::ranges::search(text, part, same);
    if (found.empty() && !part.empty()) return false;
    text = {found.end(), text.end()};
  }
  return true;
}

}  // namespace byok::wire
