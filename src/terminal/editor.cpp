// Keys applied to the buffer, then the view drawn once for each.
#include "terminal/editor.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "terminal/continuation.hpp"
#include "terminal/sanitize.hpp"
#include "terminal/width.hpp"

namespace byok::terminal {
namespace {

constexpr std::string_view kBell = "\a";
constexpr std::size_t kMostListed = 100;

std::string common_beginning(std::span<const std::string> texts) {
  std::string_view common = texts.front();
  for (const std::string& each : texts) {
    const auto differs = std::ranges::mismatch(common, each).in1;
    common = common.substr(0, static_cast<std::size_t>(differs - common.begin()));
  }
  // Two characters can begin with the same bytes.
  std::size_t end = 0;
  for (std::size_t next = 0; end < common.size(); end = next) {
    next = end + base::first_utf8(common.substr(end)).length;
    if (base::first_utf8(common.substr(end)).state != base::Utf8Sequence::State::valid) break;
  }
  return std::string(common.substr(0, end));
}

}  // namespace

Editor::Editor(EditorOptions options, ScreenSize size, const Draft& draft, bool rewraps_rows)
    : options_(std::move(options)), view_(options_.style, rewraps_rows), size_(size), entry_(options_.history.size()) {
  view_.set_size(size);
  if (!draft.text.empty()) buffer_.set(draft.text);
  buffer_.move_to(draft.cursor);
}

EditFrame Editor::frame() const {
  EditFrame frame{.prompt = options_.prompt,
                  .continuation = options_.continuation,
                  .text = buffer_.text(),
                  .cursor = buffer_.cursor()};
  if (search_) {
    frame.prompt = search_->prompt;
    if (search_->entry < options_.history.size()) {
      frame.text = options_.history[search_->entry];
      frame.cursor = search_->at;
    }
  }
  return frame;
}

void Editor::draw(std::string& out) { view_.draw(frame(), out); }

void Editor::resize(ScreenSize size, std::string& out) {
  size_ = size;
  view_.resize(size, frame(), out);
}

void Editor::leave(std::string& out) {
  search_.reset();
  view_.finish(frame(), out);
}

Editor::Outcome Editor::press(const KeyPress& press, std::string& out) {
  if (search_ && search_key(press, out)) return Outcome::none;
  Outcome outcome = Outcome::none;
  if (press.key == Key::text || press.key == Key::paste) {
    buffer_.insert(press.text);
  } else if (!move(press.key) && !change(press.key)) {
    outcome = command(press.key, out);
  }
  if (outcome == Outcome::none) draw(out);
  return outcome;
}

bool Editor::move(Key key) {
  switch (key) {
    case Key::left:
      buffer_.move_to(buffer_.left());
      return true;
    case Key::right:
      buffer_.move_to(buffer_.right());
      return true;
    case Key::word_left:
      buffer_.move_to(buffer_.word_left());
      return true;
    case Key::word_right:
      buffer_.move_to(buffer_.word_right());
      return true;
    case Key::line_start:
      buffer_.move_to(buffer_.line_start());
      return true;
    case Key::line_end:
      buffer_.move_to(buffer_.line_end());
      return true;
    case Key::text_start:
      buffer_.move_to(0);
      return true;
    case Key::text_end:
      buffer_.move_to(buffer_.text().size());
      return true;
    default:
      return false;
  }
}

bool Editor::change(Key key) {
  switch (key) {
    case Key::new_line:
      buffer_.insert("\n");
      return true;
    case Key::erase_back:
      buffer_.erase_to(buffer_.left());
      return true;
    case Key::erase_forward:
      buffer_.erase_to(buffer_.right());
      return true;
    case Key::kill_to_start:
      buffer_.kill_to(buffer_.line_start());
      return true;
    case Key::kill_to_end:
      // At the end of a line: the line end itself.
      buffer_.kill_to(buffer_.line_end() == buffer_.cursor() ? buffer_.right() : buffer_.line_end());
      return true;
    case Key::kill_word_back:
      buffer_.kill_to(buffer_.blank_left());
      return true;
    case Key::erase_word_back:
      buffer_.kill_to(buffer_.word_left());
      return true;
    case Key::kill_word:
      buffer_.kill_to(buffer_.word_right());
      return true;
    case Key::yank:
      buffer_.yank();
      return true;
    case Key::undo:
      buffer_.undo();
      return true;
    default:
      return false;
  }
}

Editor::Outcome Editor::command(Key key, std::string& out) {
  switch (key) {
    case Key::enter:
      return enter();
    case Key::tab:
      complete(out);
      break;
    case Key::up:
    case Key::down:
      go_vertically(key, out);
      break;
    case Key::older:
    case Key::newer:
      browse(key, out);
      break;
    case Key::clear_screen:
      view_.clear_screen(frame(), out);
      break;
    case Key::open_editor:
      return Outcome::open_editor;
    case Key::suspend:
      return Outcome::suspend;
    case Key::search:
      search_ = HistorySearch{};
      search_from(options_.history.size());
      break;
    case Key::erase_or_end:
      if (buffer_.text().empty()) return Outcome::end;
      buffer_.erase_to(buffer_.right());
      break;
    case Key::interrupt:
      if (buffer_.text().empty()) return Outcome::interrupt;
      buffer_.set("");
      entry_ = options_.history.size();
      break;
    default:
      break;
  }
  return Outcome::none;
}

Editor::Outcome Editor::enter() {
  if (is_open_text(buffer_.text())) {
    buffer_.insert("\n");
    return Outcome::none;
  }
  const bool is_at_end = buffer_.cursor() == buffer_.text().size();
  if (!is_at_end || !ends_with_backslash(buffer_.text())) return Outcome::line;
  buffer_.replace(buffer_.cursor() - 1, buffer_.cursor(), "\n");
  return Outcome::none;
}

std::string Editor::line() const { return without_quotes(buffer_.text()); }

void Editor::go_vertically(Key key, std::string& out) {
  const std::optional<std::size_t> offset = view_.offset_beside(frame(), key == Key::up ? -1 : 1);
  if (offset) {
    buffer_.move_to(*offset);
  } else {
    browse(key == Key::up ? Key::older : Key::newer, out);
  }
}

void Editor::browse(Key key, std::string& out) {
  const std::size_t count = options_.history.size();
  if (key == Key::older ? entry_ == 0 : entry_ == count) {
    out.append(kBell);
    return;
  }
  if (entry_ == count) typed_ = buffer_.text();
  entry_ = key == Key::older ? entry_ - 1 : entry_ + 1;
  buffer_.set(entry_ == count ? typed_ : options_.history[entry_]);
}

// True when the key was for the search, which then goes on or is given up.
bool Editor::search_key(const KeyPress& press, std::string& out) {
  const std::size_t count = options_.history.size();
  if (press.key == Key::text) {
    search_->query.append(press.text);
    search_from(search_->entry == count ? count : search_->entry + 1);
  } else if (press.key == Key::erase_back) {
    search_->query.erase(previous_character(search_->query, search_->query.size()));
    search_from(count);
  } else if (press.key == Key::search) {
    search_from(search_->entry);
  } else if (press.key == Key::interrupt || press.key == Key::open_editor) {
    search_.reset();
  } else {
    accept_match();
    if (press.key != Key::escape) return false;
  }
  draw(out);
  return true;
}

// The newest entry before the given one that has the query in it. Where there is none, what was found stays.
void Editor::search_from(std::size_t entry) {
  search_->has_failed = !search_->query.empty();
  while (!search_->query.empty() && entry > 0) {
    --entry;
    const std::size_t at = options_.history[entry].find(search_->query);
    if (at == std::string::npos) continue;
    search_->entry = entry;
    search_->at = at;
    search_->has_failed = false;
    break;
  }
  if (search_->query.empty()) search_->entry = options_.history.size();
  search_->prompt = fmt::format("({} '{}') ", search_->has_failed ? "not found" : "search", search_->query);
}

void Editor::accept_match() {
  const HistorySearch search = *std::exchange(search_, std::nullopt);
  if (search.entry >= options_.history.size()) return;
  if (entry_ == options_.history.size()) typed_ = buffer_.text();
  entry_ = search.entry;
  buffer_.set(options_.history[entry_]);
  buffer_.move_to(search.at);
}

void Editor::complete(std::string& out) {
  const std::size_t cursor = buffer_.cursor();
  Completion completion;
  if (options_.complete) completion = options_.complete(buffer_.text(), cursor);
  if (completion.candidates.empty() || completion.begin > cursor) {
    out.append(kBell);
    return;
  }
  std::string text = common_beginning(completion.candidates);
  const std::string_view word = std::string_view(buffer_.text()).substr(completion.begin, cursor - completion.begin);
  if (completion.candidates.size() == 1) {
    if (!text.ends_with('/') && !text.ends_with('=')) text.push_back(' ');
  } else if (text.size() <= word.size()) {
    list(completion.candidates, out);
    return;
  }
  if (text != word) buffer_.replace(completion.begin, cursor, text);
}

// Below what is typed, in columns, then the prompt anew below them.
void Editor::list(std::span<const std::string> candidates, std::string& out) {
  std::vector<std::string> shown;
  std::size_t widest = 0;
  for (const std::string& each : candidates.first(std::min(candidates.size(), kMostListed))) {
    shown.push_back(sanitize_line(each));
    widest = std::max(widest, width_of(shown.back()));
  }
  const std::size_t columns = std::max<std::size_t>(1, (view_.size().columns + 1) / (widest + 2));
  view_.finish(frame(), out);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const bool is_last = (i + 1) % columns == 0 || i + 1 == shown.size();
    out.append(shown[i]);
    out.append(is_last ? "\r\n" : std::string(widest + 2 - width_of(shown[i]), ' '));
  }
  if (candidates.size() > shown.size()) out.append(fmt::format("… {} more\r\n", candidates.size() - shown.size()));
}

}  // namespace byok::terminal
