// Tests of catalog.cpp and model_cache.cpp: pages, second addresses, and the file that keeps the list.
#include "session/catalog.hpp"

#include <stdlib.h>
#include <sys/stat.h>

#include <ostream>

#include <doctest/doctest.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "unit/session/scripted_turn.hpp"

namespace byok::session {
namespace {

namespace fs = std::filesystem;
using test::Answer;
using test::kJson;
using test::ScriptedTransport;

Answer list(std::string body) { return {.headers = {kJson}, .pieces = {std::move(body)}, .error = {}}; }
Answer page(const std::string& id, bool has_more = true) {
  return list(R"({"data":[{"id":")" + id + R"("}],"has_more":)" + (has_more ? "true" : "false") + R"(,"last_id":")" +
              id + "\"}");
}

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "byok-catalog-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] fs::path cache() const { return path_ / "cache" / "byok"; }
  // The files in the cache.
  [[nodiscard]] std::vector<fs::path> files() const {
    std::vector<fs::path> all;
    if (!fs::exists(cache())) return all;
    for (const auto& entry : fs::directory_iterator(cache())) all.push_back(entry.path());
    return all;
  }

 private:
  fs::path path_;
};

struct Listed {
  explicit Listed(std::deque<Answer> script) : transport(std::move(script)) { options.now = 1'000'000; }

  // The ids joined by blanks, or the error's message.
  std::string ask() {
    const auto models = list_models(transport, profile, options);
    if (!models) return models.error().message;
    std::string ids;
    for (const core::ModelInfo& model : *models) ids += (ids.empty() ? "" : " ") + model.id;
    return ids;
  }

  core::Profile profile = test::profile_at();
  ScriptedTransport transport;
  CatalogOptions options;
};

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a profile's own list replaces the provider's: no request is made, not even to refresh") {
  Listed run({});
  core::ModelInfo own;
  own.id = "mine";
  run.profile.models = {own};
  run.options.refresh = true;
  CHECK(run.ask() == "mine");
  CHECK(run.transport.requests.empty());
}

TEST_CASE("all pages are read") {
  Listed run({page("a"), page("b"), page("c", false)});
  CHECK(run.ask() == "a b c");
  REQUIRE(run.transport.requests.size() == 3);
  CHECK(run.transport.requests[1].url.query() == "after=a");
  CHECK(run.transport.requests[2].url.query() == "after=b");
}

TEST_CASE("a list that pages for ever ends when an id repeats") {
  Listed same({page("a"), page("a"), page("a")});
  CHECK(same.ask() == "a");
  CHECK(same.transport.requests.size() == 2);
  Listed round({page("a"), page("b"), list(R"({"data":[{"id":"c"},{"id":"a"}],"has_more":true,"last_id":"c"})")});
  CHECK(round.ask() == "a b c");
  CHECK(round.transport.requests.size() == 3);
  Listed empty({page("a"), list(R"({"data":[],"has_more":true,"last_id":"z"})")});
  CHECK(empty.ask() == "a");
}

TEST_CASE("a list that pages for ever with new ids ends after 100 pages") {
  std::deque<Answer> script;
  for (int i = 0; i < 150; ++i) script.push_back(page("m" + std::to_string(i)));
  Listed run(std::move(script));
  CHECK(run.ask().ends_with("m98 m99"));
  CHECK(run.transport.requests.size() == 100);
}

TEST_CASE("an id twice in one page is one model, and no reason to stop") {
  Listed run({list(R"({"data":[{"id":"a"},{"id":"a"},{"id":"b"}],"has_more":true,"last_id":"b"})"), page("c", false)});
  CHECK(run.ask() == "a b c");
}

TEST_CASE("the next page is asked for at the profile's own host") {
  Listed run({list(R"({"data":[{"id":"a"}],"links":{"next":"https://evil.example/api/v1/models?offset=1"}})"),
              list(R"({"data":[{"id":"b"}]})")});
  CHECK(run.ask() == "a b");
  REQUIRE(run.transport.requests.size() == 2);
  CHECK(run.transport.requests[1].url.str() == "https://models.example.com/v1/models?offset=1");
}

TEST_CASE("an error on any page is the list's error") {
  Listed run({page("a"), test::refusal(500, R"({"error":{"message":"broken in the middle"}})")});
  CHECK(run.ask() == "broken in the middle");
}

TEST_CASE("a minted credential that is refused is minted once more") {
  Listed run({test::refusal(401, R"({"error":{"message":"expired"}})"), page("a", false)});
  run.profile.credential.source = core::Credential::Source::command;
  std::vector<bool> again;
  run.options.secret = [&again](bool is_again) -> base::Result<base::Secret> {
    again.push_back(is_again);
    return base::Secret(is_again ? "second-secret" : "first-secret");
  };
  CHECK(run.ask() == "a");
  CHECK(again == std::vector<bool>{false, true});
  CHECK(test::has_header(run.transport.requests[1], "second-secret"));
  Listed refused(
      {test::refusal(401, R"({"error":{"message":"no"}})"), test::refusal(401, R"({"error":{"message":"no"}})")});
  refused.profile.credential.source = core::Credential::Source::command;
  refused.options.secret = run.options.secret;
  CHECK(refused.ask() == "no");
}

TEST_CASE("what the server tells elsewhere is merged before the list is kept") {
  const Folder folder;
  Listed run({list(R"({"data":[{"id":"llama","owned_by":"library"}]})"),
              list(R"({"capabilities":["vision"],"model_info":{"llama.context_length":8192}})")});
  run.options.cache_directory = folder.cache();
  CHECK(run.ask() == "llama");
  CHECK(run.transport.requests[1].url.str() == "https://models.example.com/api/show");
  const auto kept = cached_models(run.profile, run.options);
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].max_context_window_tokens == 8192);
  CHECK(kept[0].vision == true);
}

