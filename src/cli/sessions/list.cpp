// `byok sessions list`: what was kept, newest first.
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
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

}  // namespace

int run_sessions_list(const Arguments& arguments, Context& context) {
  const std::filesystem::path directory = sessions_directory(context);
  if (arguments.has("ids")) {
    std::string ids;
    for (const session::SessionEntry& entry : session::session_entries(directory)) ids += entry.id + "\n";
    return context.print(ids);
  }
  const auto words = arguments.last("search");
  const std::vector<SessionInfo> sessions =
      words ? session::search_sessions(directory, *words) : session::list_sessions(directory);
  if (arguments.has("json")) return context.print_json(as_json(sessions));
  if (sessions.empty()) {
    context.say(words ? "byok: no session holds that" : "byok: no sessions yet; byok ask --save keeps one");
    return 0;
  }
  const bool is_terminal = context.streams.out_is_terminal;
  const auto width = is_terminal ? std::optional(terminal::columns_of(context.streams.out)) : std::nullopt;
  return context.print(session_table(sessions, std::chrono::system_clock::now(), width));
}

}  // namespace byok::cli
