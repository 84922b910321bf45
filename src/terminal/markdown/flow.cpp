// Words are held until they end, then put on the row or on the next one.
#include "terminal/markdown/flow.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "terminal/width.hpp"

namespace byok::terminal {
namespace {

constexpr std::size_t kLongestWord = 4096;  // bytes

constexpr auto kCodes = std::to_array<std::pair<Look, std::string_view>>({{kBoldLook, ";1"},
                                                                          {kDimLook, ";2"},
                                                                          {kItalicLook, ";3"},
                                                                          {kUnderlinedLook, ";4"},
                                                                          {kStruckLook, ";9"},
                                                                          {kCodeLook, ";36"}});

// Wide punctuation that must not begin a row: 、。」』】）！，．：；？
constexpr std::u32string_view kClosing = U"\u3001\u3002\u300D\u300F\u3011\uFF09\uFF01\uFF0C\uFF0E\uFF1A\uFF1B\uFF1F";

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_ascii_word(char c) { return static_cast<unsigned char>(c) < 0x80 && !is_blank(c) && c != '\n'; }

}  // namespace

std::string sgr(Look look) {
  std::string sequence = "\x1b[0";
  for (const auto& [bit, code] : kCodes) {
    if ((look & bit) != 0) sequence.append(code);
  }
  return sequence.append("m");
}

void Flow::begin_line(std::string_view first, std::string_view rest, std::string& out) {
  out.append(first);
  rest_ = rest;
  column_ = width_of(first);
  is_row_begun_ = false;
}

void Flow::put(std::string_view text, Look look, std::string& out) {
  if (text.empty()) return;
  if (is_styled_ && look != look_) {
    word_.append(sgr(look));
    look_ = look;
  }
  while (!text.empty()) {
    std::size_t length = 1;
    if (is_blank(text.front())) {
      end_word(out);
      is_long_ = false;
      ++spaces_;
    } else if (text.front() == '\n') {
      end_word(out);
      spaces_ = 0;
      begin_row(out);
      is_row_begun_ = false;
      is_long_ = false;
    } else if (is_ascii_word(text.front())) {
      // No further than to where the word becomes too long, so that it does not matter in which pieces it comes.
      std::size_t room = kLongestWord + 1 - std::min(word_.size(), kLongestWord);
      if (width_ > 0) room = std::min(room, width_ + 1 - std::min(word_width_, width_));
      const auto end = std::ranges::find_if_not(text.substr(0, room), is_ascii_word);
      length = static_cast<std::size_t>(end - text.begin());
      word_.append(text.substr(0, length));
      word_width_ += length;
    } else {
      const base::Utf8Sequence sequence = base::first_utf8(text);
      const std::size_t width = width_of(sequence.code_point);
      if (width == 2 && !kClosing.contains(sequence.code_point)) {
        end_word(out);
        is_long_ = false;
      }
      length = sequence.length;
      word_.append(text.substr(0, length));
      word_width_ += width;
    }
    text.remove_prefix(length);
    if (width_ > 0 && (word_width_ > width_ || word_.size() > kLongestWord)) {
      end_word(out);
      is_long_ = true;
    }
  }
}

void Flow::end_word(std::string& out) {
  if (word_.empty()) return;
  if (word_width_ > 0) {
    if (!is_long_ && width_ > 0 && is_row_begun_ && column_ + spaces_ + word_width_ > width_) {
      begin_row(out);
    } else {
      out.append(spaces_, ' ');
      column_ += spaces_;
    }
    spaces_ = 0;
    column_ += word_width_;
    // The terminal has gone on to further rows by itself.
    if (width_ > 0 && column_ > width_) column_ = (column_ - 1) % width_ + 1;
    is_row_begun_ = true;
  }
  out.append(word_);
  shown_ = look_;
  word_.clear();
  word_width_ = 0;
}

void Flow::begin_row(std::string& out) {
  if (shown_ != kPlain) out.append(sgr(kPlain));
  out.append("\n").append(rest_);
  if (shown_ != kPlain) out.append(sgr(shown_));
  column_ = width_of(rest_);
}

void Flow::end_text(std::string& out) {
  end_word(out);
  if (shown_ != kPlain) out.append(sgr(kPlain));
  look_ = shown_ = kPlain;
  spaces_ = 0;
  is_long_ = false;
}

void Flow::end_line(std::string& out) {
  end_text(out);
  out.append("\n");
  column_ = 0;
  is_row_begun_ = false;
}

}  // namespace byok::terminal
