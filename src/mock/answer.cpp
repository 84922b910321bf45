// What is said: sums, friendly words, and how they are cut into pieces.
#include "mock/answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/text.hpp"

namespace byok::mock {
namespace {

constexpr std::string_view kReasoning = "The demo provider has nothing to think with, so it goes by the words alone.";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The number at the head of `text`, taken off it. Nine digits at most, so that a product fits in 64 bits.
std::optional<std::int64_t> take_number(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const std::string_view digits(text.begin(), end);
  if (digits.empty() || digits.size() > 9) return std::nullopt;
  text.remove_prefix(digits.size());
  return base::to_int(digits);
}

std::optional<std::string> work_out(std::string_view text) {
  const auto left = take_number(text);
  text = base::trim(text);
  if (!left || text.empty()) return std::nullopt;
  const char sign = text.front();
  text = base::trim(text.substr(1));
  const auto right = take_number(text);
  // More to come (a date, a longer sum, a decimal) is more than can be done here.
  constexpr std::string_view kMore = "+-*/^.,:eE";
  const std::string_view rest = base::trim(text);
  const bool goes_on = rest.size() > 1 ? kMore.contains(rest[0]) && !(rest[1] == ' ') : false;
  if (!right || goes_on) return std::nullopt;
  switch (sign) {
    case '+':
      return fmt::format("{} + {} = {}.", *left, *right, *left + *right);
    case '-':
      return fmt::format("{} - {} = {}.", *left, *right, *left - *right);
    case '*':
      return fmt::format("{} * {} = {}.", *left, *right, *left * *right);
    default:
      return std::nullopt;
  }
}

// A sum in a short prompt. Digits that hang on to something else (`a1+2`, `-1+2`, `0.1+2`) are not one.
std::optional<std::string> find_sum(std::string_view prompt) {
  constexpr std::size_t kLongestPrompt = 80;
  if (prompt.size() > kLongestPrompt) return std::nullopt;
  for (std::size_t i = 0; i < prompt.size(); ++i) {
    if (!is_digit(prompt[i])) continue;
    if (i > 0 && prompt[i - 1] != ' ' && prompt[i - 1] != '(') {
      while (i + 1 < prompt.size() && is_digit(prompt[i + 1])) ++i;
      continue;
    }
    return work_out(prompt.substr(i));
  }
  return std::nullopt;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t character_end(std::string_view text, std::size_t at) {
  while (at < text.size() && is_continuation(text[at])) ++at;
  return std::min(at, text.size());
}

}  // namespace

std::string talk_about(std::string_view prompt) {
  prompt = base::trim(prompt);
  if (auto sum = find_sum(prompt)) return *std::move(sum);
  std::string text = "This is the demo provider built into byok; it has no model behind it.";
  if (!prompt.empty()) text += " You wrote: " + base::abbreviate(prompt, 200);
  return text;
}

std::vector<std::string> cut_in_pieces(std::string_view text, std::size_t size) {
  std::vector<std::string> pieces;
  while (!text.empty()) {
    std::size_t end = character_end(text, size);
    if (size == 0) {
      const std::size_t word = std::min(text.find_first_not_of(" \n\t"), text.size());
      end = std::min(text.find_first_of(" \n\t", word), text.size());
    }
    pieces.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return pieces;
}

Answer answer_with(const Question& question, std::string text, std::size_t chunk_size) {
  Answer answer;
  if (question.wants_reasoning) answer.reasoning = cut_in_pieces(kReasoning, chunk_size);
  if (const auto limit = question.max_output_tokens; limit && count_tokens(text.size()) > *limit) {
    std::size_t end = static_cast<std::size_t>(*limit) * 4;
    while (end > 0 && is_continuation(text[end])) --end;
    text.resize(end);
    answer.outcome = Outcome::length;
  }
  answer.text = cut_in_pieces(text, chunk_size);
  return answer;
}

std::string join(const std::vector<std::string>& pieces) {
  return std::accumulate(pieces.begin(), pieces.end(), std::string());
}

std::int64_t input_tokens(const Question& question) { return count_tokens(question.input_bytes); }

std::int64_t reasoning_tokens(const Answer& answer) { return count_tokens(join(answer.reasoning).size()); }

std::int64_t output_tokens(const Answer& answer) {
  return count_tokens(join(answer.text).size()) + reasoning_tokens(answer);
}

}  // namespace byok::mock