TEST_CASE("a second address that fails costs nothing but its answer") {
  Listed broken(
      {list(R"({"data":[{"id":"a","owned_by":"library"},{"id":"b"}]})"), test::broken(base::ErrorKind::network)});
  CHECK(broken.ask() == "a b");
  CHECK(broken.transport.requests.size() == 2);
  Listed refused({list(R"({"data":[{"id":"a","owned_by":"library"},{"id":"b"}]})"), test::refusal(404, "{}"),
                  list(R"({"model_info":{"x.context_length":4}})")});
  CHECK(list_models(refused.transport, refused.profile, refused.options).value()[1].max_context_window_tokens == 4);
  Listed interrupted({list(R"({"data":[{"id":"a","owned_by":"library"}]})"), test::broken(base::ErrorKind::cancelled)});
  CHECK(interrupted.ask() == "broken");
}

TEST_CASE("LM Studio's older list is asked for only where the newer one is not served") {
  const std::string listed = R"({"data":[{"id":"a","owned_by":"organization_owner"}]})";
  Listed newer({list(listed), list(R"({"models":[{"key":"a","max_context_length":9}]})")});
  CHECK(newer.ask() == "a");
  CHECK(newer.transport.requests.size() == 2);
  Listed older({list(listed), list(R"({"error":"Unexpected endpoint or method. GET /api/v1/models"})"),
                list(R"({"data":[{"id":"a","max_context_length":9}]})")});
  CHECK(list_models(older.transport, older.profile, older.options).value()[0].max_context_window_tokens == 9);
  CHECK(older.transport.requests[2].url.path() == "/api/v0/models");
}

TEST_CASE("Foundry Local's list has what is on the disk, also without details") {
  Listed run({list(R"({"data":[],"IsDelta":false,"object":"list"})"), list(R"(["phi-4-mini-cpu:5"])")});
  run.options.details = false;
  CHECK(run.ask() == "phi-4-mini-cpu:5");
  CHECK(run.transport.requests.size() == 2);
}

TEST_CASE("Ollama without OpenAI's list is asked for its own") {
  Listed run({test::refusal(404, "404 page not found"), list(R"({"models":[{"name":"llama:1","size":5}]})"),
              list(R"({"model_info":{"llama.context_length":4}})")});
  run.profile.base_url = core::Url::parse("http://127.0.0.1:11434/v1").value();
  CHECK(run.ask() == "llama:1");
  CHECK(run.transport.requests[1].url.str() == "http://127.0.0.1:11434/api/tags");
  Listed neither({test::refusal(404, R"({"error":{"message":"no such page"}})"), test::refusal(404, "{}")});
  neither.profile.base_url = run.profile.base_url;
  CHECK(neither.ask() == "no such page");
  Listed remote({test::refusal(404, R"({"error":{"message":"no such page"}})")});
  CHECK(remote.ask() == "no such page");
}

TEST_CASE("a list is kept for an hour, and refreshed when that is asked for") {
  const Folder folder;
  Listed run({page("a", false), page("b", false), page("c", false)});
  run.options.cache_directory = folder.cache();
  CHECK(run.ask() == "a");
  run.options.now += 3599;
  CHECK(run.ask() == "a");
  run.options.now += 1;
  CHECK(run.ask() == "b");
  run.options.refresh = true;
  CHECK(run.ask() == "c");
  run.options.refresh = false;
  run.options.now -= 7200;  // the clock was set back: what is from the future is not believed
  CHECK(cached_models(run.profile, run.options).empty());
}

