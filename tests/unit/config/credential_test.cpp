// Tests of resolving a credential from each of its sources, and of what is kept of a minted one.
#include "config/credential.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using byok::base::ErrorKind;
using byok::config::Config;
using byok::config::CredentialContext;
using byok::config::Environment;
using byok::config::resolve_credential;
using byok::config::resolve_kept_credential;
using byok::core::Credential;
using byok::core::Profile;

namespace {

std::int64_t now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

// A home of its own with a configuration that holds nothing of note, and a counter that commands add a line to.
class World {
 public:
  World() {
    std::string name = (fs::temp_directory_path() / "byok-credential-XXXXXX").string();
    home_ = ::mkdtemp(name.data());
    const char* path = ::getenv("PATH");
    variables_ = {{"HOME", home_.string()},
                  {"PATH", path != nullptr ? path : "/usr/bin:/bin"},
                  {"XDG_RUNTIME_DIR", home_.string()},
                  {"COUNTER", (home_ / "runs").string()},
                  {"KEY", "sk-from-env"}};
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() {
    std::error_code ignored;
    fs::remove_all(home_, ignored);
  }
  [[nodiscard]] const fs::path& home() const { return home_; }
  void set(const std::string& name, std::string value) { variables_[name] = std::move(value); }
  [[nodiscard]] Config config() const { return Config::load(Environment(variables_), std::nullopt); }
  // How often a command of `counting` ran.
  [[nodiscard]] int runs() const {
    std::ifstream file(home_ / "runs");
    int count = 0;
    for (std::string line; std::getline(file, line);) ++count;
    return count;
  }

 private:
  fs::path home_;
  std::map<std::string, std::string, std::less<>> variables_;
};

Profile profile_with(Credential credential) {
  Profile profile;
  profile.name = "p";
  profile.base_url = *byok::core::Url::parse("https://a.example/v1");
  profile.credential = std::move(credential);
  return profile;
}

Credential text(std::string value, Credential::Slot slot = Credential::Slot::api_key) {
  Credential credential;
  credential.slot = slot;
  credential.source = Credential::Source::text;
  credential.where = "$KEY";
  credential.text = std::move(value);
  return credential;
}

Credential command(const std::string& script) {
  Credential credential;
  credential.slot = Credential::Slot::bearer_token;
  credential.source = Credential::Source::command;
  credential.where = "command sh";
  credential.command = {"sh", "-c", script};
  return credential;
}

// A command that adds a line to the counter and prints a token with this member behind it.
Credential counting(const std::string& members, bool cache) {
  Credential credential =
      command("echo x >> \"$COUNTER\"; printf '{\"token\":\"t-%s\"" + members + "}' $(($(wc -l < \"$COUNTER\")))");
  credential.cache = cache;
  return credential;
}

std::string expires_in(std::int64_t seconds) { return ",\"expires_on\":" + std::to_string(now() + seconds); }

// The secret, or "kind: message".
std::string resolve(const World& world, const Profile& profile, bool again = false) {
  std::vector<std::string> warnings;
  const auto secret = resolve_credential(world.config(), profile, {}, again, warnings);
  if (secret) return std::string(secret->reveal());
  return std::string(to_string(secret.error().kind)) + ": " + secret.error().message;
}

}  // namespace

TEST_CASE("A profile without a credential has an empty secret") {
  const World world;
  CHECK(resolve(world, profile_with({})) == "");
}

TEST_CASE("A text's variables and files give the key") {
  const World world;
  std::ofstream(world.home() / "key") << "sk-from-file\n";
  CHECK(resolve(world, profile_with(text("${env:KEY}"))) == "sk-from-env");
  CHECK(resolve(world, profile_with(text("${file:~/key}"))) == "sk-from-file");
  CHECK(resolve(world, profile_with(text("${env:NONE:-sk-default}"))) == "sk-default");
}

TEST_CASE("A failure names the line of the profile's key, or else the source") {
  const World world;
  Profile profile = profile_with(text("${env:NONE}"));
  CHECK(resolve(world, profile) == "config: $KEY: `api_key`: the variable NONE is not set");
  profile.origins["api_key"] = "config.yaml:12:5";
  CHECK(resolve(world, profile) == "config: config.yaml:12:5: `api_key`: the variable NONE is not set");
  profile = profile_with(command("exit 3"));
  profile.origins["bearer_token"] = "config.yaml:9:5";
  CHECK(resolve(world, profile) == "auth: config.yaml:9:5: `bearer_token`: sh exited with status 3");
}

TEST_CASE("The resolved value is judged: no Bearer in front, no white space inside") {
  World world;
  world.set("KEY", "Bearer sk-a");
  std::vector<std::string> warnings;
  const auto token = resolve_credential(
      world.config(), profile_with(text("${env:KEY}", Credential::Slot::bearer_token)), {}, false, warnings);
  REQUIRE(token);
  CHECK(token->reveal() == "sk-a");
  CHECK(warnings.size() == 1);
  CHECK(resolve(world, profile_with(text("${env:KEY}"))).starts_with("config: the API key from $KEY begins with"));
  CHECK(
      resolve(world, profile_with(command("echo a; echo b"))).starts_with("config: the bearer token from command sh"));
}

TEST_CASE("A command's output is the token, plain or as JSON") {
  const World world;
  CHECK(resolve(world, profile_with(command("echo tok-1"))) == "tok-1");
  CHECK(resolve(world, profile_with(command("echo '{\"accessToken\":\"tok-2\"}'"))) == "tok-2");
  CHECK(resolve(world, profile_with(command(":"))).starts_with("auth: "));
}

TEST_CASE("A shell command is run by sh") {
  const World world;
  Credential credential = text("printf '%s\\n' \"$KEY\" | tr a-z A-Z");
  credential.source = Credential::Source::shell_command;
  CHECK(resolve(world, profile_with(credential)) == "SK-FROM-ENV");
}

TEST_CASE("A token that has already ended is refused") {
  const World world;
  const std::string message = resolve(world, profile_with(counting(expires_in(-60), false)));
  CHECK(message.starts_with("auth: "));
  CHECK(message.contains("the command printed an expired token"));
  CHECK_FALSE(message.contains("t-1"));
}

TEST_CASE("Without cache a command runs each time") {
  const World world;
  const Profile profile = profile_with(counting(expires_in(3600), false));
  CHECK(resolve(world, profile) == "t-1");
  CHECK(resolve(world, profile) == "t-2");
  CHECK_FALSE(fs::exists(world.home() / "byok"));
}

TEST_CASE("With cache a token serves until it is stale, for its host alone") {
  const World world;
  Profile profile = profile_with(counting(expires_in(3600), true));
  CHECK(resolve(world, profile) == "t-1");
  CHECK(resolve(world, profile) == "t-1");
  CHECK(world.runs() == 1);
  profile.base_url = *byok::core::Url::parse("https://b.example/v1");
  CHECK(resolve(world, profile) == "t-2");
}

TEST_CASE("A new token asked for after a refusal is minted, and kept in the old one's place") {
  const World world;
  const Profile profile = profile_with(counting(expires_in(3600), true));
  CHECK(resolve(world, profile) == "t-1");
  CHECK(resolve(world, profile, true) == "t-2");
  CHECK(resolve(world, profile) == "t-2");
}

TEST_CASE("A token in its last five minutes is used once and not kept") {
  const World world;
  const Profile profile = profile_with(counting(expires_in(200), true));
  CHECK(resolve(world, profile) == "t-1");
  CHECK(resolve(world, profile) == "t-2");
}

TEST_CASE("A token without an end is kept for its ttl, and not at all without one") {
  const World world;
  Credential credential = counting("", true);
  CHECK(resolve(world, profile_with(credential)) == "t-1");
  CHECK(resolve(world, profile_with(credential)) == "t-2");
  credential.ttl = 1h;
  CHECK(resolve(world, profile_with(credential)) == "t-3");
  CHECK(resolve(world, profile_with(credential)) == "t-3");
}

TEST_CASE("Without a runtime folder a token lives in memory only") {
  World world;
  world.set("XDG_RUNTIME_DIR", "");
  const Profile profile = profile_with(counting(expires_in(3600), true));
  CHECK(resolve(world, profile) == "t-1");
  CHECK(resolve(world, profile) == "t-2");
}

TEST_CASE("A kept secret says from when it should be resolved anew") {
  const World world;
  const Config config = world.config();
  std::vector<std::string> warnings;
  const auto stale_at = [&](Credential credential) {
    const auto kept = resolve_kept_credential(config, profile_with(std::move(credential)), {}, false, warnings);
    REQUIRE(kept);
    return kept->stale_at;
  };
  CHECK_FALSE(stale_at(text("${env:KEY}")));
  CHECK_FALSE(stale_at(command("echo t")));
  const std::int64_t end = now() + 3600;
  CHECK(stale_at(command("echo '{\"token\":\"t\",\"expires_on\":" + std::to_string(end) + "}'")) == end - 300);
  Credential with_ttl = command("echo t");
  with_ttl.ttl = 10min;
  const std::int64_t before = now() + 600;
  const auto stale = stale_at(with_ttl);
  REQUIRE(stale);
  CHECK(*stale >= before);
  CHECK(*stale <= now() + 600);
}

TEST_CASE("A literal is read from the place that the credential names") {
  World world;
  const fs::path file = world.home() / ".config" / "byok" / "config.yaml";
  fs::create_directories(file.parent_path());
  std::ofstream(file)
      << "profiles:\n  p:\n    base_url: https://a.example/v1\n    api_key: sk-literal-1\n    model: m\n";
  fs::permissions(file, fs::perms(0600));
  const Config config = world.config();
  const auto resolved = config.resolve({});
  REQUIRE(resolved);
  std::vector<std::string> warnings;
  const auto secret = resolve_credential(config, resolved->profile, {}, false, warnings);
  REQUIRE(secret);
  CHECK(secret->reveal() == "sk-literal-1");
}
