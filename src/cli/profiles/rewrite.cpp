// Rewrite: compare and replace under a lock.
#include "cli/profiles/rewrite.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <system_error>
#include <vector>

#include "base/file.hpp"
#include "base/file_lock.hpp"
#include "base/text.hpp"
#include "cli/question.hpp"
#include "config/edit_view.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

constexpr std::size_t kMaxBytes = std::size_t{256} * 1024;  // config.md: a larger file is refused unread
constexpr std::chrono::seconds kPatience{10};

// A configuration that runs programs or reads files is not used while others can write it.
Result<> check_owner(const Rewrite& wish, const config::Spliced& spliced) {
  const base::FileStatus status = base::status_of(wish.file);
  if (!status.exists) return {};
  const bool is_ours = status.owner == ::geteuid() || status.owner == 0;
  const bool reaches_out = spliced.text.contains("${file:") || spliced.text.contains("command:");
  if (!reaches_out || wish.change.add.empty() || (is_ours && !status.others_can_write)) return {};
  return fail(ErrorKind::config,
              fmt::format("{} would hold `command` or `${{file:}}`, and {}", wish.file.string(),
                          is_ours ? "others can write it" : "it belongs to someone other than you or root"),
              fmt::format("make it yours alone: chmod go-w {}", base::shell_quote(wish.file.string())));
}

class KeptKey {
 public:
  Result<> store(const Rewrite& wish) {
    if (wish.key_file.empty()) return {};
    if (std::error_code error; std::filesystem::exists(std::filesystem::symlink_status(wish.key_file, error))) {
      return fail(ErrorKind::config,
                  fmt::format("the file {} is there already, and is not replaced", wish.key_file.string()),
                  fmt::format("use it with --key-file {0}, or remove it first: rm {0}",
                              base::shell_quote(wish.key_file.string())));
    }
    BYOK_CHECK(base::make_private_directory(wish.key_file.parent_path()));
    base::Secret line(fmt::format("{}\n", wish.key.reveal()));
    BYOK_CHECK(base::write_file(wish.key_file, line.reveal(), 0600));
    file_ = wish.key_file;
    return {};
  }
  void keep() { file_.clear(); }
  KeptKey() = default;
  KeptKey(const KeptKey&) = delete;
  KeptKey& operator=(const KeptKey&) = delete;
  ~KeptKey() {
    std::error_code ignored;
    if (!file_.empty()) std::filesystem::remove(file_, ignored);
  }

 private:
  std::filesystem::path file_;  // taken back unless it is kept
};

// False when the file is no longer what the change was made for.
Result<bool> write_if_unchanged(const Rewrite& wish, std::string_view old_text, const config::Spliced& spliced) {
  BYOK_CHECK(base::make_private_directory(wish.file.parent_path()));
  BYOK_TRY(const base::FileLock lock, base::FileLock::take(wish.file, kPatience));
  BYOK_TRY(const std::string now, read_configuration(wish.file));
  if (now != old_text) return false;
  KeptKey key;
  BYOK_CHECK(key.store(wish));
  BYOK_CHECK(base::write_file(wish.file, spliced.text, 0600));
  key.keep();
  return true;
}

}  // namespace

Result<std::string> read_configuration(const std::filesystem::path& file) {
  if (!base::status_of(file).exists) return std::string();
  auto text = base::read_file(file, kMaxBytes);
  if (!text) return fail(ErrorKind::config, std::move(text).error().message, "make the file readable for you");
  return text;
}

void show_diff(const std::filesystem::path& file, const config::Spliced& spliced, const Context& context) {
  context.say(fmt::format("{}:", file.string()));
  context.say(base::trim(config::edits_as_diff(spliced.edits)));
}

Result<bool> rewrite(const Rewrite& wish, const Context& context) {
  constexpr int kMostTries = 100;  // each lost one means that another process won
  for (int i = 0; i < kMostTries; ++i) {
    BYOK_TRY(const std::string text, read_configuration(wish.file));
    BYOK_TRY(const config::Spliced spliced, config::splice(text, wish.change));
    BYOK_CHECK(check_owner(wish, spliced));
    if (wish.asks || (i == 0 && !context.is_quiet)) show_diff(wish.file, spliced, context);
    if (wish.asks) {
      BYOK_TRY(const bool is_wanted, ask_consent("Write this?", context));
      if (!is_wanted) return false;
    }
    BYOK_TRY(const bool is_written, write_if_unchanged(wish, text, spliced));
    if (is_written) return true;
    if (wish.asks) context.say("the file has changed meanwhile; this is the change as it is now:");
  }
  return fail(ErrorKind::output, fmt::format("{} changes all the time", wish.file.string()), "try again");
}

}  // namespace byok::cli