TEST_CASE("the kept list holds all that is known, in a file for the owner alone") {
  const Folder folder;
  Listed run({list(R"({"data":[{"id":"é","name":"N","context_length":9,"max_output_tokens":8,"max_prompt_tokens":7,)"
                   R"("supports_vision":false,"supports_reasoning":true},{"id":"bare"}]})")});
  run.options.cache_directory = folder.cache();
  const auto fresh = list_models(run.transport, run.profile, run.options).value();
  CHECK(to_json(cached_models(run.profile, run.options)) == to_json(fresh));
  REQUIRE(folder.files().size() == 1);
  struct stat status{};
  REQUIRE(::stat(folder.files().front().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  REQUIRE(::stat(folder.cache().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
}

TEST_CASE("a corrupt cache is ignored and rewritten") {
  const Folder folder;
  std::deque<Answer> script{page("a", false)};
  const std::vector<std::string> junk{"",
                                      "{",
                                      "[]",
                                      "null",
                                      "\xff\xfe",
                                      R"({"key":5,"time":"x","models":{}})",
                                      std::string(1 << 20, '['),
                                      std::string(100, '\0')};
  for (std::size_t i = 0; i < junk.size() + 3; ++i) script.push_back(page("b", false));
  Listed run(std::move(script));
  run.options.cache_directory = folder.cache();
  CHECK(run.ask() == "a");
  REQUIRE(folder.files().size() == 1);
  const fs::path file = folder.files().front();
  const std::string good = read(file);
  for (const std::string& bytes : junk) {
    CAPTURE(bytes.substr(0, 40));
    std::ofstream(file, std::ios::binary) << bytes;
    CHECK(run.ask() == "b");
    CHECK(read(file).contains("\"b\""));
  }
  // A file that was cut off, and one whose models are none.
  std::ofstream(file, std::ios::binary) << good.substr(0, good.size() / 2);
  CHECK(run.ask() == "b");
  std::string empty = good;
  empty.replace(empty.find("[{"), std::string::npos, R"([{"no":"id"},7,null]})");
  std::ofstream(file, std::ios::binary) << empty;
  CHECK(run.ask() == "b");
  CHECK(folder.files().size() == 1);
}

TEST_CASE("a cache that cannot be written does not cost the list") {
  const Folder folder;
  Listed run({page("a", false), page("b", false)});
  run.options.cache_directory = "/proc/byok-no-such-folder";
  CHECK(run.ask() == "a");
  run.options.cache_directory.clear();
  CHECK(run.ask() == "b");
}

TEST_CASE("lists are kept apart by origin, wire and the credential's source") {
  const Folder folder;
  Listed run({page("a", false)});
  run.profile.credential.where = "$ONE_KEY";
  run.options.cache_directory = folder.cache();
  CHECK(run.ask() == "a");
  const auto is_kept = [&](auto change) {
    core::Profile other = run.profile;
    change(other);
    return !cached_models(other, run.options).empty();
  };
  CHECK(is_kept([](core::Profile& other) { other.model = other.name = "another"; }));
  CHECK_FALSE(is_kept([](core::Profile& other) { other.credential.where = "$OTHER_KEY"; }));
  CHECK_FALSE(is_kept([](core::Profile& other) { other.wire_api = core::WireApi::responses; }));
  CHECK_FALSE(is_kept([](core::Profile& other) { other.type = core::ProviderType::azure; }));
  CHECK_FALSE(is_kept([](core::Profile& other) { other.azure_api_version = "v1"; }));
  CHECK_FALSE(is_kept([](core::Profile& other) { other.base_url = core::Url::parse("https://h.example/v1").value(); }));
  CHECK_FALSE(is_kept(
      [](core::Profile& other) { other.base_url = core::Url::parse("https://models.example.com/v2").value(); }));
  CHECK_FALSE(is_kept([](core::Profile& other) { other.headers = {{.name = "Authorization", .value = "Bearer x"}}; }));
}

TEST_CASE("no secret and nothing made of one stands in the cache") {
  const Folder folder;
  Listed run({page("a", false)});
  run.profile.base_url = core::Url::parse("https://models.example.com/v1?key=query-secret").value();
  run.profile.headers = {{.name = "X-Extra", .value = "header-secret", .is_secret = true}};
  run.options.secret = [](bool) -> base::Result<base::Secret> { return base::Secret("the-credential"); };
  run.options.cache_directory = folder.cache();
  CHECK(run.ask() == "a");
  const std::string kept = read(folder.files().at(0));
  for (const char* secret : {"query-secret", "header-secret", "the-credential"}) CHECK_FALSE(kept.contains(secret));
}

TEST_CASE("the demo's list and one without details are not kept") {
  const Folder folder;
  Listed run({page("a", false), page("b", false)});
  run.options.cache_directory = folder.cache();
  run.profile.is_demo = true;
  CHECK(run.ask() == "a");
  run.profile.is_demo = false;
  run.options.details = false;
  CHECK(run.ask() == "b");
  CHECK(folder.files().empty());
}

}  // namespace byok::session
