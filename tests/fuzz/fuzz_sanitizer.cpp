// Fuzzes the sanitizer: its output has no control bytes and is UTF-8, the same at every seam and when done twice.
#include "terminal/sanitize.hpp"

#include "base/text.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using byok::fuzz::require;
  const std::string_view text = byok::fuzz::text_of(data, size);
  const std::string whole = byok::terminal::sanitize(text);
  const std::size_t at = byok::fuzz::seam_of(text);
  std::string pieces;
  byok::terminal::Sanitizer sanitizer;
  sanitizer.append(text.substr(0, at), pieces);
  sanitizer.append(text.substr(at), pieces);
  sanitizer.finish(pieces);
  require(pieces == whole);
  require(byok::base::is_utf8(whole));
  for (const char c : whole) require((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) || c == '\n' || c == '\t');
  for (std::size_t i = 0; i + 1 < whole.size(); ++i) require(whole[i] != '\xC2' || (whole[i + 1] & 0x60) != 0);  // C1
  require(byok::terminal::sanitize(whole) == whole);
  require(byok::terminal::sanitize_line(text).find_first_of("\n\t") == std::string::npos);
  return 0;
}
