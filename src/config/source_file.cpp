// Finding and reading the configuration files, and who may write the ones that run commands.
#include "config/source_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/text.hpp"
#include "config/schema.hpp"

namespace byok::config {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBytes = std::size_t{256} * 1024;

core::Diagnosis problem(const SourceFile& file, std::string code, std::string summary, std::string remedy) {
  core::Diagnosis out;
  out.code = std::move(code);
  out.subject = "configuration";
  out.summary = std::move(summary);
  out.remedy = std::move(remedy);
  out.where = file.name;
  return out;
}

std::string shown(const fs::path& path, const Environment& environment) {
  std::string text = path.string();
  const std::string home = environment.home().string();
  if (home.size() > 1 && text.starts_with(home + "/")) return "~" + text.substr(home.size());
  return text;
}

// What makes the file able to run a program or to read another file on the user's behalf.
bool reaches_out(const Node& node) {
  if (node.text.find("${file:") != std::string::npos) return true;
  return std::ranges::any_of(node.elements, reaches_out) ||
         std::ranges::any_of(node.members, [](const Node::Member& member) {
           return member.key == "command" || reaches_out(member.value);
         });
}

void read(SourceFile& file, const base::FileStatus& status, std::vector<core::Diagnosis>& problems) {
  file.is_used = true;
  file.others_can_read = status.others_can_read;
  if (status.size > kMaxBytes) {
    problems.push_back(problem(file, "yaml-too-large", fmt::format("the file is larger than {} KiB", kMaxBytes / 1024),
                               "is this the right file? A configuration is a few kilobytes"));
    return;
  }
  auto text = base::read_file(file.path, kMaxBytes);
  if (!text) {
    problems.push_back(problem(file, "config-unreadable", std::move(text).error().message,
                               "make the file readable for you, or name another with --config"));
    return;
  }
  file.document = parse_yaml(*text, file.name);
  std::ranges::move(check_file(file.document, file.name), std::back_inserter(problems));
  const bool is_ours = status.owner == geteuid() || status.owner == 0;
  if ((is_ours && !status.others_can_write) || !reaches_out(file.document.root)) return;
  problems.push_back(problem(file, "config-owner",
                             fmt::format("the file holds `command` or ${{file:}}, and {}",
                                         is_ours ? "others can write it" : "belongs to someone other than you or root"),
                             fmt::format("make it yours alone: {}chmod go-w {}", is_ours ? "" : "copy it, then ",
                                         base::shell_quote(file.path.string()))));
}

}  // namespace

SourceFile read_user_file(const Environment& environment, const std::optional<std::string>& config_file,
                          std::vector<core::Diagnosis>& problems) {
  SourceFile file;
  const bool is_named = config_file.has_value() || environment.has("BYOK_CONFIG");
  if (is_named) {
    file.name = config_file ? *config_file : std::string(environment.get("BYOK_CONFIG"));
    std::error_code error;
    file.path = fs::absolute(file.name, error);
    if (error) file.path = file.name;
  } else {
    const fs::path directory = environment.config_directory();
    if (directory.empty()) return file;
    file.path = directory / "config.yaml";
    file.name = shown(file.path, environment);
  }
  const base::FileStatus status = base::status_of(file.path);
  if (status.exists) {
    read(file, status, problems);
  } else if (is_named) {
    problems.push_back(problem(file, "config-missing",
                               fmt::format("the configuration file {} does not exist", file.name),
                               config_file ? "check the path behind --config" : "check the variable BYOK_CONFIG"));
  }
  return file;
}

SourceFile read_system_file(const Environment& environment, std::vector<core::Diagnosis>& problems) {
  SourceFile file;
  const std::string_view given = environment.get("XDG_CONFIG_DIRS");
  for (const std::string_view directory : base::split(given.empty() ? "/etc/xdg" : given, ':')) {
    const fs::path path = fs::path(directory) / "byok" / "config.yaml";
    if (!path.is_absolute()) continue;
    const base::FileStatus status = base::status_of(path);
    if (!status.exists || !status.is_regular || status.owner != 0) continue;
    file.path = path;
    file.name = path.string();
    read(file, status, problems);
    break;
  }
  return file;
}

}  // namespace byok::config
