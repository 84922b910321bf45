// Keys by tables: control characters, letters after ESC, and the final bytes and numbers of control sequences.
#include "terminal/keys.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace byok::terminal {
namespace {

constexpr char kEscape = '\x1b';
constexpr std::string_view kPasteEnd = "\x1b[201~";
// A sequence that has no end within so many bytes is junk, and they are dropped.
constexpr std::size_t kLongestSequence = 256;
// As much of one paste is kept.
constexpr std::size_t kLongestPaste = 16UL * 1024 * 1024;

struct Binding {
  char byte;
  Key key;
};

// As in readline and in libedit, where they agree.
constexpr auto kControls = std::to_array<Binding>({
    {'\x01', Key::line_start},   {'\x02', Key::left},          {'\x03', Key::interrupt},
    {'\x04', Key::erase_or_end}, {'\x05', Key::line_end},      {'\x06', Key::right},
    {'\x07', Key::open_editor},  {'\x08', Key::erase_back},    {'\x09', Key::tab},
    {'\x0a', Key::enter},        {'\x0b', Key::kill_to_end},   {'\x0c', Key::clear_screen},
    {'\x0d', Key::enter},        {'\x0e', Key::newer},         {'\x10', Key::older},
    {'\x12', Key::search},       {'\x15', Key::kill_to_start}, {'\x17', Key::kill_word_back},
    {'\x19', Key::yank},         {'\x1a', Key::suspend},       {'\x1f', Key::undo},
    {'\x7f', Key::erase_back},
});

constexpr auto kAfterEscape = std::to_array<Binding>({
    {'b', Key::word_left},
    {'B', Key::word_left},
    {'f', Key::word_right},
    {'F', Key::word_right},
    {'d', Key::kill_word},
    {'D', Key::kill_word},
    {'<', Key::text_start},
    {'>', Key::text_end},
    {'\r', Key::new_line},
    {'\n', Key::new_line},
    {'\x7f', Key::erase_word_back},
    {'\b', Key::erase_word_back},
});

// The final bytes of CSI and SS3 sequences: xterm's, and the small letters that rxvt sends for Ctrl.
constexpr auto kFinals = std::to_array<Binding>({
    {'A', Key::up},
    {'B', Key::down},
    {'C', Key::right},
    {'D', Key::left},
    {'H', Key::line_start},
    {'F', Key::line_end},
    {'M', Key::enter},
    {'c', Key::word_right},
    {'d', Key::word_left},
});

// CSI NUMBER ~
constexpr auto kNumbers = std::to_array<std::pair<std::string_view, Key>>({
    {"1", Key::line_start},
    {"3", Key::erase_forward},
    {"4", Key::line_end},
    {"7", Key::line_start},
    {"8", Key::line_end},
});

template <std::size_t Count>
std::optional<Key> find(const std::array<Binding, Count>& bindings, char byte) {
  const auto found = std::ranges::find(bindings, byte, &Binding::byte);
  if (found == bindings.end()) return std::nullopt;
  return found->key;
}

// The key with Ctrl or Alt held.
Key with_modifier(Key key) {
  switch (key) {
    case Key::left:
      return Key::word_left;
    case Key::right:
      return Key::word_right;
    case Key::line_start:
      return Key::text_start;
    case Key::line_end:
      return Key::text_end;
    case Key::erase_forward:
      return Key::kill_word;
    case Key::enter:
      return Key::new_line;
    default:
      return key;
  }
}

// Parameters as in xterm: NUMBER;MODIFIERS, where MODIFIERS is 1 and a bit set of Shift 1, Alt 2 and Ctrl 4.
std::optional<Key> key_of(std::string_view parameters, char final) {
  // Private sequences are answers of the terminal, and no keys.
  if (!parameters.empty() && parameters.find_first_of("<=>?[") != std::string_view::npos) return std::nullopt;
  const std::vector<std::string_view> numbers = base::split(parameters, ';');
  const std::int64_t held = numbers.size() < 2 ? 0 : base::to_int(numbers[1]).value_or(1) - 1;
  std::optional<Key> key;
  bool is_modified = (held & 6) != 0;
  if (final == '~') {
    const auto found = std::ranges::find(kNumbers, numbers.front(), &std::pair<std::string_view, Key>::first);
    if (found != kNumbers.end()) key = found->second;
  } else if (final == 'u') {
    // Enter, from terminals that tell Shift-Enter apart.
    if (numbers.front() == "13") key = Key::enter;
    is_modified = held > 0;
  } else {
    key = find(kFinals, final);
  }
  if (key && is_modified) key = with_modifier(*key);
  return key;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; }

std::string with_newlines(std::string_view text) {
  return base::replace_all(base::replace_all(base::to_valid_utf8(text), "\r\n", "\n"), "\r", "\n");
}

}  // namespace

void KeyDecoder::feed(std::string_view bytes) {
  const std::string joined = std::exchange(held_, {}).append(bytes);
  std::string_view rest = joined;
  while (!rest.empty()) {
    const std::size_t taken = take(rest);
    if (taken == 0) break;
    rest.remove_prefix(taken);
  }
  held_ = rest;
}

