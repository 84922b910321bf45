// The checks, in the order in which they explain a value best.
#include "config/secret_rules.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace byok::config {
namespace {

using base::ErrorKind;
using Slot = core::Credential::Slot;

constexpr std::string_view kScheme = "Bearer";

bool is_space(char c) { return std::string_view(" \t\r\n\v\f").contains(c); }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

bool has_scheme(std::string_view value) {
  return base::istarts_with(value, kScheme) && value.size() > kScheme.size() && is_space(value[kScheme.size()]);
}

bool is_quoted(std::string_view value) {
  return value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
}

bool is_shell_variable(std::string_view value) {
  constexpr std::string_view kNameCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789{}";
  return value.size() > 1 && value.front() == '$' && value.find_first_not_of(kNameCharacters, 1) == value.npos;
}

struct Check {
  bool (*is_breach)(std::string_view);
  std::string_view what;
  std::string_view remedy;
};

constexpr auto kChecks = std::to_array<Check>({
    {has_scheme, "begins with the word Bearer, which is not part of a key",
     "write what follows it, or put it under `bearer_token`"},
    {is_quoted, "has quotation marks around it", "remove them; quotes are needed neither in a variable nor in a file"},
    {is_shell_variable, "is the name of a variable, not its value", "write ${env:NAME} instead of $NAME"},
    {is_placeholder, "is placeholder text, not a key", "put your own key there"},
    {[](std::string_view value) { return std::ranges::any_of(value, is_space); }, "has white space inside",
     "copy the key again, on one line and without spaces"},
    {[](std::string_view value) { return std::ranges::any_of(value, is_control); }, "has control characters inside",
     "copy the key again, as plain text"},
    {[](std::string_view value) { return std::ranges::any_of(value, is_beyond_ascii); },
     "holds a character that no key has, perhaps an invisible one", "copy the key again, as plain text"},
});

}  // namespace

bool is_placeholder(std::string_view value) {
  static constexpr auto kStarts = std::to_array<std::string_view>({"your_", "your-", "my_api_key", "my-api-key"});
  static constexpr auto kParts =
      std::to_array<std::string_view>({"...", "…", "your_key", "your-key", "yourkey", "your_api", "your-api",
                                       "yourapikey", "your_token", "your-token"});
  static constexpr auto kWholes = std::to_array<std::string_view>(
      {"changeme", "change_me", "change-me", "replaceme", "replace_me", "replace-me", "key_here", "insert_key_here"});
  const bool is_bracketed = value.size() >= 2 && ((value.front() == '<' && value.back() == '>') ||
                                                  (value.front() == '{' && value.back() == '}') ||
                                                  (value.front() == '[' && value.back() == ']'));
  if (is_bracketed) return true;
  const std::string lower = base::to_lower(value);
  if (std::ranges::find(kWholes, std::string_view(lower)) != kWholes.end()) return true;
  if (std::ranges::any_of(kStarts, [&](std::string_view start) { return lower.starts_with(start); })) return true;
  if (std::ranges::any_of(kParts, [&](std::string_view part) { return lower.contains(part); })) return true;
  // `sk-xxxxxxxx`, `sk-****`. A bare `xxx` is what people give a local server that wants any key at all.
  const std::size_t dash = lower.find_last_of("-_");
  if (dash == std::string::npos) return false;
  const std::string_view tail = std::string_view(lower).substr(dash + 1);
  return tail.size() >= 4 && (tail.front() == 'x' || tail.front() == '*') &&
         tail.find_first_not_of(tail.front()) == std::string_view::npos;
}

base::Result<base::Secret> accept_secret(std::string value, Slot slot, std::string_view where,
                                         std::vector<std::string>& warnings) {
  const base::Secret given(std::move(value));
  std::string_view text = base::trim(given.reveal());
  const std::string_view kind = slot == Slot::bearer_token ? "bearer token" : "API key";
  const std::string subject = where.empty() ? fmt::format("the {}", kind) : fmt::format("the {} from {}", kind, where);

  if (text.empty()) return base::fail(ErrorKind::config, subject + " is empty", "put the value there");
  if (base::iequals(text, kScheme)) {
    return base::fail(ErrorKind::config, subject + " is only the word Bearer", "the token itself is missing after it");
  }
  if (slot == Slot::bearer_token && has_scheme(text)) {
    text = base::trim(text.substr(kScheme.size()));
    warnings.push_back(fmt::format("{} begins with `Bearer `, which byok adds itself: dropped", subject));
  }
  for (const Check& check : kChecks) {
    if (!check.is_breach(text)) continue;
    return base::fail(ErrorKind::config, fmt::format("{} {}", subject, check.what), std::string(check.remedy));
  }
  return base::Secret(std::string(text));
}

}  // namespace byok::config
