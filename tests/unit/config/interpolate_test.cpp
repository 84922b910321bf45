// Tests of `${…}` in configuration values: what is found, what it becomes, and how a shell would write it.
#include "config/interpolate.hpp"

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using byok::base::ErrorKind;
using byok::config::Environment;
using byok::config::interpolate;
using byok::config::InterpolationOptions;
using byok::config::Reference;
using byok::config::references;
using byok::config::to_shell;

namespace {

const Environment& environment() {
  static const Environment values(
      {{"KEY", "k-123"}, {"PADDED", "  p \n"}, {"EMPTY", ""}, {"BLANK", "  \t"}, {"TWICE", "${env:KEY}"}});
  return values;
}

// The value, or "kind: message".
std::string value_of(std::string_view text, const InterpolationOptions& options = {},
                     const Environment& variables = environment()) {
  std::vector<std::string> warnings;
  const auto value = interpolate(text, variables, options, warnings);
  if (value) return *value;
  return std::string(to_string(value.error().kind)) + ": " + value.error().message;
}

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "byok-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  void write(const std::string& name, std::string_view text, mode_t mode = 0600) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    ::chmod((path_ / name).c_str(), mode);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("References are found in order, with their defaults") {
  const auto found = references("a${env:ONE}b${env:TWO:-x y}${file:~/.key}$${env:NOT}");
  REQUIRE(found);
  REQUIRE(found->size() == 3);
  CHECK((*found)[0].kind == Reference::Kind::env);
  CHECK((*found)[0].name == "ONE");
  CHECK_FALSE((*found)[0].has_default);
  CHECK((*found)[1].name == "TWO");
  CHECK((*found)[1].has_default);
  CHECK((*found)[1].default_value == "x y");
  CHECK((*found)[2].kind == Reference::Kind::file);
  CHECK((*found)[2].name == "~/.key");
}

TEST_CASE("A text without a reference has none, whatever dollars it holds") {
  for (const std::string_view text : {"", "plain", "$", "$$", "$NAME", "{env:A}", "$ {env:A}", "}", "$${"}) {
    CAPTURE(text);
    const auto found = references(text);
    REQUIRE(found);
    CHECK(found->empty());
  }
}

TEST_CASE("A reference that is not one is a configuration error") {
  struct Row {
    std::string_view text, message;
  };
  for (const Row& row : std::vector<Row>{
           {"${env:A", "a ${ is not closed by }"},
           {"${", "a ${ is not closed by }"},
           {"x${env:A}${file:", "a ${ is not closed by }"},
           {"${KEY}", "${KEY} does not say what KEY is; meant ${env:KEY}?"},
           {"${}", "a ${…} is neither ${env:…} nor ${file:…}"},
           {"${secret:A}", "a ${…} is neither ${env:…} nor ${file:…}"},
           {"${ENV:A}", "a ${…} is neither ${env:…} nor ${file:…}"},
           {"${env:}", "the name in ${env:…} is not a variable's: letters, digits and _ only"},
           {"${env:9A}", "the name in ${env:…} is not a variable's: letters, digits and _ only"},
           {"${env:A B}", "the name in ${env:…} is not a variable's: letters, digits and _ only"},
           {"${env:A-default}", "the name in ${env:…} is not a variable's: letters, digits and _ only"},
           {"${file:}", "${file:} names no file"},
           {"${file:  }", "${file:} names no file"},
       }) {
    CAPTURE(row.text);
    const auto found = references(row.text);
    REQUIRE_FALSE(found);
    CHECK(found.error().kind == ErrorKind::config);
    CHECK(found.error().message == row.message);
    CHECK_FALSE(found.error().hint.empty());
  }
}

TEST_CASE("What stands around a broken reference is kept out of the message") {
  for (const std::string_view text : {"sk-verysecret${", "sk-verysecret${x:y}", "sk-a${sk-verysecret}"}) {
    const auto found = references(text);
    REQUIRE_FALSE(found);
    CHECK_FALSE(found.error().message.contains("verysecret"));
    CHECK_FALSE(found.error().hint.contains("verysecret"));
  }
}

TEST_CASE("Variables take the place of their references, once") {
  struct Row {
    std::string_view text, value;
  };
  for (const Row& row : std::vector<Row>{
           {"", ""},
           {"plain", "plain"},
           {"${env:KEY}", "k-123"},
           {"Bearer ${env:KEY}!", "Bearer k-123!"},
           {"${env:KEY}${env:KEY}", "k-123k-123"},
           {"${env:PADDED}", "p"},
           {"${env:TWICE}", "${env:KEY}"},
           {"${env:NONE:-other}", "other"},
           {"${env:EMPTY:-other}", "other"},
           {"${env:NONE:-}", ""},
           {"${env:KEY:-other}", "k-123"},
           {"${env:NONE:-${env:KEY}", "${env:KEY"},
           {"${env:NONE:-a:-b}", "a:-b"},
           {"$${env:KEY}", "${env:KEY}"},
           {"$$${env:KEY}", "$${env:KEY}"},
           {"a $ b $$ c", "a $ b $$ c"},
       }) {
    CAPTURE(row.text);
    CHECK(value_of(row.text) == row.value);
  }
}

