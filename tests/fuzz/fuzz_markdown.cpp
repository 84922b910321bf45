// Fuzzes the markdown renderer: the same at every seam, and no control sequence in it but SGR, or none without style.
#include "terminal/markdown.hpp"

#include "base/text.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using byok::fuzz::require;
using namespace byok::terminal;

std::string rendered(std::string_view first, std::string_view second, std::size_t width, bool is_styled) {
  std::string out;
  Markdown markdown(width, Style(is_styled));
  markdown.append(first, out);
  markdown.append(second, out);
  markdown.finish(out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = byok::fuzz::text_of(data, size);
  const std::size_t at = byok::fuzz::seam_of(text);
  for (const bool is_styled : {false, true}) {
    for (const std::size_t width : {0U, 7U, 40U}) {
      const std::string whole = rendered(text, {}, width, is_styled);
      require(rendered(text.substr(0, at), text.substr(at), width, is_styled) == whole);
      require(byok::base::is_utf8(whole));
      require(whole.empty() || whole.ends_with('\n'));
      for (std::size_t i = 0; i < whole.size(); ++i) {
        const auto c = static_cast<unsigned char>(whole[i]);
        require((c >= 0x20 && c != 0x7F) || c == '\n' || c == '\t' || (c == 0x1b && is_styled));
        if (c != 0x1b) continue;
        require(whole.compare(i, 3, "\x1b[0") == 0);
        require(whole[whole.find_first_not_of("0123456789;", i + 2)] == 'm');
      }
    }
  }
  return 0;
}
