// Encodings: UTF-8, percent, base64, JSON strings and shell words.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>

#include <fmt/format.h>

#include "base/text.hpp"

namespace byok::base {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

unsigned byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::optional<unsigned> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

std::optional<unsigned> base64url_value(char c) {
  if (c == '-') return 62;
  if (c == '_') return 63;
  if (!is_alphanumeric(c)) return std::nullopt;
  return static_cast<unsigned>(kBase64.find(c));
}

// How many bytes at the beginning are ASCII, eight at a time and then one by one.
std::size_t ascii_length(std::string_view text) {
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof(word));
    if ((word & 0x8080808080808080U) != 0) break;
  }
  while (at < text.size() && byte_at(text, at) < 0x80) ++at;
  return at;
}

}  // namespace

void append_utf8(std::string& out, char32_t code_point) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (is_surrogate || code_point > 0x10FFFF) {
    out.append(kReplacement);
  } else if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

Utf8Sequence first_utf8(std::string_view text) {
  using enum Utf8Sequence::State;
  if (text.empty()) return {};
  const unsigned lead = byte_at(text, 0);
  if (lead < 0x80) return {1, valid, lead};
  if (lead < 0xC2 || lead > 0xF4) return {1, invalid, 0};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // The second byte's range keeps out overlong forms, surrogates and values past U+10FFFF.
  unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  char32_t code_point = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (i == text.size()) return {i, cut, 0};
    const unsigned byte = byte_at(text, i);
    if (byte < low || byte > high) return {i, invalid, 0};
    code_point = code_point << 6 | (byte & 0x3F);
    low = 0x80;
    high = 0xBF;
  }
  return {length, valid, code_point};
}

bool is_utf8(std::string_view text) {
  while (true) {
    text.remove_prefix(ascii_length(text));
    if (text.empty()) return true;
    const Utf8Sequence sequence = first_utf8(text);
    if (sequence.state != Utf8Sequence::State::valid) return false;
    text.remove_prefix(sequence.length);
  }
}

std::string to_valid_utf8(std::string_view text, Utf8Check* check) {
  std::string out;
  out.reserve(text.size());
  Utf8Check found;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Sequence sequence = first_utf8(text.substr(at));
    if (sequence.state == Utf8Sequence::State::valid) {
      out.append(text.substr(at, sequence.length));
    } else {
      out.append(kReplacement);
      if (found.replaced++ == 0) found.first_offset = at;
    }
    at += sequence.length;
  }
  if (check != nullptr) *check = found;
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kMarks = "-._~";
  std::string out;
  for (const char c : text) {
    if (is_alphanumeric(c) || kMarks.contains(c)) {
      out.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out.push_back(text[at]);
      continue;
    }
    if (text.size() - at < 3) return std::nullopt;
    const std::optional<unsigned> high = hex_value(text[at + 1]);
    const std::optional<unsigned> low = hex_value(text[at + 2]);
    if (!high || !low) return std::nullopt;
    out.push_back(static_cast<char>(*high << 4 | *low));
    at += 2;
  }
  return out;
}

std::string base64_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(3, bytes.size()))) {
    unsigned group = byte_at(bytes, 0) << 16;
    if (bytes.size() > 1) group |= byte_at(bytes, 1) << 8;
    if (bytes.size() > 2) group |= byte_at(bytes, 2);
    out.push_back(kBase64[group >> 18]);
    out.push_back(kBase64[group >> 12 & 0x3F]);
    out.push_back(bytes.size() > 1 ? kBase64[group >> 6 & 0x3F] : '=');
    out.push_back(bytes.size() > 2 ? kBase64[group & 0x3F] : '=');
  }
  return out;
}

std::optional<std::string> base64url_decode(std::string_view text) {
  const std::size_t padding = text.size() - std::min(text.find('='), text.size());
  if (padding > 0) {
    if (padding > 2 || text.size() % 4 != 0) return std::nullopt;
    text.remove_suffix(padding);
  }
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  unsigned bits = 0;
  unsigned held = 0;  // how many bits wait in `bits`
  for (const char c : text) {
    const std::optional<unsigned> value = base64url_value(c);
    if (!value) return std::nullopt;
    bits = (bits << 6 | *value) & 0xFFFF;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out.push_back(static_cast<char>(static_cast<unsigned char>(bits >> held & 0xFF)));
  }
  return out;
}

std::string json_quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : to_valid_utf8(text)) {
    constexpr std::string_view kRaw = "\"\\\b\f\n\r\t";
    constexpr std::string_view kEscaped = "\"\\bfnrt";
    if (const std::size_t at = kRaw.find(c); at != std::string_view::npos) {
      out.push_back('\\');
      out.push_back(kEscaped[at]);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out.push_back(c);
    }
  }
  return out + '"';
}

std::string shell_quote(std::string_view text) {
  constexpr std::string_view kPlain = "@%+=:,./-_";
  const auto is_plain = [&](char c) { return is_alphanumeric(c) || kPlain.contains(c); };
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
  return "'" + replace_all(std::string(text), "'", "'\\''") + "'";
}

}  // namespace byok::base
