// Proves the house rules that the sources themselves can tell: who includes whom, first lines, doors to third parties.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.hpp"

namespace fs = std::filesystem;

namespace {

const fs::path kSource = fs::path(BYOK_SOURCE_DIR) / "src";

// An include points to a lower floor only.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"", {"cli"}},
    {"cli", {"cli", "doctor", "session", "wire", "config", "transport", "mock", "terminal", "core", "base"}},
    {"doctor", {"doctor", "session", "config", "wire", "transport", "core", "base"}},
    {"session", {"session", "wire", "transport", "core", "base"}},
    {"wire", {"wire", "core", "base"}},
    {"config", {"config", "core", "base"}},
    {"transport", {"transport", "core", "base"}},
    {"mock", {"mock", "core", "base"}},
    {"terminal", {"terminal", "base"}},
    {"core", {"core", "base"}},
    {"base", {"base"}},
};

struct Door {
  std::string header;
  std::string prefix;  // of the files that may include it
};
const std::vector<Door> kDoors = {
    {"<CLI/", "cli/arguments.cpp"}, {"<yaml-cpp/", "config/document.cpp"},     {"<curl/", "transport/curl"},
    {"<spdlog/", "base/log.cpp"},   {"<valijson/", "session/json_schema.cpp"}, {"<re2/", "session/schema/pattern.cpp"},
};

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<fs::path> sources() {
  std::vector<fs::path> all;
  for (const auto& entry : fs::recursive_directory_iterator(kSource)) {
    const auto extension = entry.path().extension();
    if (extension == ".cpp" || extension == ".hpp") all.push_back(entry.path());
  }
  return all;
}

}  // namespace

TEST_CASE("no include points up or sideways") {
  std::size_t checked = 0;
  for (const fs::path& path : sources()) {
    const std::string name = fs::relative(path, kSource).string();
    const std::string folder = name.find('/') == std::string::npos ? "" : name.substr(0, name.find('/'));
    CAPTURE(name);
    const auto allowed = kMayInclude.find(folder);
    REQUIRE(allowed != kMayInclude.end());
    for (const std::string& line : lines_of(path)) {
      if (!line.starts_with("#include \"")) continue;
      const std::string target = line.substr(10);
      const std::string target_folder = target.substr(0, target.find('/'));
      CAPTURE(line);
      CHECK(allowed->second.contains(target_folder));
      ++checked;
    }
  }
  CHECK(checked > 100);
}

TEST_CASE("each third party has one door") {
  for (const fs::path& path : sources()) {
    const std::string name = fs::relative(path, kSource).string();
    CAPTURE(name);
    for (const std::string& line : lines_of(path)) {
      if (!line.starts_with("#include <")) continue;
      CAPTURE(line);
      for (const Door& door : kDoors) {
        if (line.find(door.header) != std::string::npos) CHECK(name.starts_with(door.prefix));
      }
      const bool is_header = path.extension() == ".hpp";
      if (is_header) CHECK(line.find("nlohmann/json.hpp") == std::string::npos);
    }
  }
}

TEST_CASE("every file says on its first line what it is") {
  for (const fs::path& path : sources()) {
    const auto lines = lines_of(path);
    CAPTURE(path.string());
    REQUIRE_FALSE(lines.empty());
    CHECK(lines.front().starts_with("// "));
    CHECK(lines.front().ends_with('.'));
    if (path.extension() == ".hpp") CHECK(lines.size() > 1);
    if (path.extension() == ".hpp") CHECK(lines[1] == "#pragma once");
  }
}

TEST_CASE("files stay short enough to be read") {
  for (const fs::path& path : sources()) {
    CAPTURE(path.string());
    CHECK(lines_of(path).size() <= 400);
  }
}
