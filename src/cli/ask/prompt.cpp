// Prompt assembly, and the reading of standard input with a deadline and an interrupt.
#include "cli/ask/prompt.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/file.hpp"
#include "base/text.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::unexpected<base::Error> too_large(std::string_view source, std::size_t limit) {
  return fail(ErrorKind::context_length,
              fmt::format("the prompt is too large: {} holds more than {} bytes", source, limit),
              "send a part of it, or allow more with --max-input BYTES");
}

// Text that can be sent: UTF-8 without NUL.
Result<std::string> checked_text(const std::string& bytes, std::string_view source, const AskOptions& options,
                                 Context& context) {
  if (bytes.find('\0') != std::string::npos) {
    return fail(ErrorKind::usage, fmt::format("{} is binary: it holds NUL bytes", source),
                "for an image or a PDF, try -a");
  }
  base::Utf8Check check;
  std::string text = base::to_valid_utf8(bytes, &check);
  if (check.replaced == 0) return text;
  const std::string what = fmt::format("{} is not UTF-8: {} invalid sequence{}, the first at byte {}", source,
                                       check.replaced, check.replaced == 1 ? "" : "s", check.first_offset.value_or(0));
  if (options.is_strict_utf8) {
    return fail(ErrorKind::usage, what, "convert it first, for example: iconv -f ISO-8859-1 -t UTF-8");
  }
  context.warn(what + "; sent as U+FFFD");
  return text;
}

// Where bytes come from that may keep one waiting: standard input, a FIFO, `<(command)`.
struct Source {
  int descriptor = -1;
  std::string name;
  std::string way_out;  // how not to read it; may be empty
};

std::unexpected<base::Error> interrupted(const Source& source) {
  return fail(ErrorKind::cancelled, fmt::format("interrupted while reading {}", source.name));
}

// Ctrl-C ends the program at the other end of a pipe as well, so a signal and the end of the input come together.
bool is_interrupted(const Context& context) { return context.interrupt != nullptr && context.interrupt->signal() != 0; }

// Waits for the source. Ok: something can be read, or it ended.
Result<> wait_for_input(const Source& source, const Context& context, std::optional<steady_clock::time_point> deadline,
                        bool& has_said) {
  constexpr milliseconds kPatience{2000};
  const steady_clock::time_point start = steady_clock::now();
  while (true) {
    const steady_clock::time_point now = steady_clock::now();
    if (deadline && now >= *deadline) {
      return fail(ErrorKind::timeout, fmt::format("the time for the run was over while {} was waited for", source.name),
                  source.way_out.empty() ? "give a longer --timeout" : source.way_out + ", or give a longer --timeout");
    }
    int wait = -1;
    const auto bound = [&wait, now](steady_clock::time_point until) {
      const auto left = std::chrono::ceil<milliseconds>(until - now).count();
      const int capped = static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
      wait = wait < 0 ? capped : std::min(wait, capped);
    };
    if (!has_said) bound(start + kPatience);
    if (deadline) bound(*deadline);
    pollfd waits[2] = {{source.descriptor, POLLIN, 0}, {context.interrupt_fd(), POLLIN, 0}};
    const int ready = poll(waits, 2, wait);
    if (is_interrupted(context)) return interrupted(source);
    if (ready < 0 && errno != EINTR) return {};
    if (ready > 0 && waits[0].revents != 0) return {};
    if (!has_said && steady_clock::now() - start >= kPatience) {
      has_said = true;
      const std::string note = source.way_out.empty() ? "" : fmt::format(" ({})", source.way_out);
      if (!context.is_quiet) context.say(fmt::format("byok: waiting for {}{}", source.name, note));
    }
  }
}

Result<std::string> read_source(const Source& source, const AskOptions& options, const Context& context,
                                std::optional<steady_clock::time_point> deadline) {
  std::string bytes;
  std::string piece(std::size_t{64} << 10, '\0');
  bool has_said = false;
  while (true) {
    BYOK_CHECK(wait_for_input(source, context, deadline, has_said));
    const ssize_t got = read(source.descriptor, piece.data(), piece.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) {
      return fail(ErrorKind::usage,
                  fmt::format("cannot read {}: {}", source.name, std::generic_category().message(errno)),
                  source.way_out);
    }
    if (got == 0 && is_interrupted(context)) return interrupted(source);
    if (got == 0) return bytes;
    has_said = true;
    bytes.append(piece, 0, static_cast<std::size_t>(got));
    if (bytes.size() > options.max_input) return too_large(source.name, options.max_input);
  }
}

Result<std::string> read_stdin(const AskOptions& options, const Context& context,
                               std::optional<steady_clock::time_point> deadline) {
  const Source source{.descriptor = context.streams.in, .name = "standard input", .way_out = "-n does not read it"};
  return read_source(source, options, context, deadline);
}