TEST_CASE("An unset and an empty variable are errors that name it") {
  CHECK(value_of("x${env:NONE}") == "config: the variable NONE is not set");
  CHECK(value_of("${env:EMPTY}") == "config: the variable EMPTY is empty");
  CHECK(value_of("${env:BLANK}") == "config: the variable BLANK is empty");
}

TEST_CASE("Where unset variables are allowed they stay as written") {
  const InterpolationOptions options{.directory = {}, .allow_unset = true};
  CHECK(value_of("a ${env:NONE} b ${env:KEY}", options) == "a ${env:NONE} b k-123");
  CHECK(value_of("${env:NONE:-d}", options) == "d");
}

TEST_CASE("A file's content is trimmed, found absolute, below home or beside the configuration") {
  const Folder folder;
  folder.write("key", " file-secret\r\n");
  std::filesystem::create_directory(folder.path() / "keys");
  folder.write("keys/a", "nested");
  const Environment variables({{"HOME", folder.path().string()}});
  const InterpolationOptions options{.directory = folder.path(), .allow_unset = false};
  CHECK(value_of("${file:" + (folder.path() / "key").string() + "}") == "file-secret");
  CHECK(value_of("${file:~/key}", {}, variables) == "file-secret");
  CHECK(value_of("<${file:keys/a}>", options) == "<nested>");
  CHECK(value_of("${file: key }", options) == "file-secret");
}

TEST_CASE("A file that cannot be a secret is a configuration error that names it") {
  const Folder folder;
  folder.write("empty", "\n\n");
  folder.write("large", std::string(64 * 1024 + 1, 'a'));
  folder.write("largest", std::string(64 * 1024, 'a'));
  std::filesystem::create_directory(folder.path() / "directory");
  REQUIRE(::mkfifo((folder.path() / "fifo").c_str(), 0600) == 0);
  const InterpolationOptions options{.directory = folder.path(), .allow_unset = true};
  for (const std::string name : {"empty", "large", "directory", "fifo", "missing"}) {
    CAPTURE(name);
    const std::string message = value_of("${file:" + name + "}", options);
    CHECK(message.starts_with("config: "));
    CHECK(message.contains((folder.path() / name).string()));
  }
  CHECK(value_of("${file:largest}", options).size() == 64 * 1024);
}

TEST_CASE("A relative path without a configuration file leads nowhere") {
  CHECK(value_of("${file:key}").starts_with("config: ${file:key} is relative"));
}

TEST_CASE("A file that others can read is used with a warning that holds the mending command") {
  const Folder folder;
  folder.write("open", "secret", 0644);
  folder.write("closed", "secret", 0600);
  const InterpolationOptions options{.directory = folder.path(), .allow_unset = false};
  std::vector<std::string> warnings;
  REQUIRE(interpolate("${file:closed}", environment(), options, warnings));
  CHECK(warnings.empty());
  REQUIRE(interpolate("${file:open}", environment(), options, warnings));
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].contains("chmod 600 " + (folder.path() / "open").string()));
}

TEST_CASE("A shell would write the same text inside double quotes") {
  struct Row {
    std::string_view text, shell;
  };
  for (const Row& row : std::vector<Row>{
           {"plain", "plain"},
           {"${env:KEY}", "$KEY"},
           {"Bearer ${env:KEY}", "Bearer $KEY"},
           {"${env:KEY}x", "${KEY}x"},
           {"${env:KEY}_x", "${KEY}_x"},
           {"${env:KEY}-x", "$KEY-x"},
           {"${env:KEY}${env:B}", "$KEY$B"},
           {"${env:KEY:-a b}", "${KEY:-a b}"},
           {"${env:KEY:-a\"$b}", "${KEY:-a\\\"\\$b}"},
           {"${file:/k/a}", "$(cat /k/a)"},
           {"${file:/k/a b}", "$(cat '/k/a b')"},
           {"${file:~/.keys/a}", "$(cat ~/.keys/a)"},
           {"${file:~/a b}", "$(cat ~/'a b')"},
           {"${file:-x}", "$(cat ./-x)"},
           {"$${env:KEY}", "\\${env:KEY}"},
           {R"(a"b`c\d$e)", R"(a\"b\`c\\d\$e)"},
           {"${broken", "\\${broken"},
       }) {
    CAPTURE(row.text);
    CHECK(to_shell(row.text) == row.shell);
  }
}
