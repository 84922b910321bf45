// A turn that a provider refuses for one of its fields: what is changed, said and remembered.
#include <unistd.h>

#include <ostream>
//
#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>

#include "scripted_turn.hpp"
#include "session/adaptations.hpp"

using namespace byok;
using namespace byok::test;

namespace {

const std::string kNoMaxTokens =
    R"({"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use )"
    R"('max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens",)"
    R"("code":"unsupported_parameter"}})";
const std::string kNoTemperature =
    R"({"error":{"message":"Unsupported parameter: 'temperature' is not supported with this model.",)"
    R"("type":"invalid_request_error","param":"temperature","code":"unsupported_parameter"}})";

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "byok-turn-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::filesystem::path file() const { return path_ / "adaptations.json"; }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("a refused field is adapted to at once, not counted as a retry") {
  Run run({refusal(400, kNoMaxTokens), good()});
  run.profile.limits.retries = 0;
  const auto result = run.go();
  CHECK_FALSE(result.error);
  CHECK(run.observer.retried.empty());
  REQUIRE(run.transport.requests.size() == 2);
  CHECK(run.transport.requests[0].body.find("\"max_tokens\"") != std::string::npos);
  CHECK(run.transport.requests[1].body.find("\"max_completion_tokens\"") != std::string::npos);
  CHECK(run.observer.text == "Hello");
}

TEST_CASE("a field of the profile is dropped with a warning, one of the command line never") {
  Run profile({refusal(400, kNoTemperature), good()});
  profile.request.sampling.temperature = 0.5;
  CHECK_FALSE(profile.go().error);
  CHECK(profile.transport.requests.at(1).body.find("temperature") == std::string::npos);
  REQUIRE(profile.observer.warnings.size() == 1);
  CHECK(profile.observer.warnings[0].find("temperature") != std::string::npos);

  Run pinned({refusal(400, kNoTemperature)});
  pinned.request.sampling.temperature = 0.5;
  pinned.request.pinned = {"temperature"};
  const auto result = pinned.go();
  REQUIRE(result.error);
  CHECK(result.error->kind == ErrorKind::bad_request);
  CHECK(result.error->message.find("--temperature") != std::string::npos);
}

TEST_CASE("the same refusal twice is not adapted to twice") {
  Run run({refusal(400, kNoMaxTokens), refusal(400, kNoMaxTokens)});
  const auto result = run.go();
  REQUIRE(result.error);
  CHECK(result.error->kind == ErrorKind::bad_request);
  CHECK(run.transport.requests.size() == 2);
}

TEST_CASE("what was learned is kept once the second request succeeded, and used by the next turn") {
  const Folder folder;
  Run failing({refusal(400, kNoMaxTokens), refusal(400, R"({"error":{"message":"other"}})")});
  failing.options.adaptations_file = folder.file();
  CHECK(failing.go().error);
  CHECK_FALSE(std::filesystem::exists(folder.file()));

  Run learning({refusal(400, kNoMaxTokens), good()});
  learning.options.adaptations_file = folder.file();
  CHECK_FALSE(learning.go().error);
  CHECK(std::filesystem::exists(folder.file()));

  Run knowing({good()});
  knowing.options.adaptations_file = folder.file();
  CHECK_FALSE(knowing.go().error);
  CHECK(knowing.transport.requests.at(0).body.find("\"max_completion_tokens\"") != std::string::npos);

  Run elsewhere({good()});
  elsewhere.profile = profile_at("https://other.example.com/v1");
  elsewhere.options.adaptations_file = folder.file();
  CHECK_FALSE(elsewhere.go().error);
  CHECK(elsewhere.transport.requests.at(0).body.find("\"max_tokens\"") != std::string::npos);
}

TEST_CASE("a dropped field that is remembered is said each time, and not dropped from the command line") {
  const Folder folder;
  const session::AdaptationKey key{.origin = "https://models.example.com", .wire_api = "completions", .model = "m"};
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  session::remember_adaptations(folder.file(), key, {"drop:temperature"}, now);

  Run profile({good()});
  profile.options.adaptations_file = folder.file();
  profile.request.sampling.temperature = 0.5;
  CHECK_FALSE(profile.go().error);
  CHECK(profile.transport.requests.at(0).body.find("temperature") == std::string::npos);
  CHECK(profile.observer.warnings == std::vector<std::string>{"`temperature` was left out: m has refused it before."});

  Run pinned({good()});
  pinned.options.adaptations_file = folder.file();
  pinned.request.sampling.temperature = 0.5;
  pinned.request.pinned = {"temperature"};
  CHECK_FALSE(pinned.go().error);
  CHECK(pinned.transport.requests.at(0).body.find("temperature") != std::string::npos);
  CHECK(pinned.observer.warnings.empty());
}

TEST_CASE("a schema that is refused goes down to the prompt, and the next turn begins there") {
  const std::string no_schema = R"({"error":{"message":"This response_format type is unavailable now"}})";
  const Folder folder;
  Run run({refusal(400, no_schema), refusal(400, no_schema), good()});
  run.profile.limits.retries = 0;
  run.options.adaptations_file = folder.file();
  run.request.schema = core::ReplySchema{.json = R"({"type":"object"})"};
  CHECK_FALSE(run.go().error);
  REQUIRE(run.transport.requests.size() == 3);
  CHECK(run.transport.requests[0].body.contains("json_schema"));
  CHECK(run.transport.requests[1].body.contains("json_object"));
  CHECK_FALSE(run.transport.requests[2].body.contains("response_format"));
  CHECK(run.transport.requests[2].body.contains("JSON Schema"));
  CHECK(run.observer.warnings.size() == 2);

  Run next({good()});
  next.options.adaptations_file = folder.file();
  next.request.schema = core::ReplySchema{.json = R"({"type":"object"})"};
  CHECK_FALSE(next.go().error);
  CHECK_FALSE(next.transport.requests.at(0).body.contains("response_format"));
  CHECK(next.observer.warnings.empty());
}

TEST_CASE("what holds for one schema alone is not remembered, and a tool's call is the text") {
  const Folder folder;
  Run run({refusal(400, R"({"type":"error","error":{"message":"output_config.format.schema: not that one"}})"),
           {.headers = {kJson},
            .pieces = {R"({"type":"message","content":[{"type":"tool_use","id":"t","name":"reply","input":{"a":1}}],)"
                       R"("stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}})"},
            .error = {}}});
  run.profile.type = core::ProviderType::anthropic;
  run.profile.wire_api = core::WireApi::messages;
  run.options.adaptations_file = folder.file();
  run.request.stream = false;
  run.request.schema = core::ReplySchema{.json = R"({"type":"object"})"};
  const auto result = run.go();
  REQUIRE_FALSE(result.error);
  CHECK(run.observer.text == R"({"a":1})");
  CHECK(result.finish == core::FinishReason::stop);
  CHECK(result.had_text);
  CHECK_FALSE(std::filesystem::exists(folder.file()));
}
