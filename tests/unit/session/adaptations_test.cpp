// What was learned from refusals survives a run, not a month, and never gets in the way.
#include "session/adaptations.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <ostream>
//
#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

using namespace byok;
using core::Adaptations;
using session::AdaptationKey;
using session::forget_adaptations;
using session::recall_adaptations;
using session::remember_adaptations;

namespace {

constexpr std::int64_t kNow = 1'800'000'000;
constexpr std::int64_t kDay = 24 * 60 * 60;

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "byok-adaptations-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::filesystem::path file() const { return path_ / "state" / "adaptations.json"; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

const AdaptationKey kKey{.origin = "https://api.example.com", .wire_api = "completions", .model = "m"};

}  // namespace

TEST_CASE("the key is the origin, the wire API and the model as sent") {
  core::Profile profile;
  profile.base_url = core::Url::parse("https://API.example.com/v1/?key=secret").value();
  profile.wire_api = core::WireApi::responses;
  CHECK(session::adaptation_key(profile, "wire-m") ==
        AdaptationKey{.origin = "https://api.example.com", .wire_api = "responses", .model = "wire-m"});
}

TEST_CASE("what is remembered is recalled, in a file that only its owner reads") {
  const Folder folder;
  CHECK(recall_adaptations(folder.file(), kKey, kNow).empty());
  remember_adaptations(folder.file(), kKey, {"rename:max_tokens", "drop:temperature"}, kNow);
  CHECK(recall_adaptations(folder.file(), kKey, kNow) == Adaptations{"drop:temperature", "rename:max_tokens"});
  struct stat status{};
  REQUIRE(::stat(folder.file().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("each key has its own words, and more are added to them") {
  const Folder folder;
  remember_adaptations(folder.file(), kKey, {"a"}, kNow);
  remember_adaptations(folder.file(), kKey, {"b"}, kNow);
  auto other = kKey;
  for (auto AdaptationKey::* field : {&AdaptationKey::origin, &AdaptationKey::wire_api, &AdaptationKey::model}) {
    other = kKey;
    other.*field = "other";
    CHECK(recall_adaptations(folder.file(), other, kNow).empty());
  }
  remember_adaptations(folder.file(), other, {"c"}, kNow);
  CHECK(recall_adaptations(folder.file(), kKey, kNow) == Adaptations{"a", "b"});
  CHECK(recall_adaptations(folder.file(), other, kNow) == Adaptations{"c"});
}

TEST_CASE("a word holds for 30 days from when it was last learned, and then leaves the file") {
  const Folder folder;
  remember_adaptations(folder.file(), kKey, {"old"}, kNow);
  CHECK(recall_adaptations(folder.file(), kKey, kNow + 30 * kDay - 1) == Adaptations{"old"});
  CHECK(recall_adaptations(folder.file(), kKey, kNow + 30 * kDay).empty());
  remember_adaptations(folder.file(), kKey, {"old"}, kNow + 20 * kDay);
  CHECK(recall_adaptations(folder.file(), kKey, kNow + 40 * kDay) == Adaptations{"old"});
  remember_adaptations(folder.file(), kKey, {"new"}, kNow + 60 * kDay);
  CHECK(text_of(folder.file()).find("\"old\"") == std::string::npos);
}

TEST_CASE("a time in the future is not believed") {
  const Folder folder;
  remember_adaptations(folder.file(), kKey, {"a"}, kNow + kDay);
  CHECK(recall_adaptations(folder.file(), kKey, kNow).empty());
}

TEST_CASE("forgetting takes all of one origin, and nothing else") {
  const Folder folder;
  auto same_origin = kKey;
  same_origin.model = "other";
  auto elsewhere = kKey;
  elsewhere.origin = "https://elsewhere.example.com";
  for (const auto& key : {kKey, same_origin, elsewhere}) remember_adaptations(folder.file(), key, {"a"}, kNow);
  forget_adaptations(folder.file(), kKey.origin, kNow);
  CHECK(recall_adaptations(folder.file(), kKey, kNow).empty());
  CHECK(recall_adaptations(folder.file(), same_origin, kNow).empty());
  CHECK(recall_adaptations(folder.file(), elsewhere, kNow) == Adaptations{"a"});
}

TEST_CASE("nothing learned, nothing forgotten and no file leave no file behind") {
  const Folder folder;
  remember_adaptations(folder.file(), kKey, {}, kNow);
  forget_adaptations(folder.file(), kKey.origin, kNow);
  CHECK_FALSE(std::filesystem::exists(folder.file()));
  remember_adaptations({}, kKey, {"a"}, kNow);
  CHECK(recall_adaptations({}, kKey, kNow).empty());
}

TEST_CASE("a damaged file holds nothing and is replaced by what is learned next") {
  const std::string entry =
      R"({"origin":"https://api.example.com","wire_api":"completions","model":"m","word":"w","learned":)";
  const std::array damaged{
      std::string(),
      std::string("not json"),
      std::string("[]"),
      std::string("null"),
      std::string(R"({"learned":{}})"),
      std::string(R"({"learned":[1,"a",null,[],{}]})"),
      std::string(R"({"learned":[)") + entry + "\"now\"}]}",
      std::string(R"({"learned":[)") + entry + "1.5}]}",
      std::string(R"({"learned":[)") + entry + std::to_string(std::numeric_limits<std::int64_t>::min()) + "}]}",
      std::string(R"({"learned":[)") + entry + "18446744073709551615}]}",
      std::string(R"({"learned":[)") + entry + "1800000000",
      std::string(200'000, '['),
      std::string("{\"learned\":\"\xff\xfe\"}"),
  };
  for (const auto& text : damaged) {
    const Folder folder;
    write(folder.file(), text);
    CAPTURE(text.substr(0, 80));
    CHECK(recall_adaptations(folder.file(), kKey, kNow).empty());
    remember_adaptations(folder.file(), kKey, {"a"}, kNow);
    CHECK(recall_adaptations(folder.file(), kKey, kNow) == Adaptations{"a"});
  }
}

TEST_CASE("good entries beside damaged ones are kept") {
  const Folder folder;
  write(folder.file(),
        R"({"schema_version":1,"learned":[7,{"origin":"https://api.example.com","wire_api":"completions",)"
        R"("model":"m","word":"good","learned":1800000000,"note":{"later":["versions"]}}]})");
  CHECK(recall_adaptations(folder.file(), kKey, kNow) == Adaptations{"good"});
}

TEST_CASE("what cannot be read or written is passed over in silence") {
  const Folder folder;
  std::filesystem::create_directories(folder.file());  // a directory where the file should be
  CHECK(recall_adaptations(folder.file(), kKey, kNow).empty());
  remember_adaptations(folder.file(), kKey, {"a"}, kNow);
  forget_adaptations(folder.file(), kKey.origin, kNow);
  CHECK(std::filesystem::is_directory(folder.file()));
  write(folder.path() / "plain", "x");
  remember_adaptations(folder.path() / "plain" / "below" / "file", kKey, {"a"}, kNow);
  CHECK(text_of(folder.path() / "plain") == "x");
}

TEST_CASE("model names that are no UTF-8 do no harm") {
  const Folder folder;
  auto odd = kKey;
  odd.model = "m\xff";
  remember_adaptations(folder.file(), odd, {"a"}, kNow);
  remember_adaptations(folder.file(), kKey, {"b"}, kNow);
  CHECK(recall_adaptations(folder.file(), kKey, kNow) == Adaptations{"b"});
}

TEST_CASE("the file does not grow without end: the oldest go") {
  const Folder folder;
  Adaptations many;
  for (int i = 0; i < 600; ++i) many.insert("word" + std::to_string(i));
  remember_adaptations(folder.file(), kKey, {"first"}, kNow);
  remember_adaptations(folder.file(), kKey, many, kNow);
  const auto words = recall_adaptations(folder.file(), kKey, kNow);
  CHECK(words.size() == 500);
  CHECK_FALSE(words.contains("first"));
}

TEST_CASE("a word never drops what was given on the command line") {
  const Adaptations words{"drop:temperature",       "drop:stop_sequences", "drop:reasoning",
                          "drop:reasoning.summary", "drop:stream_options", "rename:max_tokens"};
  core::Request request;
  CHECK(session::usable_adaptations(words, request) == words);
  request.pinned = {"temperature", "stop", "reasoning_effort", "max_output_tokens"};
  CHECK(session::usable_adaptations(words, request) ==
        Adaptations{"drop:reasoning.summary", "drop:stream_options", "rename:max_tokens"});
}

TEST_CASE("the options that words leave out of a request are named only where they are set") {
  const Adaptations words{"drop:temperature", "drop:top_p", "drop:store", "system:developer"};
  core::Request request;
  CHECK(session::dropped_options(words, request).empty());
  request.sampling.temperature = 0.0;
  CHECK(session::dropped_options(words, request) == std::vector<std::string>{"temperature"});
}
