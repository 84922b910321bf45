// CommonMark's rules for emphasis (spec 0.31, section 6.2), as far as they can be followed without going back.
#include "terminal/markdown/spans.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "terminal/width.hpp"

namespace byok::terminal {
namespace {

constexpr std::size_t kMostHeld = 1024;
constexpr std::size_t kMostOpen = 8;
constexpr std::size_t kMostDepth = 3;
constexpr std::string_view kSpecial = "\\`*_~[!<&";

// Those that models write; none stands for a control character.
constexpr std::size_t kLongestEntity = 8;
constexpr auto kEntities = std::to_array<std::pair<std::string_view, std::string_view>>({{"&amp;", "&"},
                                                                                         {"&lt;", "<"},
                                                                                         {"&gt;", ">"},
                                                                                         {"&quot;", "\""},
                                                                                         {"&apos;", "'"},
                                                                                         {"&#34;", "\""},
                                                                                         {"&#39;", "'"},
                                                                                         {"&#x27;", "'"},
                                                                                         {"&nbsp;", "\u00A0"},
                                                                                         {"&mdash;", "—"},
                                                                                         {"&ndash;", "–"},
                                                                                         {"&hellip;", "…"}});

bool is_special(char c) { return kSpecial.contains(c); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n'; }
bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

std::size_t run_at(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(text[at], at), text.size()) - at;
}

// What a run of marks between two characters may do.
struct Flanks {
  bool can_open = false, can_close = false;
};
Flanks flanks_of(char mark, char before, char after) {
  const bool is_left = !is_space(after) && (!is_punctuation(after) || is_space(before) || is_punctuation(before));
  const bool is_right = !is_space(before) && (!is_punctuation(before) || is_space(after) || is_punctuation(after));
  if (mark != '_') return {.can_open = is_left, .can_close = is_right};
  return {.can_open = is_left && (!is_right || is_punctuation(before)),
          .can_close = is_right && (!is_left || is_punctuation(after))};
}

// The offset of the backticks that end the code that `length` of them before `from` begin.
std::size_t code_end(std::string_view text, std::size_t from, std::size_t length) {
  for (std::size_t at = text.find('`', from); at != std::string_view::npos; at = text.find('`', at)) {
    const std::size_t run = run_at(text, at);
    if (run == length) return at;
    at += run;
  }
  return std::string_view::npos;
}

// Whether the marks that end before `from` have their other end. Nothing: that cannot be told yet.
std::optional<bool> has_end(std::string_view text, bool can_wait, std::size_t from, char mark, std::size_t wanted) {
  std::size_t inner = 0;
  std::size_t found = 0;
  for (std::size_t at = from; at < text.size();) {
    if (text[at] == '\\') {
      at += 2;
    } else if (text[at] == '`') {
      const std::size_t run = run_at(text, at);
      const std::size_t end = code_end(text, at + run, run);
      if (end == std::string_view::npos && can_wait) return std::nullopt;
      at = end == std::string_view::npos ? at + run : end + run;
    } else if (text[at] == mark) {
      std::size_t run = run_at(text, at);
      const std::size_t next = at + run;
      if (next == text.size() && can_wait) return std::nullopt;
      const Flanks flanks = flanks_of(mark, text[at - 1], next == text.size() ? ' ' : text[next]);
      if (flanks.can_close) {
        const std::size_t of_inner = std::min(inner, run);
        inner -= of_inner;
        found += run - of_inner;
        if (found >= wanted) return true;
      } else if (flanks.can_open) {
        inner += run;
      }
      at = next;
    } else {
      ++at;
    }
  }
  return can_wait ? std::nullopt : std::optional(false);
}

// The offset of the bracket that closes the one at `open`.
std::size_t closing_bracket(std::string_view text, std::size_t open, char left, char right) {
  std::size_t depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == left) {
      ++depth;
    } else if (text[at] == right && --depth == 0) {
      return at;
    }
  }
  return std::string_view::npos;
}

