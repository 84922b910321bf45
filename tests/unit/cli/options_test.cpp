// Proves how the options of `ask` are judged and typed.
#include "cli/ask/options.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <ostream>

using byok::cli::AskOptions;
using byok::cli::OutputFormat;
using byok::cli::parse_arguments;
using byok::cli::read_ask_options;
using std::chrono::milliseconds;
using Words = std::vector<std::string>;

namespace {

byok::base::Result<AskOptions> read(Words words) {
  words.insert(words.begin(), "ask");
  const auto arguments = parse_arguments(words);
  if (!arguments) return std::unexpected(arguments.error());
  return read_ask_options(*arguments);
}

AskOptions good(const Words& words) {
  auto options = read(words);
  if (!options) FAIL(options.error().message);
  return *std::move(options);
}

std::string message(const Words& words) {
  const auto options = read(words);
  REQUIRE_FALSE(options);
  CHECK(options.error().kind == byok::base::ErrorKind::usage);
  return options.error().message + " | " + options.error().hint;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

struct TemporaryFile {
  explicit TemporaryFile(std::string_view text) {
    path = std::filesystem::temp_directory_path() /
           ("byok-options-" + std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()));
    std::ofstream(path) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("nothing is set that was not asked for") {
  const AskOptions options = good({"hi"});
  CHECK_FALSE(options.overrides.profile);
  CHECK_FALSE(options.overrides.retries);
  CHECK_FALSE(options.overrides.sampling.temperature);
  CHECK(options.pinned.empty());
  CHECK(options.format == OutputFormat::text);
  CHECK(options.streams);
  CHECK(options.reads_stdin);
  CHECK(options.max_input == std::size_t{4} << 20);
  CHECK_FALSE(options.is_dry_run);
}

TEST_CASE("sampling options are typed, and pinned by their configuration names") {
  const AskOptions options = good({"--temperature", "0.5", "--top-p", "0.9", "--max-output-tokens", "100", "--seed",
                                   "-3", "--stop", "a", "--stop", "b", "--reasoning-effort", "xhigh", "hi"});
  const auto& sampling = options.overrides.sampling;
  CHECK(sampling.temperature == doctest::Approx(0.5));
  CHECK(sampling.top_p == doctest::Approx(0.9));
  CHECK(sampling.max_output_tokens == 100);
  CHECK(sampling.seed == -3);
  CHECK(sampling.stop == Words{"a", "b"});
  CHECK(sampling.reasoning_effort == byok::core::ReasoningEffort::xhigh);
  CHECK(options.pinned.size() == 6);
  CHECK(options.pinned.contains("max_output_tokens"));
  CHECK(options.pinned.contains("reasoning_effort"));
}

TEST_CASE("numbers out of range are refused with the range") {
  CHECK(contains(message({"--temperature", "2.1", "hi"}), "0 to 2"));
  CHECK(contains(message({"--temperature", "nan", "hi"}), "0 to 2"));
  CHECK(contains(message({"--temperature", "warm", "hi"}), "0 to 2"));
  CHECK(contains(message({"--top-p", "-0.1", "hi"}), "0 to 1"));
  CHECK(contains(message({"--max-output-tokens", "0", "hi"}), "1 or more"));
  CHECK(contains(message({"--max-output-tokens", "12.5", "hi"}), "whole number"));
  CHECK(contains(message({"--retries", "-1", "hi"}), "0 to 100"));
  CHECK(contains(message({"--max-input", "0", "hi"}), "1 or more"));
}

TEST_CASE("times are seconds unless a unit says otherwise") {
  struct Case {
    const char* text;
    int ms;
  };
  for (const Case& one : {Case{"10", 10'000}, Case{"0.5", 500}, Case{"250ms", 250}, Case{"30s", 30'000},
                          Case{"2m", 120'000}, Case{"1h", 3'600'000}, Case{"0", 0}, Case{"0.0001", 1}}) {
    CAPTURE(one.text);
    CHECK(good({"--timeout", one.text, "hi"}).overrides.timeout == milliseconds(one.ms));
  }
  for (const char* text : {"-1", "soon", "", "s", "1d", "1e300", "inf"}) {
    CAPTURE(text);
    CHECK(contains(message({"--idle-timeout", text, "hi"}), "seconds"));
  }
}

TEST_CASE("--set takes JSON where it is JSON, and text otherwise") {
  const AskOptions options = good({"--set", "a=1", "--set", "b.c=true", "--set", "d=null", "--set", "e=x y", "--set",
                                   "f=[1,2]", "--set", "g=", "--set", "h=a=b", "hi"});
  REQUIRE(options.edits.size() == 7);
  CHECK(options.edits[0].json == "1");
  CHECK(options.edits[1].path == "b.c");
  CHECK(options.edits[1].json == "true");
  CHECK(options.edits[2].json == "null");
  CHECK(options.edits[3].json == "\"x y\"");
  CHECK(options.edits[4].json == "[1,2]");
  CHECK(options.edits[5].json == "\"\"");
  CHECK(options.edits[6].json == "\"a=b\"");
  CHECK(contains(message({"--set", "novalue", "hi"}), "PATH=VALUE"));
  CHECK(contains(message({"--set", "=1", "hi"}), "PATH=VALUE"));
}

TEST_CASE("headers are read from options and files") {
  const TemporaryFile file("X-One: 1\n\nApi-Key: abc\n");
  const AskOptions options = good({"-H", "X-Team:  research ", "-H", "@" + file.path.string(), "hi"});
  REQUIRE(options.overrides.headers.size() == 3);
  CHECK(options.overrides.headers[0].name == "X-Team");
  CHECK(options.overrides.headers[0].value == "research");
  CHECK_FALSE(options.overrides.headers[0].is_secret);
  CHECK(options.overrides.headers[2].name == "Api-Key");
  CHECK(options.overrides.headers[2].is_secret);
}

TEST_CASE("headers that byok owns, and lines that are no header, are refused") {
  for (const char* name : {"Host", "content-length", "Transfer-Encoding", "CONNECTION", "Expect", "accept-encoding"}) {
    CAPTURE(name);
    CHECK(contains(message({"-H", std::string(name) + ": x", "hi"}), "cannot be set"));
  }
  CHECK(contains(message({"-H", "no colon", "hi"}), "X-Team"));
  CHECK(contains(message({"-H", "bad name: x", "hi"}), "X-Team"));
  CHECK(contains(message({"-H", "X: a\r\nY: b", "hi"}), "control"));
}

TEST_CASE("a refused header never shows its value") {
  CHECK_FALSE(contains(message({"-H", "Authorization: Bearer sk-secret-value\nX: y", "hi"}), "sk-secret"));
}

TEST_CASE("system text may come from a file") {
  const TemporaryFile file("Be brief.\n");
  CHECK(good({"-s", "@" + file.path.string(), "hi"}).overrides.system == "Be brief.\n");
  CHECK(good({"-s", "Be kind.", "hi"}).overrides.system == "Be kind.");
  CHECK(contains(message({"-s", "@/nowhere/at/all", "hi"}), "/nowhere/at/all"));
}

TEST_CASE("output forms that exclude each other are refused") {
  CHECK(good({"--json", "hi"}).format == OutputFormat::json);
  CHECK(good({"--output-format", "stream-json", "hi"}).format == OutputFormat::stream_json);
  CHECK(contains(message({"--json", "--output-format", "text", "hi"}), "do not go together"));
  CHECK(contains(message({"--show-reasoning", "--hide-reasoning", "hi"}), "do not go together"));
  CHECK(good({"--curl", "hi"}).is_dry_run);
}

TEST_CASE("what is said about keeping is one wish") {
  CHECK_FALSE(good({"hi"}).keep.saves);
  CHECK(good({"-c", "hi"}).keep.continues);
  CHECK(good({"--session", "2026", "hi"}).keep.session == "2026");
  CHECK(good({"--save", "hi"}).keep.saves == true);
  CHECK(good({"-c", "--no-save", "hi"}).keep.saves == false);
  CHECK(good({"-c", "--curl", "hi"}).keep.is_dry_run);
  CHECK(contains(message({"-c", "--session", "2026", "hi"}), "do not go together"));
  CHECK(contains(message({"--save", "--no-save", "hi"}), "leave one of them out"));
  CHECK(contains(message({"--session", "", "hi"}), "byok sessions list"));
}

TEST_CASE("attachments are kept as written, in order") {
  CHECK(good({"-a", "x.png", "--attach", "https://h/y", "hi"}).attachments == Words{"x.png", "https://h/y"});
}

TEST_CASE("a schema is read at once, from its text or from a file") {
  const TemporaryFile file("{\"type\": \"array\"}");
  CHECK(good({"--schema", R"({"type":"object"})", "hi"}).schema->form().json == R"({"type":"object"})");
  CHECK(good({"--schema", file.path.string(), "hi"}).schema->form().json == R"({"type":"array"})");
  CHECK_FALSE(good({"hi"}).schema);
  CHECK(good({"--schema", "{}", "--schema-retries", "2", "hi"}).schema_retries == 2);
  CHECK(good({"--schema", "{}", "hi"}).schema_retries == 0);
  CHECK(contains(message({"--schema", "{", "hi"}), "line 1, column 2"));
  CHECK(contains(message({"--schema", "no-such-file.json", "hi"}), "no-such-file.json"));
  const TemporaryFile wrong("{\"type\": 7}");
  CHECK(contains(message({"--schema", wrong.path.string(), "hi"}),
                 wrong.path.string() + ": the schema is wrong at /type"));
  CHECK(contains(message({"--schema", "{}", "--schema-retries", "6", "hi"}), "0 to 5"));
  CHECK(contains(message({"--schema-retries", "1", "hi"}), "needs --schema"));
  CHECK(contains(message({"-x", "--schema", "{}", "hi"}), "do not go together"));
}
