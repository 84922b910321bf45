// One session, read.
#include "cli/sessions/found.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "cli/keeper.hpp"
#include "session/store.hpp"

namespace byok::cli {

using base::Result;

Result<FoundSession> find_one_session(const Arguments& arguments, Context& context) {
  std::vector<std::string> words = arguments.words;
  words.insert(words.end(), arguments.literal_words.begin(), arguments.literal_words.end());
  if (words.size() > 1) {
    return base::fail(base::ErrorKind::usage, fmt::format("byok {} takes one id", arguments.command->name),
                      "the beginning of an id is enough; `byok sessions list` shows all");
  }
  const std::filesystem::path directory = sessions_directory(context);
  BYOK_TRY(const std::string id,
           words.empty() ? session::newest_session(directory) : session::find_session(directory, words.front()));
  FoundSession found{.file = session::session_path(directory, id), .session = {}};
  BYOK_TRY(found.session, session::load_session(directory, id));
  for (const std::string& problem : session::problems_of(found.session, found.file.string())) context.warn(problem);
  return found;
}

}  // namespace byok::cli
