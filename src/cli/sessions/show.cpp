// `byok sessions show`: a conversation to read: rendered on a terminal, as Markdown elsewhere.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <ctime>
#include <utility>

#include "cli/commands.hpp"
#include "cli/failure.hpp"
#include "cli/sessions/found.hpp"
#include "session/store/event_line.hpp"
#include "session/store/export.hpp"
#include "terminal/markdown.hpp"
#include "terminal/sanitize.hpp"
#include "terminal/terminal.hpp"

namespace byok::cli {
namespace {

// People's own time; what is no time stays as it is.
std::string local_time(const std::string& text) {
  const auto time = session::parse_timestamp(text);
  if (!time) return text;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(*time);
  std::tm parts{};
  if (localtime_r(&seconds, &parts) == nullptr) return text;
  std::array<char, 64> shown{};
  return {shown.data(), std::strftime(shown.data(), shown.size(), "%Y-%m-%d %H:%M", &parts)};
}

// Each message is rendered by itself, so that one with an open fence does not swallow the next.
class Reader {
 public:
  explicit Reader(const Context& context) : context_(context), width_(terminal::columns_of(context.streams.out)) {}

  int show(const session::SavedSession& session) {
    if (int code = print(head_of(session)); code != 0) return code;
    if (!session.system.empty()) {
      if (int code = message("System", {}, session.system); code != 0) return code;
    }
    for (const session::SavedTurn& turn : session.turns) {
      if (int code = show(turn); code != 0) return code;
    }
    return 0;
  }

 private:
  [[nodiscard]] std::string head_of(const session::SavedSession& session) const {
    const std::string title = session.title.empty() ? session.id : session.title;
    return fmt::format("{}\n{}\n", context_.out_style.bold(terminal::sanitize_line(title)),
                       context_.out_style.dim(terminal::sanitize_line(
                           fmt::format("{}, begun {}", session.id, local_time(session.started)))));
  }

  int show(const session::SavedTurn& turn) {
    std::string time = local_time(turn.time);
    for (const core::Message& each : turn.messages) {
      const std::string text = session::to_markdown(each);
      if (int code = message(speaker(each, turn), std::exchange(time, {}), text); code != 0) return code;
    }
    if (!turn.error) return 0;
    return print(fmt::format("\n{} {}\n", context_.out_style.error("error:"), terminal::sanitize(turn.error->message)));
  }

  static std::string speaker(const core::Message& message, const session::SavedTurn& turn) {
    if (message.role == core::Role::user) return "You";
    if (message.role == core::Role::tool) return "Tool";
    return turn.setup.model.empty() ? "Assistant" : turn.setup.model;
  }

  int message(std::string_view who, std::string_view time, std::string_view text) {
    const std::string name = terminal::sanitize_line(who);
    std::string out = "\n" + (context_.out_style.is_on() ? context_.out_style.bold(name) : "## " + name);
    if (!time.empty()) out += context_.out_style.dim("  " + terminal::sanitize_line(time));
    out += "\n\n";
    terminal::Markdown markdown(width_, context_.out_style);
    markdown.append(text, out);
    markdown.finish(out);
    return print(out);
  }

  [[nodiscard]] int print(std::string_view text) const { return context_.print(text); }

  const Context& context_;
  std::size_t width_;
};

}  // namespace

int run_sessions_show(const Arguments& arguments, Context& context) {
  const bool as_json = arguments.has("json");
  const auto found = find_one_session(arguments, context);
  if (!found) return fail_command(context, found.error(), as_json);
  if (as_json) return context.print_json(session::to_json(found->session) + "\n");
  if (!context.streams.out_is_terminal) return context.print(session::to_markdown(found->session));
  return Reader(context).show(found->session);
}

}  // namespace byok::cli
