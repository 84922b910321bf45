// `byok chat` killed at random moments, again and again: no turn whose end was shown is lost, and none out of order.
#include <signal.h>
#include <stdlib.h>

#include <chrono>
#include <iostream>
#include <ostream>
#include <random>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "integration/chat_answers.hpp"
#include "integration/chat_session.hpp"
#include "session/store.hpp"
#include "support/saved_turns.hpp"

using namespace byok;
using namespace byok::test;

namespace {

// Set BYOK_KILL_ROUNDS to another number of kills, and BYOK_KILL_SEED to another row of moments.
constexpr const char* kRoundsVariable = "BYOK_KILL_ROUNDS";
constexpr const char* kSeedVariable = "BYOK_KILL_SEED";
// With the sanitizer the program takes that many times as long to begin.
constexpr unsigned kSlowness = is_sanitized() ? 10 : 1;
constexpr unsigned kRounds = 300 / kSlowness;
constexpr unsigned kSeed = 20261127;
constexpr unsigned kRoundsOfOneSession = 25;
constexpr std::size_t kPromptsOfOneRound = 60;

unsigned number_from(const char* variable, unsigned otherwise) {
  const char* const value = ::getenv(variable);
  return value != nullptr ? static_cast<unsigned>(base::to_int(value).value_or(otherwise)) : otherwise;
}

std::size_t count_of(std::string_view text, std::string_view words) {
  std::size_t count = 0;
  for (std::size_t at = text.find(words); at != std::string_view::npos; at = text.find(words, at + words.size())) {
    ++count;
  }
  return count;
}

std::string prompt(std::size_t number) { return fmt::format("prompt {}", number); }

std::string text_of(const core::Message& message) { return std::get<core::TextPart>(message.parts.at(0)).text; }

// The number of turns in the session, which are the first ones in their order, each whole.
std::size_t check_turns(const session::SavedSession& saved) {
  for (std::size_t i = 0; i < saved.turns.size(); ++i) {
    CAPTURE(i);
    const session::SavedTurn& turn = saved.turns[i];
    REQUIRE(turn.messages.size() == 2);
    REQUIRE(text_of(turn.messages[0]) == prompt(i));
    const std::string reply = text_of(turn.messages[1]);
    REQUIRE((reply == "reply to " + prompt(i) || reply.starts_with("reply to " + prompt(i) + " x")));
    REQUIRE_FALSE(turn.error.has_value());
  }
  REQUIRE(saved.junk_lines == 0);
  REQUIRE(saved.lost_prompts == 0);
  return saved.turns.size();
}

// A conversation of which only the file is left.
class Killed {
 public:
  explicit Killed(const Sandbox& sandbox) : sandbox_(sandbox) {}

  // One life: goes on with the session, types prompts ahead, and dies after `life`. On a terminal or by a pipe.
  void live(std::chrono::microseconds life, bool on_terminal) {
    ProcessOptions options = sandbox_.byok({"chat", "--save", "-u", "--color", "never"});
    if (!id_.empty()) options.argv.insert(options.argv.end(), {"--session", id_});
    options.input = on_terminal ? ProcessOptions::Input::terminal : ProcessOptions::Input::open;
    Process process(options);
    for (std::size_t i = 0; i < kPromptsOfOneRound; ++i) process.write(prompt(finished_ + i) + "\n");
    std::thread killer([&process, life] {
      std::this_thread::sleep_for(life);
      ::kill(process.id(), SIGKILL);
    });
    // The input stays open: its end would end the conversation.
    static_cast<void>(process.wait_until([] { return false; }));
    killer.join();
    const ProcessResult result = process.finish();
    CAPTURE(summary(result));
    const std::size_t shown = count_of(result.out + result.err, kFigures);
    look(shown);
  }
  // Ends in order after one more turn.
  void go_on() const {
    ProcessOptions options = sandbox_.byok({"chat", "--color", "never", "--session", id_});
    options.input = ProcessOptions::Input::bytes;
    options.bytes = prompt(finished_) + "\n";
    const ProcessResult result = run_process(options);
    CAPTURE(summary(result));
    REQUIRE(result.exit_code == 0);
    REQUIRE(result.out.starts_with("reply to " + prompt(finished_)));
    REQUIRE(count_of(result.out, "reply to ") == 1);
    const auto saved = session::load_session(folder(), id_);
    REQUIRE(saved.has_value());
    REQUIRE(check_turns(*saved) == finished_ + 1);
    REQUIRE(saved->torn == 0);
  }

  [[nodiscard]] std::size_t finished() const { return finished_; }
  [[nodiscard]] unsigned torn() const { return torn_; }

 private:
  [[nodiscard]] fs::path folder() const { return sandbox_.root() / "state" / "byok" / "sessions"; }

  void look(std::size_t shown) {
    if (id_.empty()) id_ = session::newest_session(folder()).value_or("");
    if (id_.empty()) {
      REQUIRE(shown == 0);
      return;
    }
    const auto saved = session::load_session(folder(), id_);
    // The first turn of all may be cut off with its file.
    if (!saved && finished_ == 0 && shown == 0) return id_.clear();
    REQUIRE(saved.has_value());
    torn_ += saved->torn > 0 ? 1 : 0;
    const std::size_t now = check_turns(*saved);
    REQUIRE(now >= finished_ + shown);
    REQUIRE(now <= finished_ + shown + 1);  // the one whose end was not shown any more
    finished_ = now;
  }

  const Sandbox& sandbox_;
  std::string id_;
  std::size_t finished_ = 0;
  unsigned torn_ = 0;
};

}  // namespace

TEST_SUITE_BEGIN("chat-kill");

TEST_CASE("kills at random moments of a conversation lose no finished turn, and none is out of order") {
  const unsigned rounds = number_from(kRoundsVariable, kRounds);
  const unsigned seed = number_from(kSeedVariable, kSeed);
  const bool can_be_terminal = has_terminal();
  std::minstd_rand random(seed);
  std::size_t turns = 0;
  unsigned torn = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (unsigned round = 0; round < rounds;) {
    // Now and then a reply that takes the disk a while.
    const Answer reply = [dice = std::minstd_rand(seed + round)](const Received& request) mutable {
      return repeat_prompt(request, dice() % 6 == 0 ? 50'000 + dice() % 200'000 : dice() % 500);
    };
    const RawServer server(std::vector<Answer>(kRoundsOfOneSession * (kPromptsOfOneRound + 1), reply));
    const Sandbox sandbox(server.port());
    Killed conversation(sandbox);
    for (unsigned i = 0; i < kRoundsOfOneSession && round < rounds; ++i, ++round) {
      CAPTURE(round);
      conversation.live(std::chrono::microseconds(random() % (80'000 * kSlowness)), can_be_terminal && i % 5 != 4);
    }
    if (conversation.finished() > 0) conversation.go_on();
    turns += conversation.finished();
    torn += conversation.torn();
  }
  std::cout << fmt::format("seed {} ({}): {} kills ({}), {} turns kept, {} files cut off by a kill, {} ms\n", seed,
                           kSeedVariable, rounds, kRoundsVariable, turns, torn,
                           (std::chrono::steady_clock::now() - begin) / std::chrono::milliseconds(1));
  CHECK(turns > rounds / 10);
}

TEST_SUITE_END();
