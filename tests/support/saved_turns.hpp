// Saved turns: a folder for sessions, turns to keep there, and sessions as lines of text.
#pragma once

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/secret.hpp"
#include "session/store.hpp"

namespace byok::test {

class SessionFolder {
 public:
  SessionFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "byok-sessions-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    root_ = name;
  }
  ~SessionFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  SessionFolder(const SessionFolder&) = delete;
  SessionFolder& operator=(const SessionFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  [[nodiscard]] std::filesystem::path path() const { return root_ / "state" / "sessions"; }
  [[nodiscard]] std::filesystem::path file(std::string_view id) const { return session::session_path(path(), id); }
  void write(std::string_view id, std::string_view text) const {
    std::filesystem::create_directories(path());
    std::ofstream(file(id), std::ios::binary) << text;
  }
  void add(std::string_view id, std::string_view text) const {
    std::ofstream(file(id), std::ios::binary | std::ios::app) << text;
  }
  [[nodiscard]] std::string read(std::string_view id) const { return read_path(file(id)); }
  [[nodiscard]] static std::string read_path(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }

 private:
  std::filesystem::path root_;
};

inline const base::Redactor kNothingToHide{};
inline const std::chrono::system_clock::time_point kNoon =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 27) + std::chrono::hours(12);

inline session::SavedTurn saved_turn(std::string prompt, std::string reply) {
  session::SavedTurn turn;
  turn.setup = {.profile = "p", .origin = "https://models.example.com", .wire_api = "completions", .model = "m"};
  turn.messages.push_back({.role = core::Role::user, .parts = {core::TextPart{std::move(prompt)}}});
  if (!reply.empty())
    turn.messages.push_back({.role = core::Role::assistant, .parts = {core::TextPart{std::move(reply)}}});
  turn.end.finish = "stop";
  turn.end.usage = {.input_tokens = 7, .output_tokens = 2, .reasoning_tokens = {}, .cached_tokens = {}};
  return turn;
}

// A part and its members, so that two are the same when their texts are.
struct PartText {
  std::string operator()(const core::TextPart& part) const { return fmt::format("text({})", part.text); }
  std::string operator()(const core::ImagePart& part) const {
    return fmt::format("image({},{},{})", part.media_type, part.bytes, part.url);
  }
  std::string operator()(const core::DocumentPart& part) const {
    return fmt::format("document({},{},{},{})", part.media_type, part.bytes, part.url, part.filename);
  }
  std::string operator()(const core::ToolCallPart& part) const {
    return fmt::format("call({},{},{})", part.id, part.name, part.arguments);
  }
  std::string operator()(const core::ToolResultPart& part) const {
    return fmt::format("result({},{},{})", part.call_id, part.content, part.is_error);
  }
  std::string operator()(const core::ReasoningPart& part) const {
    return fmt::format("reasoning({},{},{},{},{})", part.text, part.id, part.signature, part.redacted, part.encrypted);
  }
};

inline std::string parts_text(const std::vector<core::Part>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : " ") + std::visit(PartText{}, part);
  return text;
}

inline std::string messages_text(const std::vector<core::Message>& messages) {
  std::string text;
  for (const auto& message : messages) {
    text += message.role == core::Role::user ? "user: " : message.role == core::Role::tool ? "tool: " : "assistant: ";
    text += parts_text(message.parts) + "\n";
  }
  return text;
}

// Keeps the turns as a new session and returns its id.
inline std::string keep(const SessionFolder& folder, const std::vector<session::SavedTurn>& turns,
                        std::chrono::system_clock::time_point now = kNoon,
                        const base::Redactor& redactor = kNothingToHide, std::string_view system = {}) {
  auto file = session::SessionFile::begin(folder.path(), now, redactor);
  for (const auto& turn : turns) {
    if (auto kept = file.append(turn, system, now); !kept) throw std::runtime_error(kept.error().message);
  }
  return file.id();
}

}  // namespace byok::test
