// Runs case files: for each a fresh folder, a scripted server, the program, and a comparison of everything that came.
//
//   run_case BYOK CASE_FILE...
//
// prints `ok NAME` or `FAIL NAME` with what differs, at last `N passed, N failed`; exit 0 when all passed.
//
// A case is one plain text file, tests/cli/cases/NNN-name.case. Its first line is `# what it proves.`; then come
// sections, each begun by its name in brackets on a line of its own. One empty line before the next section belongs to
// no one (a text that ends in an empty line is followed by two). A line of text that would look like a section is
// written with a backslash in front of its bracket. {{no-newline}} at the end of a text takes its last newline away.
// %PORT% is the server's port and %DIR% the working directory, in all sections but answers. With no [server], [reply]
// or [request], %PORT% is a port that refuses connections.
//
//   [command]        what to run: words with shell quoting, nothing expanded; the word `byok` first. May stand several
//                    times: the earlier ones must exit with 0, the expectations are about the last
//   [env]            NAME=value lines, beside PATH, HOME, XDG_* (all inside the fresh folder) and LANG=C.UTF-8
//   [config]         $XDG_CONFIG_HOME/byok/config.yaml
//   [file NAME]      a file in the working directory (mode 0600)
//   [stdin]          bytes through a pipe; [stdin closed]: closed; no such section: /dev/null
//
//   [server]         an HTTP answer: head (newlines become CRLF), empty line, body to the byte. Each request takes the
//                    next answer; then the connection is closed. {{length}} in the head is the body's length.
//                    Directives:
//                    {{chunk}} begins another write · {{delay MS}} · {{slow MS}} … {{fast}} byte by byte ·
//                    {{repeat N TEXT}} · {{zeros N}} · {{hex 0D0A}} · {{comments MS}} SSE comments without end ·
//                    {{stall}} nothing more · {{reset}} · {{close}} · {{keep}} the connection serves another request
//   [reply KIND STATUS Name: value]
//                    a whole answer with correct headers (and the one given) and `Connection: close`. KIND chat,
//                    responses, anthropic: the text as a reply in that dialect, streamed when the request asks for it,
//                    or as an error from status 400 on; json, sse, html: the text as the body, with directives
//
//   [request]        a request that was made, in order: its first line exactly, then headers (`Name: value` exactly,
//                    `!Name` absent), last `body: JSON` (equal as a value; nothing: no body) or `body-has: JSON` (see
//                    [stdout-json]). The number of requests must be right. `none`: no connection was made
//   [stdout]         exactly this
//   [stdout-json]    the last line of stdout: each member given must match, at any depth; "{{any}}" and "{{absent}}"
//   [stdout-has] [stderr-has] [stderr-lacks]
//                    each line stands somewhere in it, or does not
//   [wrote NAME]     the file in the working directory holds exactly this
//   [absent]         no such files in the working directory, one a line
//   [exit]           the exit code; 0 without this section
//   [secret]         words that may appear nowhere in stdout, stderr and the files left behind, other than those that
//   the
//                    case wrote; so are the values of [env] variables named *_KEY or *_TOKEN from 8 characters on
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/case_checks.hpp"
#include "support/case_file.hpp"
#include "support/process.hpp"
#include "support/raw_server.hpp"
#include "support/replies.hpp"

namespace {

namespace fs = std::filesystem;
using namespace byok::test;

std::string read_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A problem with the case file itself.
std::runtime_error wrong(const Section& section, std::string_view what) {
  return std::runtime_error(fmt::format("line {}: [{}]: {}", section.line, section.name, what));
}

// The fresh folder: everything that the program may find or leave behind is below it.
class Sandbox {
 public:
  Sandbox() {
    std::string name = (fs::temp_directory_path() / "byok-case-XXXXXX").string();
    const char* made = ::mkdtemp(name.data());
    if (made == nullptr) throw std::runtime_error("no temporary folder");
    root_ = made;
    for (const char* each : {"home", "config", "state", "cache", "data", "run", "etc", "work"}) {
      fs::create_directory(root_ / each);
      ::chmod((root_ / each).c_str(), 0700);
    }
  }
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }

  [[nodiscard]] fs::path work() const { return root_ / "work"; }
  [[nodiscard]] fs::path config_file() const { return root_ / "config" / "byok" / "config.yaml"; }

  [[nodiscard]] Variables environment() const {
    const char* path = ::getenv("PATH");
    return {{"PATH", path != nullptr ? path : "/usr/bin:/bin"},
            {"LANG", "C.UTF-8"},
            {"HOME", root_ / "home"},
            {"XDG_CONFIG_HOME", root_ / "config"},
            {"XDG_CONFIG_DIRS", root_ / "etc"},
            {"XDG_STATE_HOME", root_ / "state"},
            {"XDG_CACHE_HOME", root_ / "cache"},
            {"XDG_DATA_HOME", root_ / "data"},
            {"XDG_RUNTIME_DIR", root_ / "run"}};
  }

