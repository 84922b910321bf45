// `byok sessions rm`: sessions removed, by id or by age.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/failure.hpp"
#include "cli/keeper.hpp"
#include "cli/question.hpp"
#include "cli/sessions/session_table.hpp"
#include "config/values.hpp"
#include "session/store.hpp"
#include "terminal/sanitize.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using session::SessionInfo;

constexpr std::size_t kMostShown = 20;

Result<std::chrono::milliseconds> read_age(const std::string& text) {
  if (const auto age = config::parse_age(text)) return *age;
  return fail(ErrorKind::usage, fmt::format("--older-than cannot be {}", base::shell_quote(text)),
              "it is a time with its unit, such as 90d or 12h");
}

Result<std::vector<SessionInfo>> chosen(const Arguments& arguments, const std::filesystem::path& directory) {
  std::vector<std::string> words = arguments.words;
  words.insert(words.end(), arguments.literal_words.begin(), arguments.literal_words.end());
  const auto older = arguments.last("older-than");
  if (words.empty() == !older) {
    return fail(ErrorKind::usage, "byok sessions rm takes ids or --older-than, one of the two",
                "`byok sessions list` shows the ids");
  }
  BYOK_CHECK(session::check_folder(directory));
  if (older) {
    std::vector<SessionInfo> all = session::list_sessions(directory);
    BYOK_TRY(const auto age, read_age(*older));
    const auto limit = std::chrono::system_clock::now() - age;
    std::erase_if(all, [&](const SessionInfo& info) { return info.last >= limit; });
    return all;
  }
  std::vector<SessionInfo> some;
  const std::vector<session::SessionEntry> entries = session::session_entries(directory);
  std::set<std::string> seen;
  for (const std::string& word : words) {
    BYOK_TRY(const std::string id, session::find_session(entries, word));
    const auto entry = std::ranges::find(entries, id, &session::SessionEntry::id);
    if (seen.insert(id).second) some.push_back(session::read_info(directory, *entry));
  }
  return some;
}

std::string line_for(const SessionInfo& info) {
  return info.title.empty() ? info.id : fmt::format("{}, \"{}\"", info.id, terminal::sanitize_line(info.title));
}

Result<bool> is_agreed(const std::vector<SessionInfo>& sessions, const Context& context) {
  const auto now = std::chrono::system_clock::now();
  for (std::size_t i = 0; i < std::min(sessions.size(), kMostShown); ++i) {
    context.say(fmt::format("  {} ({})", line_for(sessions[i]), age_text(now - sessions[i].last)));
  }
  if (sessions.size() > kMostShown) context.say(fmt::format("  and {} more", sessions.size() - kMostShown));
  return ask_consent(sessions.size() == 1 ? std::string("Remove this session?")
                                          : fmt::format("Remove these {} sessions?", sessions.size()),
                     context);
}

Result<int> remove(const Arguments& arguments, Context& context) {
  const std::filesystem::path directory = sessions_directory(context);
  BYOK_TRY(const std::vector<SessionInfo> sessions, chosen(arguments, directory));
  if (sessions.empty()) {
    if (!context.is_quiet) context.say("no session is that old");
    return 0;
  }
  if (can_ask(context) && !arguments.has("yes")) {
    BYOK_TRY(const bool is_wanted, is_agreed(sessions, context));
    if (!is_wanted) {
      context.say("nothing was removed");
      return static_cast<int>(ExitCode::refused);
    }
  }
  int code = 0;
  for (const SessionInfo& info : sessions) {
    const auto removed = session::remove_session(directory, info.id);
    if (!removed) {
      code = fail_command(context, removed.error(), false);
    } else if (!context.is_quiet) {
      context.say(fmt::format("removed {}", line_for(info)));
    }
  }
  return code;
}

}  // namespace

int run_sessions_rm(const Arguments& arguments, Context& context) {
  transport::Interrupt interrupt;
  context.interrupt = &interrupt;
  const auto code = remove(arguments, context);
  const int result = code ? *code : fail_command(context, code.error(), false);
  context.interrupt = nullptr;
  return result;
}

}  // namespace byok::cli
