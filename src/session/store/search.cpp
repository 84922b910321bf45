// Lines are walked, not folded: attachments are passed over undecoded.
#include "session/store/search.hpp"

#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"
#include "wire/json.hpp"

namespace byok::session {
namespace {

using wire::Json;

constexpr std::size_t kLargestFile = std::size_t{1} << 30;

bool line_holds(std::string_view line, std::string_view text) {
  const Json event = Json::parse(line);
  const std::string type = event["type"].str();
  std::string_view member = "content";
  if (type == "session.start") {
    member = "title";
  } else if (type != "user.message" && type != "assistant.message") {
    return false;
  }
  return base::icontains(event["data"][member].str(), text);
}

}  // namespace

bool session_holds(std::string_view file, std::string_view text) {
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t end = std::min(file.find('\n', at), file.size());
    if (line_holds(file.substr(at, end - at), text)) return true;
    at = end + 1;
  }
  return false;
}

std::vector<SessionInfo> search_sessions(const std::filesystem::path& directory, std::string_view text) {
  std::vector<SessionInfo> found;
  for (SessionInfo& info : list_sessions(directory)) {
    bool holds = base::icontains(info.title, text);
    if (!holds) {
      const auto file = base::read_file(session_path(directory, info.id), kLargestFile);
      holds = file && session_holds(*file, text);
    }
    if (holds) found.push_back(std::move(info));
  }
  return found;
}

}  // namespace byok::session