  void write(const fs::path& path, std::string_view text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    ::chmod(path.c_str(), 0600);
    written_.insert(path);
  }

  // Files that the case did not write.
  [[nodiscard]] std::vector<fs::path> left_behind() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
      if (entry.is_regular_file() && !written_.contains(entry.path())) found.push_back(entry.path());
    }
    return found;
  }

 private:
  fs::path root_;
  std::set<fs::path> written_;
};

Answer answer_of(const Section& section) {
  if (section.name == "server") {
    auto pieces = parse_answer(section.text);
    if (!pieces) throw wrong(section, pieces.error());
    return [pieces = *std::move(pieces)](const Received&) { return pieces; };
  }
  ReplySpec spec;
  const auto words = byok::base::split(section.argument, ' ');
  spec.kind = words.front();
  const auto status = words.size() > 1 ? byok::base::to_int(words[1]) : 200;
  if (!status) throw wrong(section, "the status is not a number");
  spec.status = static_cast<int>(*status);
  if (words.size() > 2) spec.extra_header = section.argument.substr(words[0].size() + words[1].size() + 2);
  spec.text = section.text;
  // The last newline of a reply's text is the file's, not the model's.
  if (spec.text.ends_with('\n') && (spec.kind == "chat" || spec.kind == "responses" || spec.kind == "anthropic")) {
    spec.text.pop_back();
  }
  auto answer = make_reply(spec);
  if (!answer) throw wrong(section, answer.error());
  return *std::move(answer);
}

class Case {
 public:
  Case(fs::path program, CaseFile file) : program_(std::move(program)), file_(std::move(file)) {
    listen();
    for (Section& section : file_.sections) fill_in(section);
  }

  // What differs; empty when the case passes.
  std::string run() {
    prepare();
    const std::vector<const Section*> commands = file_.all("command");
    std::string problems;
    for (const Section* command : commands) {
      const bool is_last = command == commands.back();
      result_ = run_process(options_for(*command, is_last));
      if (result_.timed_out) problems += fmt::format("[command] of line {} did not end\n", command->line);
      if (!is_last) {
        if (result_.exit_code != 0) problems += fmt::format("[command] of line {}: {}\n", command->line, summary());
        check_secrets(problems);
      }
    }
    check_output(problems);
    check_files(problems);
    check_requests(problems);
    check_secrets(problems);
    if (!problems.empty()) problems += summary();
    return problems;
  }

 private:
  void listen() {
    std::vector<Answer> answers;
    for (const Section& section : file_.sections) {
      if (section.name == "server" || section.name == "reply") answers.push_back(answer_of(section));
    }
    if (!answers.empty() || file_.find("request") != nullptr) {
      server_ = std::make_unique<RawServer>(std::move(answers));
      port_ = server_->port();
    } else {
      port_ = closed_.port();
    }
  }

  void fill_in(Section& section) const {
    if (section.name == "server" || section.name == "reply") return;
    for (std::string* text : {&section.text, &section.argument}) {
      *text = byok::base::replace_all(std::move(*text), "%PORT%", std::to_string(port_));
      *text = byok::base::replace_all(std::move(*text), "%DIR%", sandbox_.work().string());
    }
  }

  void prepare() {
    if (const Section* config = file_.find("config")) sandbox_.write(sandbox_.config_file(), config->text);
    for (const Section* file : file_.all("file")) sandbox_.write(sandbox_.work() / file->argument, file->text);
    variables_ = sandbox_.environment();
    for (const Section* section : file_.all("env")) {
      for (const std::string& line : lines_of(section->text)) {
        const std::size_t equals = line.find('=');
        if (equals == std::string::npos) throw wrong(*section, "a line is not NAME=value");
        variables_.insert_or_assign(line.substr(0, equals), line.substr(equals + 1));
      }
    }
  }

  [[nodiscard]] ProcessOptions options_for(const Section& command, bool is_last) const {
    auto words = split_words(command.text);
    if (!words) throw wrong(command, words.error());
    if (words->empty() || words->front() != "byok") throw wrong(command, "the first word is `byok`");
    words->front() = program_.string();
    ProcessOptions options;
    options.argv = *std::move(words);
    options.environment = variables_;
    options.directory = sandbox_.work();
    const Section* input = file_.find("stdin");
    if (input == nullptr || !is_last) return options;
    options.input = input->argument == "closed" ? ProcessOptions::Input::closed : ProcessOptions::Input::bytes;
    options.bytes = input->text;
    return options;
  }

