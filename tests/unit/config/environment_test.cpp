// Tests of the environment as a value, and of the XDG base directories.
#include "config/environment.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

using byok::config::Environment;

namespace {

using Map = std::map<std::string, std::string, std::less<>>;

}  // namespace

TEST_CASE("Values are trimmed, and an empty variable counts as unset") {
  const Environment environment(Map{{"A", "  x y \n"}, {"B", ""}, {"C", " \t"}});
  CHECK(environment.get("A") == "x y");
  CHECK(environment.has("A"));
  CHECK_FALSE(environment.has("B"));
  CHECK_FALSE(environment.has("C"));
  CHECK_FALSE(environment.has("D"));
  CHECK(environment.get("D").empty());
  CHECK(environment.all().size() == 3);
}

TEST_CASE("A process's list is read to its end: the first of a name counts, entries without a name do not") {
  std::string entries[] = {"A=1", "B=x=y", "A=2", "=C:=d", "novalue", "E="};
  char* list[] = {entries[0].data(),
                  entries[1].data(),
                  entries[2].data(),
                  entries[3].data(),
                  entries[4].data(),
                  entries[5].data(),
                  nullptr};
  const Environment environment = Environment::from(list);
  CHECK(environment.get("A") == "1");
  CHECK(environment.get("B") == "x=y");
  CHECK(environment.all().size() == 3);
  CHECK(Environment::from(nullptr).all().empty());
}

TEST_CASE("Folders follow the XDG variables when they are absolute, else home") {
  const Environment plain(Map{{"HOME", "/home/a"}});
  CHECK(plain.home() == "/home/a");
  CHECK(plain.config_directory() == "/home/a/.config/byok");
  CHECK(plain.cache_directory() == "/home/a/.cache/byok");
  CHECK(plain.state_directory() == "/home/a/.local/state/byok");
  const Environment xdg(
      Map{{"HOME", "/home/a"}, {"XDG_CONFIG_HOME", "/c"}, {"XDG_CACHE_HOME", "/d"}, {"XDG_STATE_HOME", "relative"}});
  CHECK(xdg.config_directory() == "/c/byok");
  CHECK(xdg.cache_directory() == "/d/byok");
  CHECK(xdg.state_directory() == "/home/a/.local/state/byok");
}

TEST_CASE("Without HOME the password database answers") {
  const Environment environment(Map{});
  const std::filesystem::path home = environment.home();
  CHECK((home.empty() || home.is_absolute()));
  CHECK(environment.config_directory().empty() == home.empty());
}
