// Candidates by the kind of what is being typed; the listing of a folder is all that touches the world.
#include "cli/chat/line/complete.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "cli/chat/line/slash.hpp"
#include "cli/chat/line/typed_path.hpp"

namespace byok::cli {
namespace {

namespace fs = std::filesystem;
using terminal::Completion;

// A folder with more is not read to its end, so that a key never waits long.
constexpr std::size_t kMostEntries = 500'000;

std::vector<std::string> beginning_with(std::string_view prefix, const std::vector<std::string>& names) {
  std::vector<std::string> found;
  for (const std::string& each : names) {
    if (each.starts_with(prefix)) found.push_back(each);
  }
  if (found.empty()) {
    std::ranges::copy_if(names, std::back_inserter(found),
                         [&](const std::string& each) { return base::istarts_with(each, prefix); });
  }
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

Completion complete_word(std::string_view typed, std::size_t begin) {
  const std::string word = base::to_lower(typed.substr(1));
  Completion completion{.begin = begin, .candidates = {}};
  for (const SlashCommand& each : slash_commands()) {
    if (each.word.starts_with(word)) completion.candidates.push_back("/" + std::string(each.word));
  }
  if (!completion.candidates.empty()) return completion;
  for (const SlashAlias& each : slash_aliases()) {
    if (each.word.starts_with(word)) completion.candidates.push_back("/" + std::string(each.word));
  }
  return completion;
}

bool can_be_typed(std::string_view name) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return base::is_utf8(name) && std::ranges::none_of(name, is_control);
}

struct Entry {
  std::string name;
  bool is_directory = false;
};

std::vector<Entry> list_folder(const fs::path& folder, std::string_view prefix) {
  std::vector<Entry> entries;
  std::error_code error;
  std::size_t seen = 0;
  for (fs::directory_iterator at(folder, error), end; !error && at != end && seen < kMostEntries; at.increment(error)) {
    ++seen;
    std::string name = at->path().filename().string();
    if (!name.starts_with(prefix) || (name.starts_with('.') && !prefix.starts_with('.'))) continue;
    if (!can_be_typed(name)) continue;
    std::error_code unknown;
    entries.push_back({.name = std::move(name), .is_directory = at->is_directory(unknown)});
  }
  std::ranges::sort(entries, {}, &Entry::name);
  return entries;
}

Completion complete_path(std::string_view typed, std::size_t begin, const SlashNames& names) {
  if (typed == "~" && !names.home.empty()) return {.begin = begin, .candidates = {"~/"}};
  const PathBeginning beginning = read_path_beginning(typed, names.home);
  Completion completion{.begin = begin + beginning.name_at, .candidates = {}};
  if (!beginning.is_plain) return completion;
  for (const Entry& each : list_folder(names.directory / beginning.folder, beginning.name)) {
    completion.candidates.push_back(name_to_type(each.name, each.is_directory, beginning));
  }
  return completion;
}

Completion complete_name(std::string_view typed, std::size_t begin,
                         const std::function<std::vector<std::string>()>& names) {
  if (!names) return {};
  return {.begin = begin, .candidates = beginning_with(typed, names())};
}

}  // namespace

terminal::Completer slash_completer(SlashNames names) {
  return [names = std::move(names)](std::string_view text, std::size_t cursor) -> Completion {
    const std::string_view before = text.substr(0, cursor);
    const std::size_t first = before.find_first_not_of(" \t");
    if (first == std::string_view::npos || before.contains('\n') || before[first] != '/') return {};
    if (before.find_first_of(" \t", first) == std::string_view::npos) return complete_word(before.substr(first), first);
    const SlashWord word = slash_word(before);
    const SlashCommand* const command =
        word.end == 0 ? nullptr : find_slash_command(before.substr(word.begin + 1, word.end - word.begin - 1));
    if (command == nullptr) return {};
    const std::size_t begin = std::min(before.find_first_not_of(" \t", word.end), before.size());
    const std::string_view typed = before.substr(begin);
    switch (command->takes) {
      case SlashArgument::model:
        return complete_name(typed, begin, names.models);
      case SlashArgument::profile:
        return complete_name(typed, begin, names.profiles);
      case SlashArgument::session:
        return complete_name(typed, begin, names.sessions);
      case SlashArgument::path:
        return complete_path(typed, begin, names);
      case SlashArgument::text:
        return typed.starts_with('@') ? complete_path(typed.substr(1), begin + 1, names) : Completion{};
      case SlashArgument::none:
        break;
    }
    return {};
  };
}

}  // namespace byok::cli