  static void add(std::string& problems, std::string_view section, const std::string& what) {
    if (!what.empty()) problems += fmt::format("[{}]\n{}{}", section, what, what.ends_with('\n') ? "" : "\n");
  }

  void check_output(std::string& problems) const {
    const Section* exit = file_.find("exit");
    const auto expected = exit == nullptr ? 0 : byok::base::to_int(byok::base::trim(exit->text));
    if (!expected) throw wrong(*exit, "not a number");
    if (*expected != result_.exit_code) add(problems, "exit", fmt::format("-{}\n+{}", *expected, result_.exit_code));
    if (const Section* all = file_.find("stdout")) add(problems, "stdout", diff(all->text, result_.out));
    for (const Section* part : file_.all("stdout-json")) {
      add(problems, part->name, json_lacks(part->text, last_line(result_.out)));
    }
    for (const auto& [name, stream, must_be_there] : {std::tuple{"stdout-has", &result_.out, true},
                                                      {"stderr-has", &result_.err, true},
                                                      {"stderr-lacks", &result_.err, false}}) {
      for (const Section* section : file_.all(name)) {
        for (const std::string& line : lines_of(section->text)) {
          if (stream->contains(line) != must_be_there) add(problems, name, line);
        }
      }
    }
  }

  void check_files(std::string& problems) const {
    for (const Section* wrote : file_.all("wrote")) {
      const fs::path path = sandbox_.work() / wrote->argument;
      const std::string name = fmt::format("wrote {}", wrote->argument);
      add(problems, name, fs::exists(path) ? diff(wrote->text, read_bytes(path)) : "there is no such file");
    }
    for (const Section* absent : file_.all("absent")) {
      for (const std::string& name : lines_of(absent->text)) {
        if (fs::exists(sandbox_.work() / name)) add(problems, "absent", name + " is there");
      }
    }
  }

  void check_requests(std::string& problems) const {
    const std::vector<const Section*> expected = file_.all("request");
    if (expected.empty()) return;
    const bool none = byok::base::trim(expected.front()->text) == "none";
    const std::vector<Received> found = server_->requests();
    const std::size_t wanted = none ? 0 : expected.size();
    if (none && server_->connections() > 0) add(problems, "request", "a connection was made");
    if (wanted != found.size())
      add(problems, "request", fmt::format("-{} requests\n+{} requests", wanted, found.size()));
    for (std::size_t i = 0; i < std::min(wanted, found.size()); ++i) {
      const auto request = parse_request(expected[i]->text);
      if (!request) throw wrong(*expected[i], request.error());
      add(problems, fmt::format("request, line {}", expected[i]->line), request_differs(*request, found[i]));
    }
  }

  void check_secrets(std::string& problems) const {
    for (const std::string& secret : secrets_of(file_)) {
      if (result_.out.contains(secret)) add(problems, "secret", "stdout holds " + secret);
      if (result_.err.contains(secret)) add(problems, "secret", "stderr holds " + secret);
      for (const fs::path& path : sandbox_.left_behind()) {
        if (read_bytes(path).contains(secret))
          add(problems, "secret", fmt::format("{} holds {}", path.string(), secret));
      }
    }
  }

  [[nodiscard]] std::string summary() const {
    return fmt::format("exit {}\n--- stdout\n{}\n--- stderr\n{}\n---\n", result_.exit_code,
                       byok::base::abbreviate(result_.out, 4000), byok::base::abbreviate(result_.err, 4000));
  }

  fs::path program_;
  CaseFile file_;
  Sandbox sandbox_;
  ClosedPort closed_;
  std::unique_ptr<RawServer> server_;
  std::uint16_t port_ = 0;
  Variables variables_;
  ProcessResult result_;
};

std::string run_file(const fs::path& program, const fs::path& path) {
  auto file = parse_case(read_bytes(path));
  if (!file) return fmt::format("{}:{}\n", path.string(), file.error());
  try {
    return Case(program, *std::move(file)).run();
  } catch (const std::exception& error) {
    return fmt::format("{}: {}\n", path.string(), error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: run_case BYOK CASE_FILE...\n", stderr);
    return 2;
  }
  const fs::path program = fs::absolute(argv[1]);
  int passed = 0;
  int failed = 0;
  for (const std::string_view name : std::vector<std::string_view>(argv + 2, argv + argc)) {
    const fs::path path(name);
    const std::string problems = run_file(program, path);
    fmt::print("{} {}\n{}", problems.empty() ? "ok" : "FAIL", path.stem().string(), problems);
    std::fflush(stdout);
    ++(problems.empty() ? passed : failed);
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