// A FIFO or a device: it has no size to be judged by beforehand, and it may keep one waiting for ever.
Result<std::string> read_special_file(const std::string& path, const AskOptions& options, const Context& context,
                                      std::optional<steady_clock::time_point> deadline) {
  // Without O_NONBLOCK a FIFO that nobody writes to could not even be opened; so it is waited for like the others.
  const int descriptor = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (descriptor < 0) {
    return fail(ErrorKind::usage, fmt::format("cannot read {}: {}", path, std::generic_category().message(errno)));
  }
  auto bytes = read_source({.descriptor = descriptor, .name = path, .way_out = {}}, options, context, deadline);
  close(descriptor);
  return bytes;
}

// A `while read` loop gives its own file as standard input to every command inside: reading it would eat the loop's
// lines. Such a file is recognised by having been read from before.
bool is_input_of_a_loop(int descriptor) {
  struct stat status{};
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return false;
  const off_t offset = lseek(descriptor, 0, SEEK_CUR);
  return offset > 0;
}

Result<std::string> file_part(const std::string& path, const AskOptions& options, Context& context,
                              std::optional<steady_clock::time_point> deadline) {
  const base::FileStatus status = base::status_of(path);
  if (status.is_regular && status.size > options.max_input) return too_large(path, options.max_input);
  std::error_code ignored;
  const bool is_special = status.exists && !status.is_regular && !std::filesystem::is_directory(path, ignored);
  auto bytes =
      is_special ? read_special_file(path, options, context, deadline) : base::read_file(path, options.max_input);
  if (!bytes) {
    base::Error error = bytes.error();
    if (error.kind == ErrorKind::usage && error.hint.empty()) {
      error.hint = path == "-" ? "standard input is read by itself; a word - says where it stands in the prompt"
                               : "-f needs the path of a text file that can be read";
    }
    return std::unexpected(std::move(error));
  }
  BYOK_TRY(const std::string text, checked_text(*bytes, path, options, context));
  return fenced_file(path, text);
}

// `byok ask -f a.c b.c` means two files to many hands.
Result<> check_forgotten_option(const AskOptions& options) {
  if (options.files.empty()) return {};
  for (const std::string& word : options.words) {
    std::error_code ignored;
    if (word == "-" || !std::filesystem::is_regular_file(word, ignored)) continue;
    return fail(ErrorKind::usage,
                fmt::format("{} is a file, and stands as a word of the prompt", base::shell_quote(word)),
                fmt::format("did you mean -f {}? To send the word itself, put it after --", word));
  }
  return {};
}

struct Parts {
  std::string text;
  void add(std::string_view part) {
    if (part.empty()) return;
    if (!text.empty()) {
      if (!text.ends_with('\n')) text += '\n';
      text += '\n';
    }
    text += part;
  }
};

}  // namespace

std::string fenced_file(std::string_view path, std::string_view content) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : content) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(std::max<std::size_t>(3, longest + 1), '`');
  const bool ends_line = content.empty() || content.ends_with('\n');
  return fmt::format("{}\n{}\n{}{}{}", path, fence, content, ends_line ? "" : "\n", fence);
}

Result<std::string> assemble_prompt(const AskOptions& options, Context& context,
                                    std::optional<steady_clock::time_point> deadline) {
  BYOK_CHECK(check_forgotten_option(options));
  const bool has_dash = std::ranges::find(options.words, "-") != options.words.end();
  const bool has_words = !options.words.empty() || !options.literal_words.empty();
  bool reads = options.reads_stdin && (has_dash || !context.streams.in_is_terminal);
  if (reads && !has_dash && has_words && is_input_of_a_loop(context.streams.in)) {
    reads = false;
    context.warn("standard input is a file that was read before, so it is not read: -n says so, - reads it");
  }
  if (has_dash && !options.reads_stdin) {
    return fail(ErrorKind::usage, "- and -n do not go together", "- reads standard input, -n does not: leave one out");
  }
  std::string input;
  if (reads) {
    BYOK_TRY(const std::string bytes, read_stdin(options, context, deadline));
    BYOK_TRY(input, checked_text(bytes, "standard input", options, context));
  }
  // Runs of words are joined by one space; a word `-` is where standard input stands.
  Parts parts;
  std::string run;
  for (const std::string& word : options.words) {
    if (word == "-") {
      parts.add(run);
      parts.add(input);
      run.clear();
    } else {
      run += (run.empty() ? "" : " ") + word;
    }
  }
  for (const std::string& word : options.literal_words) run += (run.empty() ? "" : " ") + word;
  BYOK_TRY(run, checked_text(run, "the prompt", options, context));
  parts.add(run);
  for (const std::string& path : options.files) {
    BYOK_TRY(const std::string part, file_part(path, options, context, deadline));
    parts.add(part);
  }
  if (!has_dash) parts.add(input);
  if (base::trim(parts.text).empty()) {
    return fail(ErrorKind::usage, "there is no prompt",
                "write one: byok ask \"What does EXDEV mean?\", or pipe it in: echo … | byok ask");
  }
  if (parts.text.size() > options.max_input) return too_large("it", options.max_input);
  return std::move(parts.text);
}

}  // namespace byok::cli
