// The file of the history: read from its end, appended to, and rewritten when it has grown too long.
#include "terminal/history.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/descriptor.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace byok::terminal {
namespace {

using base::Descriptor;

constexpr std::size_t kLongestEntry = 1024UL * 1024;
// As much of the end of the file is read.
constexpr std::size_t kMostBytes = 16UL * 1024 * 1024;
// The file is rewritten when it holds so many entries more than are kept, not each time.
constexpr std::size_t kSlack = 1000;

std::string escaped(std::string_view text) {
  std::string line;
  line.reserve(text.size() + 1);
  for (const char c : text) {
    if (c == '\n') {
      line.append("\\n");
    } else if (c == '\\') {
      line.append("\\\\");
    } else {
      line.push_back(c);
    }
  }
  return line;
}

std::string unescaped(std::string_view line) {
  std::string text;
  text.reserve(line.size());
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char next = line[i] == '\\' && i + 1 < line.size() ? line[i + 1] : '\0';
    if (next == 'n' || next == '\\') ++i;
    text.push_back(next == 'n' ? '\n' : line[i]);
  }
  return base::is_utf8(text) ? text : base::to_valid_utf8(text);
}

// The end of a regular file; all of it, where it is not too long.
std::string read_end(const std::filesystem::path& path, bool& is_cut) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat status{};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  const auto size = static_cast<std::size_t>(status.st_size);
  is_cut = size > kMostBytes;
  std::string bytes(std::min(size, kMostBytes), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const auto offset = static_cast<off_t>(size - bytes.size() + have);
    const ssize_t count = ::pread(file.get(), bytes.data() + have, bytes.size() - have, offset);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    have += static_cast<std::size_t>(count);
  }
  bytes.resize(have);
  // Where the reading began is not where a line does.
  if (is_cut) bytes.erase(0, std::min(bytes.find('\n'), bytes.size() - 1) + 1);
  return bytes;
}

int append_entry(const std::filesystem::path& path, std::string_view text) {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600));
  struct stat status{};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return errno;
  if ((status.st_mode & 077U) != 0) ::fchmod(file.get(), 0600);
  // A line that was torn, by a full disk perhaps, is ended first.
  char last = '\n';
  const bool is_torn = status.st_size > 0 && ::pread(file.get(), &last, 1, status.st_size - 1) == 1 && last != '\n';
  return base::write_all(file.get(), fmt::format("{}{}\n", is_torn ? "\n" : "", escaped(text)));
}

}  // namespace

History History::load(const std::filesystem::path& path) {
  History history;
  history.path_ = path;
  bool is_cut = false;
  const std::string bytes = read_end(path, is_cut);
  std::vector<std::string_view> lines = base::split(bytes, '\n');
  std::erase_if(lines, [](std::string_view line) { return line.empty(); });
  const std::size_t begin = lines.size() - std::min(lines.size(), kMostEntries);
  history.entries_.reserve(lines.size() - begin);
  for (std::size_t i = begin; i < lines.size(); ++i) history.entries_.push_back(unescaped(lines[i]));
  if (is_cut || begin > kSlack) {
    std::string kept;
    for (std::size_t i = begin; i < lines.size(); ++i) kept.append(lines[i]).append("\n");
    // One that cannot be rewritten is only longer than it need be.
    [[maybe_unused]] const auto ignored = base::write_file(path, kept, 0600);
  }
  return history;
}

base::Result<> History::add(std::string_view text, bool is_kept) {
  if (base::trim(text).empty() || (!entries_.empty() && entries_.back() == text)) return {};
  entries_.push_back(base::to_valid_utf8(text));
  if (entries_.size() > kMostEntries) entries_.erase(entries_.begin());
  if (!is_kept || path_.empty() || text.size() > kLongestEntry) return {};
  BYOK_CHECK(base::make_private_directory(path_.parent_path()));
  const int error = append_entry(path_, entries_.back());
  if (error == 0) return {};
  return base::fail(base::ErrorKind::output, fmt::format("cannot write the history {}: {}", path_.string(),
                                                         std::system_category().message(error)));
}

}  // namespace byok::terminal
