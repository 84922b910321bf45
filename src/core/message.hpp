// Message: one turn of a conversation as a role and parts, independent of any provider's dialect.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace byok::core {

enum class Role { user, assistant, tool };

struct TextPart {
  std::string text;
};
struct ImagePart {
  std::string media_type;  // image/png, image/jpeg, image/gif, image/webp; empty for a URL
  std::string bytes;       // raw, not encoded; empty where `url` is given
  std::string url;         // passed to the provider, never fetched by us
};
struct DocumentPart {
  std::string media_type;  // application/pdf or text/plain
  std::string bytes;
  std::string url;
  std::string filename;
};
struct ToolCallPart {
  std::string id;
  std::string name;
  std::string arguments;  // JSON text as the model wrote it; empty stands for {}
};
struct ToolResultPart {
  std::string call_id;
  std::string content;
  bool is_error = false;
};
// Reasoning that must be echoed unchanged with the next request of the same conversation.
struct ReasoningPart {
  std::string text;       // as shown; may be empty
  std::string id;         // Responses: the item's id
  std::string signature;  // Anthropic thinking
  std::string redacted;   // Anthropic redacted_thinking data
  std::string encrypted;  // Responses encrypted_content
};

using Part = std::variant<TextPart, ImagePart, DocumentPart, ToolCallPart, ToolResultPart, ReasoningPart>;

struct Message {
  Role role = Role::user;
  std::vector<Part> parts;
};

// Its first text part, or empty.
[[nodiscard]] inline std::string_view first_text(const Message& message) {
  for (const Part& part : message.parts) {
    if (const auto* text = std::get_if<TextPart>(&part)) return text->text;
  }
  return {};
}

}  // namespace byok::core