// The address of (ADDRESS "title").
std::string_view address_of(std::string_view target) {
  target = base::trim(target);
  if (target.starts_with('<') && target.contains('>')) return target.substr(1, target.find('>') - 1);
  return target.substr(0, target.find_first_of(" \t"));
}

}  // namespace

void Spans::append(std::string_view text, const SpanTarget& target) {
  if (held_.empty()) {
    go_through(text, false, target);
    held_ = text;
    return;
  }
  const std::string joined = held_.append(text);
  std::string_view rest = joined;
  go_through(rest, false, target);
  held_ = rest;
}

void Spans::end_line(const SpanTarget& target) {
  std::string_view rest = held_;
  go_through(rest, true, target);
  held_.clear();
  open_.clear();
  before_ = ' ';
}

bool Spans::may_go_on() const {
  return !held_.empty() && std::string_view("*_~`").contains(held_.front()) && held_.size() < kMostHeld;
}

void Spans::go_through(std::string_view& text, bool is_last, const SpanTarget& target) {
  while (!text.empty()) {
    const bool is_full = text.size() >= kMostHeld;
    std::size_t end = std::min(text.size(), kMostHeld);
    while (end < text.size() && is_continuation(text[end])) --end;  // within a character
    const std::size_t done = step({.text = text.substr(0, end), .can_wait = !is_last && !is_full}, target);
    if (done == 0) return;
    text.remove_prefix(done);
  }
}

Look Spans::look(const SpanTarget& target) const {
  Look look = target.look;
  for (const Open& each : open_) {
    look |= each.mark == '~' ? kStruckLook : each.length == 1 ? kItalicLook : kBoldLook;
  }
  return look;
}

std::size_t Spans::put(std::string_view text, Look look, const SpanTarget& target) {
  target.flow.put(text, look, target.out);
  if (!text.empty()) before_ = text.back();
  return text.size();
}

std::size_t Spans::step(const Window& window, const SpanTarget& target) {
  const std::string_view text = window.text;
  const bool is_alone = text.size() == 1;
  switch (text.front()) {
    case '\\':
      if (is_alone && window.can_wait) return 0;
      if (is_alone || !is_punctuation(text[1])) return put(text.substr(0, 1), look(target), target);
      put(text.substr(1, 1), look(target), target);
      return 2;
    case '`':
      return take_code(window, target);
    case '*':
    case '_':
    case '~':
      return take_mark(window, target);
    case '[':
      return take_link(window, 0, target);
    case '!':
      if (is_alone && window.can_wait) return 0;
      if (!is_alone && text[1] == '[') return take_link(window, 1, target);
      return put(text.substr(0, 1), look(target), target);
    case '<':
      return take_address(window, target);
    case '&':
      return take_entity(window, target);
    default:
      break;
  }
  const auto end = std::ranges::find_if(text, is_special);
  return put(text.substr(0, static_cast<std::size_t>(end - text.begin())), look(target), target);
}

std::size_t Spans::take_code(const Window& window, const SpanTarget& target) {
  const std::size_t run = run_at(window.text, 0);
  const std::size_t end = code_end(window.text, run, run);
  // A run at the end of what is seen may be longer than it seems.
  const bool is_open = end == std::string_view::npos || end + run == window.text.size();
  if (is_open && window.can_wait) return 0;
  if (end == std::string_view::npos) return put(window.text.substr(0, run), look(target), target);
  if (!target.flow.is_styled()) return put(window.text.substr(0, end + run), look(target), target);
  std::string_view code = window.text.substr(run, end - run);
  if (code.size() > 2 && code.starts_with(' ') && code.ends_with(' ')) code = code.substr(1, code.size() - 2);
  put(code, look(target) | kCodeLook, target);
  return end + run;
}

