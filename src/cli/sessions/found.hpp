// Found: the session that a command of `byok sessions` is about.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/context.hpp"
#include "session/store/saved_session.hpp"

namespace byok::cli {

struct FoundSession {
  std::filesystem::path file;
  session::SavedSession session;
};

// The one whose id begins with the command's word, or the newest where there is none. What is wrong with its file is
// said. ErrorKind::usage when there is no such session, or several words.
[[nodiscard]] base::Result<FoundSession> find_one_session(const Arguments& arguments, Context& context);

}  // namespace byok::cli
