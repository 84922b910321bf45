// Secret: a value that cannot be printed by accident; Redactor: takes known secrets out of any text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace byok::base {

// Move-only; has no stream or fmt output; its memory is wiped when it is dropped or moved from.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  // The only way out; the view lives as long as the Secret.
  [[nodiscard]] std::string_view reveal() const { return value_; }
  [[nodiscard]] bool is_empty() const { return value_.empty(); }
  [[nodiscard]] Secret copy() const { return Secret(value_); }

 private:
  std::string value_;
};

// Overwrites the bytes in a way that the compiler may not leave out.
void wipe(std::string& text);

// Knows the live secrets of a run. A value of 8 characters or more is replaced wherever it stands: raw, URL-encoded,
// JSON-escaped up to three times, and base64 (at each of the three alignments); so is the beginning of one, as long,
// where a text was cut. Shorter values are never searched for (they would eat ordinary words); they are masked where
// they stand as the credential by whoever prints that place.
class Redactor {
 public:
  Redactor() = default;
  Redactor(Redactor&&) = default;
  Redactor& operator=(Redactor&&) = default;
  Redactor(const Redactor&) = delete;
  Redactor& operator=(const Redactor&) = delete;
  ~Redactor();

  void add(std::string_view secret);
  [[nodiscard]] bool is_empty() const { return needles_.empty(); }

  // The text with each known secret replaced by kMask.
  [[nodiscard]] std::string redact(std::string_view text) const;

  // For a text that arrives in pieces: how many of its last bytes may be the beginning of a secret that the next piece
  // goes on with. What stands before them can be redacted and shown.
  [[nodiscard]] std::size_t open_length(std::string_view text) const;

  static constexpr std::string_view kMask = "[redacted]";
  static constexpr std::size_t kShortest = 8;

 private:
  struct Span {
    std::size_t begin, end;
  };
  [[nodiscard]] std::vector<Span> find(std::string_view text) const;  // by where they begin

  std::vector<std::string> needles_;
};

// Whether a header, query or field of this name is treated as a secret: authorization, key, token, secret, cookie,
// password and their compounds (`api-key`, `x-auth-token`), without regard to case.
[[nodiscard]] bool is_secret_name(std::string_view name);

// Whether a word is the name of a way to authenticate, as it stands first in `Authorization: Bearer KEY` (IANA's
// registry and some in use beside it), without regard to case.
[[nodiscard]] bool is_auth_scheme(std::string_view word);

}  // namespace byok::base
