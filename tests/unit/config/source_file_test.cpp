// Tests of finding and reading configuration files: sizes, kinds, owners, names.
#include "config/source_file.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <ostream>
#include <string>

#include "unit/config/config_fixture.hpp"

using namespace byok;
using namespace byok::config;
using namespace byok::config::test;

namespace {

std::string all_codes(const std::vector<core::Diagnosis>& problems) { return codes(problems, core::Severity::error); }

}  // namespace

TEST_CASE("The usual file is shown with a tilde, a named one as it was named") {
  const ConfigFolder folder;
  std::vector<core::Diagnosis> problems;
  const SourceFile missing = read_user_file(folder.environment({}), std::nullopt, problems);
  CHECK(missing.name == "~/.config/byok/config.yaml");
  CHECK(missing.path == folder.path() / ".config/byok/config.yaml");
  CHECK_FALSE(missing.is_used);
  CHECK(problems.empty());
  const std::string path = folder.write("a.yaml", "profiles:\n");
  const SourceFile named = read_user_file(folder.environment({}), path, problems);
  CHECK(named.name == path);
  CHECK(named.is_used);
  CHECK(problems.empty());
}

TEST_CASE("A relative name is shown as given and kept as an absolute path") {
  const ConfigFolder folder;
  std::vector<core::Diagnosis> problems;
  const SourceFile file = read_user_file(folder.environment({}), "no/such.yaml", problems);
  CHECK(file.name == "no/such.yaml");
  CHECK(file.path.is_absolute());
  CHECK(all_codes(problems) == "config-missing");
}

TEST_CASE("A directory, a file past 256 KiB and one that is not YAML are problems of the file") {
  const ConfigFolder folder;
  const auto result = [&](const std::string& path) {
    std::vector<core::Diagnosis> problems;
    static_cast<void>(read_user_file(folder.environment({}), path, problems));
    return all_codes(problems);
  };
  CHECK(result(folder.path().string()) == "config-unreadable");
  CHECK(result(folder.write("large.yaml", "# " + std::string(256 * 1024, 'x'))) == "yaml-too-large");
  CHECK(result(folder.write("broken.yaml", "a: [")) == "yaml-syntax");
  CHECK(result(folder.write("two.yaml", "profiles:\n---\nprofiles:\n")) == "yaml-documents");
  CHECK(result("/dev/null").empty());
}

TEST_CASE("Only what runs programs or reads files must be out of the reach of others") {
  const ConfigFolder folder;
  const auto result = [&](std::string_view yaml, std::filesystem::perms more) {
    const std::string path = folder.write("a.yaml", yaml);
    std::filesystem::permissions(path, more, std::filesystem::perm_options::add);
    std::vector<core::Diagnosis> problems;
    static_cast<void>(read_user_file(folder.environment({}), path, problems));
    return all_codes(problems);
  };
  const char* command = "profiles: {p: {bearer_token: {command: [az]}}}";
  const char* file = "profiles: {p: {headers: {A: \"x ${file:~/k}\"}}}";
  const char* plain = "profiles: {p: {api_key: \"${env:K}\"}}";
  using std::filesystem::perms;
  CHECK(result(command, perms::none).empty());
  CHECK(result(command, perms::group_read | perms::others_read).empty());
  CHECK(result(command, perms::group_write) == "config-owner");
  CHECK(result(command, perms::others_write) == "config-owner");
  CHECK(result(file, perms::others_write) == "config-owner");
  CHECK(result(plain, perms::others_write).empty());
}

TEST_CASE("A file with a command that belongs to someone else is refused") {
  const ConfigFolder folder;
  const std::string path = folder.write("a.yaml", "profiles: {p: {api_key: {command: [az]}}}");
  if (geteuid() != 0) {
    MESSAGE("skipped: only root can give a file away");
    return;
  }
  REQUIRE(chown(path.c_str(), 12345, 12345) == 0);
  std::vector<core::Diagnosis> problems;
  static_cast<void>(read_user_file(folder.environment({}), path, problems));
  REQUIRE(all_codes(problems) == "config-owner");
  CHECK(problems[0].summary.find("belongs to someone other than you or root") != std::string::npos);
}

TEST_CASE("The system's file is the first that root owns in the folders of XDG_CONFIG_DIRS") {
  const ConfigFolder folder;
  folder.write("one/other.yaml", "");
  const std::string second = folder.write("two/byok/config.yaml", "profiles:\n");
  const std::string third = folder.write("three/byok/config.yaml", "profiles:\n");
  const std::string dirs = (folder.path() / "one").string() + ":relative::" + (folder.path() / "two").string() + ":" +
                           (folder.path() / "three").string();
  std::vector<core::Diagnosis> problems;
  const auto find = [&] { return read_system_file(folder.environment({{"XDG_CONFIG_DIRS", dirs}}), problems).path; };
  if (geteuid() != 0) {
    CHECK(find().empty());
    return;
  }
  CHECK(find() == second);
  REQUIRE(chown(second.c_str(), 12345, 12345) == 0);
  CHECK(find() == third);
  REQUIRE(chown(third.c_str(), 12345, 12345) == 0);
  CHECK(find().empty());
  CHECK(problems.empty());
}