std::optional<KeyPress> KeyDecoder::next() {
  if (keys_.empty()) return std::nullopt;
  KeyPress press = std::move(keys_.front());
  keys_.pop_front();
  return press;
}

void KeyDecoder::flush() {
  if (!is_waiting()) return;
  const std::string rest = std::exchange(held_, {});
  if (rest.front() != kEscape) {
    keys_.push_back({.key = Key::text, .text = base::to_valid_utf8(rest)});
  } else if (rest.find_first_not_of(kEscape) == std::string::npos) {
    add(Key::escape);
  }
}

std::size_t KeyDecoder::take(std::string_view text) {
  if (is_pasting_) return take_paste(text);
  const char first = text.front();
  if (first == kEscape) return take_escape(text);
  if (!is_control(first)) return take_text(text);
  if (const std::optional<Key> key = find(kControls, first)) add(*key);
  return 1;
}

std::size_t KeyDecoder::take_text(std::string_view text) {
  auto whole = static_cast<std::size_t>(std::ranges::find_if(text, is_control) - text.begin());
  // The last character may be cut, where nothing follows it yet.
  for (std::size_t back = 1; whole == text.size() && back < 4 && back <= text.size(); ++back) {
    const std::string_view tail = text.substr(text.size() - back);
    if ((static_cast<unsigned char>(tail.front()) & 0xC0U) == 0x80U) continue;
    if (base::first_utf8(tail).state == base::Utf8Sequence::State::cut) whole -= back;
    break;
  }
  if (whole == 0) return 0;
  keys_.push_back({.key = Key::text, .text = base::to_valid_utf8(text.substr(0, whole))});
  return whole;
}

std::size_t KeyDecoder::take_escape(std::string_view text) {
  if (text.size() == 1) return 0;
  const char second = text[1];
  if (second == '[' || second == 'O') return take_control_sequence(text, 1);
  if (second == kEscape) {
    // ESC before a control sequence is Alt with its key; before anything else it is a key by itself.
    if (text.size() == 2) return 0;
    if (text[2] == '[' || text[2] == 'O') return take_control_sequence(text, 2);
    add(Key::escape);
    return 1;
  }
  if (second == ']' || second == 'P' || second == '_' || second == '^' || second == 'X') {
    // An answer of the terminal, up to BEL or ST.
    const std::size_t end = text.substr(0, kLongestSequence).find_first_of("\a\x1b", 2);
    if (end == std::string_view::npos) return text.size() < kLongestSequence ? 0 : kLongestSequence;
    if (text[end] == '\a') return end + 1;
    if (end + 1 == text.size()) return 0;
    return text[end + 1] == '\\' ? end + 2 : end;
  }
  if (const std::optional<Key> key = find(kAfterEscape, second)) {
    add(*key);
    return 2;
  }
  // Alt with a character that means nothing: the character is not typed.
  const std::size_t length = base::first_utf8(text.substr(1)).length;
  if (base::first_utf8(text.substr(1)).state == base::Utf8Sequence::State::cut) return 0;
  if (!is_control(second)) return 1 + length;
  add(Key::escape);
  return 1;
}

// ECMA-48, 5.4: parameters 0x30–0x3F, intermediates 0x20–0x2F, a final 0x40–0x7E. `begin` is where the [ or O stands.
std::size_t KeyDecoder::take_control_sequence(std::string_view text, std::size_t begin) {
  const auto is_inside = [](char c) { return c >= 0x20 && c < 0x40; };
  std::size_t end = begin + 1;
  // The Linux console's function keys are CSI [ and one letter more.
  if (end < text.size() && text[end] == '[' && text[begin] == '[') ++end;
  while (end < text.size() && is_inside(text[end])) ++end;
  if (end - begin > kLongestSequence) return begin + kLongestSequence;
  if (end == text.size()) return 0;
  // A control ends what was begun; it is a key of its own.
  if (is_control(text[end]) || static_cast<unsigned char>(text[end]) >= 0x80) return end;
  const std::string_view parameters = text.substr(begin + 1, end - begin - 1);
  if (text[begin] == '[' && text[end] == '~' && parameters == "200") {
    is_pasting_ = true;
    return end + 1;
  }
  const std::optional<Key> key = key_of(parameters, text[end]);
  if (key) add(begin == 2 ? with_modifier(*key) : *key);
  return end + 1;
}

std::size_t KeyDecoder::take_paste(std::string_view text) {
  const std::size_t end = text.find(kPasteEnd);
  std::size_t taken = end;
  if (end == std::string_view::npos) {
    // The beginning of the end may be the last that came.
    std::size_t tail = std::min(kPasteEnd.size() - 1, text.size());
    while (!text.ends_with(kPasteEnd.substr(0, tail))) --tail;
    taken = text.size() - tail;
  }
  paste_.append(text.substr(0, std::min(taken, kLongestPaste - paste_.size())));
  if (end == std::string_view::npos) return taken;
  is_pasting_ = false;
  keys_.push_back({.key = Key::paste, .text = with_newlines(std::exchange(paste_, {}))});
  return end + kPasteEnd.size();
}

}  // namespace byok::terminal
