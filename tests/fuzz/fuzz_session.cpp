// Fuzzes the reader of session files: any bytes give turns, what is kept reads the same again, and what is read can be
// written and read.
#include <chrono>
#include <string>

#include "fuzz/fuzz.hpp"
#include "session/store/export.hpp"
#include "session/store/listing.hpp"
#include "session/store/saved_session.hpp"
#include "session/store/search.hpp"
#include "support/saved_turns.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using byok::fuzz::require;
  using byok::test::messages_text;
  namespace session = byok::session;
  const std::string_view text = byok::fuzz::text_of(data, size);
  const session::SavedSession saved = session::read_session(text);
  require(saved.kept + saved.torn == text.size());
  require((saved.torn > 0 || saved.junk_lines > 0 || saved.lost_prompts > 0) == !problems_of(saved, "F").empty());

  const session::SavedSession kept = session::read_session(text.substr(0, saved.kept));
  require(kept.torn == 0);
  require(messages_text(history_of(kept)) == messages_text(history_of(saved)));

  session::EventChain chain(byok::test::kNothingToHide, "");
  for (const session::SavedTurn& turn : saved.turns) chain.add_turn(turn, byok::test::kNoon);
  const session::SavedSession again = session::read_session(chain.text());
  require(again.torn == 0 && again.junk_lines == 0);
  require(messages_text(history_of(again)) == messages_text(history_of(saved)));

  session::SessionInfo info;
  session::read_head(text, info);
  session::read_tail(text.substr(byok::fuzz::seam_of(text)), info);
  static_cast<void>(session::session_holds(text, "a"));
  require(!to_markdown(saved).empty() && !to_json(saved).empty());
  require(messages_text(history_of(session::read_session(to_jsonl(saved, text)))) == messages_text(history_of(saved)));
  return 0;
}
