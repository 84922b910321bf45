// Secrets that are wiped, and the search that takes them out of text in any of their usual codings.
#include "base/secret.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace byok::base {
namespace {

// A short string lives inside the std::string object, so its bytes stay behind in whatever it is moved from.
std::string take(std::string& from) {
  std::string taken = from;
  wipe(from);
  return taken;
}

// The characters of the base64 text that are made of the secret's bits alone, when `before` bytes of something else
// stand in front of it in the same three-byte group. The characters at the edges also carry bits of the neighbours.
std::string base64_interior(std::string_view secret, std::size_t before) {
  const std::string coded = base64_encode(std::string(before, '\0').append(secret));
  const std::size_t first = (before * 8 + 5) / 6;
  const std::size_t last = (before + secret.size()) * 8 / 6;
  return coded.substr(first, last - first);
}

std::string to_base64url(std::string text) {
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

// "%2F" -> "%2f": both are written in the wild (RFC 3986, section 2.1).
std::string with_lower_hex(std::string text) {
  for (std::size_t at = text.find('%'); at != std::string::npos; at = text.find('%', at + 3)) {
    const std::string hex = to_lower(std::string_view(text).substr(at + 1, 2));
    text.replace(at + 1, 2, hex);
  }
  return text;
}

std::vector<std::string> codings(std::string_view secret) {
  std::vector<std::string> all{std::string(secret), percent_encode(secret), with_lower_hex(percent_encode(secret))};
  // A gateway quotes a provider's JSON, a provider quotes the header it was sent, and an event quotes both.
  std::string quoted(secret);
  for (int level = 0; level < 3; ++level) {
    const std::string outer = json_quote(quoted);
    quoted = outer.substr(1, outer.size() - 2);
    all.push_back(quoted);
  }
  for (std::size_t before = 0; before < 3; ++before) {
    all.push_back(base64_interior(secret, before));
    all.push_back(to_base64url(all.back()));
  }
  return all;
}

constexpr std::string_view kCut = "…";  // what base::abbreviate leaves

// How many of the needle's first bytes stand at the end of `text`; 0 for fewer than `least`.
std::size_t cut_length(std::string_view text, std::string_view needle, std::size_t least) {
  for (std::size_t length = std::min(text.size(), needle.size()); length >= least; --length) {
    if (text.ends_with(needle.substr(0, length))) return length;
  }
  return 0;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

// "subscriptionKey" and "APIKey" have a word beginning at "Key".
bool begins_word(std::string_view name, std::size_t at) {
  if (!is_upper(name[at])) return false;
  if (!is_upper(name[at - 1])) return true;
  return at + 1 < name.size() && is_letter(name[at + 1]) && !is_upper(name[at + 1]);
}

}  // namespace

void wipe(std::string& text) {
  text.resize(text.capacity());
  volatile char* bytes = text.data();
  for (std::size_t i = 0; i < text.size(); ++i) bytes[i] = '\0';
  text.clear();
}

Secret::Secret(std::string value) : value_(take(value)) {}
Secret::Secret(Secret&& other) noexcept : value_(take(other.value_)) {}
Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(value_);
  value_ = take(other.value_);
  return *this;
}
Secret::~Secret() { wipe(value_); }

Redactor::~Redactor() {
  for (std::string& needle : needles_) wipe(needle);
}

void Redactor::add(std::string_view secret) {
  if (secret.size() < kShortest) return;
  for (std::string& coding : codings(secret)) {
    if (std::ranges::find(needles_, coding) == needles_.end()) needles_.push_back(coding);
    wipe(coding);
  }
}

std::vector<Redactor::Span> Redactor::find(std::string_view text) const {
  std::vector<Span> found;
  for (const std::string& needle : needles_) {
    for (std::size_t at = text.find(needle); at != std::string_view::npos; at = text.find(needle, at + 1)) {
      found.push_back({at, at + needle.size()});
    }
    for (std::size_t at = text.find(kCut); at != std::string_view::npos; at = text.find(kCut, at + 1)) {
      if (const std::size_t length = cut_length(text.substr(0, at), needle, kShortest); length > 0) {
        found.push_back({at - length, at});
      }
    }
  }
  std::ranges::sort(found, {}, &Span::begin);
  return found;
}

std::string Redactor::redact(std::string_view text) const {
  std::string out;
  std::size_t done = 0;
  for (const Span& span : find(text)) {
    // Overlapping finds are one: what is left of the second must not stand there alone.
    if (span.begin >= done) out.append(text.substr(done, span.begin - done)).append(kMask);
    done = std::max(done, span.end);
  }
  return out.append(text.substr(done));
}

std::size_t Redactor::open_length(std::string_view text) const {
  std::size_t length = 0;
  for (const std::string& needle : needles_) length = std::max(length, cut_length(text, needle, 1));
  std::size_t begin = text.size() - length;
  const std::vector<Span> found = find(text);
  // A secret that is whole is not cut in two.
  for (auto span = found.rbegin(); span != found.rend(); ++span) {
    if (span->begin < begin && span->end > begin) begin = span->begin;
  }
  return text.size() - begin;
}

bool is_secret_name(std::string_view name) {
  static constexpr auto kWords =
      std::to_array<std::string_view>({"authorization", "key", "apikey", "token", "secret", "cookie", "password"});
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= name.size(); ++at) {
    const bool is_separator = at == name.size() || !is_letter(name[at]);
    if (!is_separator && (at == begin || !begins_word(name, at))) continue;
    const std::string word = to_lower(name.substr(begin, at - begin));
    if (std::ranges::find(kWords, word) != kWords.end()) return true;
    begin = is_separator ? at + 1 : at;
  }
  return false;
}

bool is_auth_scheme(std::string_view word) {
  static constexpr auto kSchemes = std::to_array<std::string_view>(
      {"basic", "bearer", "concealed", "digest", "dpop", "gnap", "hoba", "mutual", "negotiate", "ntlm", "oauth",
       "privatetoken", "scram-sha-1", "scram-sha-256", "vapid", "token", "apikey", "api-key", "aws4-hmac-sha256"});
  return std::ranges::find(kSchemes, to_lower(word)) != kSchemes.end();
}

}  // namespace byok::base