std::size_t Spans::take_mark(const Window& window, const SpanTarget& target) {
  const std::string_view text = window.text;
  const char mark = text.front();
  const std::size_t run = run_at(text, 0);
  if (run == text.size() && window.can_wait) return 0;
  const std::string_view marks = text.substr(0, run);
  if (mark == '~' && run != 2) return put(marks, look(target), target);
  const Flanks flanks = flanks_of(mark, before_, run == text.size() ? ' ' : text[run]);
  std::size_t left = run;
  if (flanks.can_close) {
    while (!open_.empty() && open_.back().mark == mark && open_.back().length <= left) {
      left -= open_.back().length;
      open_.pop_back();
    }
  }
  if (left == run && flanks.can_open && run <= 3 && open_.size() + 2 <= kMostOpen) {
    const std::optional<bool> is_closed = has_end(text, window.can_wait, run, mark, run);
    if (!is_closed) return 0;
    if (*is_closed) {
      left = 0;
      if (run != 2) open_.push_back({.mark = mark, .length = 1});
      if (run != 1) open_.push_back({.mark = mark, .length = 2});
    }
  }
  if (!target.flow.is_styled()) return put(marks, kPlain, target);
  put(marks.substr(run - left), look(target), target);
  before_ = mark;
  return run;
}

std::size_t Spans::take_link(const Window& window, std::size_t bracket, const SpanTarget& target) {
  const std::string_view text = window.text;
  const auto as_text = [&] { return put(text.substr(0, bracket + 1), look(target), target); };
  const std::size_t end = closing_bracket(text, bracket, '[', ']');
  if (end >= text.size() - 1 && window.can_wait) return 0;
  if (end >= text.size() - 1 || text[end + 1] != '(' || depth_ == kMostDepth) return as_text();
  const std::size_t close = closing_bracket(text, end + 1, '(', ')');
  if (close == std::string_view::npos) return window.can_wait ? 0 : as_text();
  const std::string_view label = text.substr(bracket + 1, end - bracket - 1);
  const std::string_view address = address_of(text.substr(end + 2, close - end - 2));
  Spans inner;
  inner.depth_ = depth_ + 1;
  const bool is_link = bracket == 0;
  const SpanTarget inside{
      .flow = target.flow, .out = target.out, .look = look(target) | (is_link ? kUnderlinedLook : 0)};
  inner.append(label.empty() ? address : label, inside);
  inner.end_line(inside);
  if (!label.empty() && !address.empty() && label != address) {
    put(" (", look(target), target);
    put(address, look(target), target);
    put(")", look(target), target);
  }
  before_ = ')';
  return close + 1;
}

std::size_t Spans::take_entity(const Window& window, const SpanTarget& target) {
  const std::string_view text = window.text.substr(0, kLongestEntity);
  const std::size_t end = text.find(';');
  const bool may_go_on = std::ranges::all_of(text.substr(1), [](char c) { return c > ' ' && c != '&'; });
  if (end == std::string_view::npos && window.can_wait && text.size() < kLongestEntity && may_go_on) return 0;
  const std::string_view name = text.substr(0, end == std::string_view::npos ? 0 : end + 1);
  const auto* const known = std::ranges::find(kEntities, name, &std::pair<std::string_view, std::string_view>::first);
  if (known == kEntities.end()) return put(text.substr(0, 1), look(target), target);
  put(known->second, look(target), target);
  return name.size();
}

std::size_t Spans::take_address(const Window& window, const SpanTarget& target) {
  const std::size_t end = window.text.find_first_of("<> \t", 1);
  if (end == std::string_view::npos && window.can_wait) return 0;
  const std::string_view address = window.text.substr(1, end == std::string_view::npos ? end : end - 1);
  const bool is_address =
      end != std::string_view::npos && window.text[end] == '>' && (address.contains("://") || address.contains('@'));
  if (!is_address) return put(window.text.substr(0, 1), look(target), target);
  put(address, look(target) | kUnderlinedLook, target);
  before_ = '>';
  return end + 1;
}

}  // namespace byok::terminal
