// `byok sessions list`: what was kept, newest first.
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/failure.hpp"
#include "cli/keeper.hpp"
#include "cli/sessions/session_table.hpp"
#include "session/store/event_line.hpp"
#include "session/store/search.hpp"
#include "terminal/terminal.hpp"

namespace byok::cli {
namespace {

using Json = nlohmann::ordered_json;
using session::SessionInfo;

std::string as_json(const std::vector<SessionInfo>& sessions) {
  Json array = Json::array();
  for (const SessionInfo& info : sessions) {
    Json one{{"id", info.id}, {"title", info.title}};
    const auto add = [&one](const char* name, const std::string& value) {
      if (!value.empty()) one[name] = value;
    };
    add("profile", info.setup.profile);
    add("origin", info.setup.origin);
    add("wire_api", info.setup.wire_api);
    add("model", info.setup.model);
    one["turns"] = info.turns;
    if (info.started) one["started"] = session::timestamp(*info.started);
    one["updated"] = session::timestamp(info.last);
    one["bytes"] = info.size;
    array.push_back(std::move(one));
  }
  return array.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

template <class Entries>
std::string ids_of(const Entries& entries) {
  std::string ids;
  for (const auto& entry : entries) ids += entry.id + "\n";
  return ids;
}

}  // namespace

int run_sessions_list(const Arguments& arguments, Context& context) {
  const bool is_json = arguments.has("json");
  const auto words = arguments.last("search");
  if (is_json && arguments.has("ids")) {
    base::Error error;
    error.kind = base::ErrorKind::usage;
    error.message = "--ids and --json do not go together";
    error.hint = "--json holds the ids, too";
    return fail_command(context, error, is_json);
  }
  const std::filesystem::path directory = sessions_directory(context);
  if (const auto checked = session::check_folder(directory); !checked) {
    return fail_command(context, checked.error(), is_json);
  }
  if (arguments.has("ids"))
    return context.print(words ? ids_of(session::search_sessions(directory, *words))
                               : ids_of(session::session_entries(directory)));
  const std::vector<SessionInfo> sessions =
      words ? session::search_sessions(directory, *words) : session::list_sessions(directory);
  if (is_json) return context.print_json(as_json(sessions));
  if (sessions.empty()) {
    if (!context.is_quiet)
      context.say(words ? "byok: no session holds that"
                        : "byok: no sessions yet; byok chat keeps one, and byok ask --save");
    return 0;
  }
  const bool is_terminal = context.streams.out_is_terminal;
  const auto width = is_terminal ? std::optional(terminal::columns_of(context.streams.out)) : std::nullopt;
  return context.print(session_table(sessions, std::chrono::system_clock::now(), width));
}

}  // namespace byok::cli
