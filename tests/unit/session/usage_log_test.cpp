// The usage log: one line a request, no text, private.
#include "session/usage_log.hpp"

#include <sys/stat.h>

#include <ostream>
//
#include <doctest/doctest.h>

#include "support/saved_turns.hpp"

using namespace byok;
using namespace byok::session;
using byok::test::kNoon;
using byok::test::kNothingToHide;
using byok::test::SessionFolder;

namespace {

UsageEntry entry() {
  return {.time = kNoon,
          .profile = "p",
          .model = "m",
          .usage = {.input_tokens = 7, .output_tokens = 0, .reasoning_tokens = {}, .cached_tokens = {}},
          .exit_code = 6,
          .duration = std::chrono::milliseconds(1234)};
}

const std::string kLine =
    R"({"time":"2026-11-27T12:00:00.000Z","profile":"p","model":"m","input_tokens":7,"output_tokens":0,"exit_code":6,"duration_ms":1234})";

}  // namespace

TEST_CASE("a line has what is known, and nothing for what is not") { CHECK(to_json(entry(), kNothingToHide) == kLine); }

TEST_CASE("lines are appended to a private file, behind a torn one too") {
  const SessionFolder folder;
  const auto file = folder.root() / "state" / "usage.jsonl";
  REQUIRE(log_usage(file, entry(), kNothingToHide).has_value());
  REQUIRE(log_usage(file, entry(), kNothingToHide).has_value());
  CHECK(SessionFolder::read_path(file) == kLine + "\n" + kLine + "\n");
  struct stat status{};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);
  std::ofstream(file, std::ios::app) << "{\"time\":";
  REQUIRE(log_usage(file, entry(), kNothingToHide).has_value());
  CHECK(SessionFolder::read_path(file).ends_with("{\"time\":\n" + kLine + "\n"));
}

TEST_CASE("a model's name that holds a secret is redacted") {
  base::Redactor redactor;
  redactor.add("sk-0123456789");
  auto odd = entry();
  odd.model = "sk-0123456789";
  CHECK(to_json(odd, redactor).contains("\"model\":\"[redacted]\""));
}

TEST_CASE("a log that cannot be written says so") {
  const SessionFolder folder;
  const auto logged = log_usage(folder.root(), entry(), kNothingToHide);
  REQUIRE_FALSE(logged.has_value());
  CHECK(logged.error().kind == base::ErrorKind::output);
  CHECK(logged.error().hint.contains("usage_log: false"));
}
