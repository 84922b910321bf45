// Fuzzes the line editor: whatever is typed, the text stays UTF-8, and nothing is drawn but characters and our
// sequences.
#include "base/text.hpp"
#include "fuzz/fuzz.hpp"
#include "terminal/editor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using byok::fuzz::require;
  using namespace byok::terminal;
  const std::vector<std::string> history = {"older one", "two\nlines 漢字", "last"};
  const auto complete = [](std::string_view, std::size_t cursor) {
    return Completion{.begin = cursor / 2, .candidates = {"漢字", "漢a", "e\u0301"}};
  };
  const ScreenSize screen{.columns = size % 40, .rows = size % 7};
  Editor editor({.history = history, .complete = complete}, screen, {});
  const std::string_view text = byok::fuzz::text_of(data, size);
  const std::size_t at = byok::fuzz::seam_of(text);
  KeyDecoder keys;
  std::string drawn;
  for (const std::string_view piece : {text.substr(0, at), text.substr(at)}) {
    keys.feed(piece);
    while (const auto press = keys.next()) {
      (void)editor.press(*press, drawn);
      const Draft draft = editor.draft();
      require(byok::base::is_utf8(draft.text) && byok::base::is_utf8(editor.line()));
      require(draft.cursor <= draft.text.size() && byok::base::is_utf8(draft.text.substr(draft.cursor)));
    }
    editor.resize({.columns = (size * 7) % 50, .rows = 5}, drawn);
  }
  editor.leave(drawn);
  require(byok::base::is_utf8(drawn));
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    const auto c = static_cast<unsigned char>(drawn[i]);
    require(c >= 0x20 || c == '\r' || c == '\n' || c == '\a' || c == 0x1b);
    if (c == 0x1b) require(drawn.find_first_of("ABCHJK", i) == drawn.find_first_not_of("[0123456789", i + 1));
  }
  return 0;
}
