// byok_bench: what byok takes beside curl on the same loopback server in the same run, as ratios; it asserts nothing.
//
//   cmake --preset release && cmake --build --preset release
//   build/release/byok_bench build/release/byok [--rounds N] [--batch N] [PART...]
//
// Parts: small, medium, large, memory, https, version, interrupt, prompt, keys, paste, markdown; all without one.
// Figures are medians of 11 rounds (--rounds) in which byok and curl take turns; for `memory` and `interrupt`, where
// curl has no part, of byok's runs. The last four are `byok chat` on a pseudo-terminal: the first prompt beside `byok
// --version`, and with 10,000 lines of history; a key in a line of 2,000 characters; a paste of 100 KB; a reply
// rendered as markdown beside the same with --raw. The machine should have nothing else to do and at least two
// processors, one for the server.
//
// The server is a process of its own. It streams by the chunked coding and sends 16 events (--batch), some 4 KiB, in
// one chunk and one send, as a proxy in front of a fast model does. With one event a chunk (--batch 1) curl -N writes
// each event by itself, where byok writes once for all that one read brought, and the ratios flatter byok.
// The profiles come from a config file of the usual size.
#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "loopback.hpp"
#include "person.hpp"
#include "program.hpp"
#include "replies.hpp"

namespace byok::bench {
namespace {

constexpr std::string_view kPrompt = "Explain how a kernel schedules threads.";

struct Wire {
  Api api;
  std::string_view name, path, settings;
};
constexpr Wire kWires[] = {
    {Api::chat, "chat", "/v1/chat/completions", "wire_api: completions"},
    {Api::responses, "responses", "/v1/responses", "wire_api: responses"},
    {Api::messages, "messages", "/v1/messages", "type: anthropic"},
};
constexpr std::string_view kCounts[] = {"5", "20000", "200000", "1000000", "silent"};
constexpr std::string_view kMarkdownCount = "20000";
constexpr std::string_view kPromptShown = "\x1b[?2004h";  // bracketed paste is on: keys are waited for
constexpr std::string_view kTextEnd = "the-end";
constexpr int kKeys = 500;

// A folder for the run, removed at its end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "byok_bench.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
    path_ = name;
    std::filesystem::create_directory(path_ / "ca");
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

enum class Measure { wall, cpu, memory };

double figure(const Figures& figures, Measure measure) {
  switch (measure) {
    case Measure::wall:
      return figures.wall_ms;
    case Measure::cpu:
      return figures.cpu_ms;
    case Measure::memory:
      return figures.memory_mib;
  }
  return 0;
}

// The rounds of one comparison.
struct Rounds {
  std::vector<Figures> byok, curl;

  [[nodiscard]] static double median_of(const std::vector<Figures>& runs, Measure measure) {
    std::vector<double> values;
    for (const Figures& run : runs) values.push_back(figure(run, measure));
    return median(std::move(values));
  }
};

void print_row(std::string_view name, std::string_view byok, std::string_view curl, std::string_view ratio,
               std::string_view target) {
  fmt::print("{:<28}{:>12}{:>12}{:>10}   {}\n", name, byok, curl, ratio, target);
  std::fflush(stdout);
}

void print_ratio(std::string_view name, const Rounds& rounds, Measure measure, double target) {
  const double byok = Rounds::median_of(rounds.byok, measure);
  const double curl = Rounds::median_of(rounds.curl, measure);
  print_row(name, fmt::format("{:.2f} ms", byok), fmt::format("{:.2f} ms", curl), fmt::format("{:.2f}", byok / curl),
            fmt::format("<= {:.2f}", target));
}

class Bench {
 public:
  Bench(std::string byok, int rounds, std::size_t batch)
      : byok_(std::move(byok)), rounds_(rounds), server_(folder_.path() / "ca", batch) {
    const char* const path = ::getenv("PATH");
    environment_ = {fmt::format("PATH={}", path == nullptr ? "/usr/bin:/bin" : path),
                    fmt::format("HOME={}", folder_.path().string()), "BENCH_KEY=sk-bench-0123456789abcdef",
                    fmt::format("SSL_CERT_DIR={}", (folder_.path() / "ca").string())};
    write_config();
  }

  void small() {
    const Rounds rounds = compare(ask("chat-5"), curl(kWires[0], server_.url("5")));
    print_ratio("5 chunks: wall", rounds, Measure::wall, 1.2);
    print_ratio("5 chunks: CPU", rounds, Measure::cpu, 1.25);
    const double byok = Rounds::median_of(rounds.byok, Measure::memory);
    const double curl = Rounds::median_of(rounds.curl, Measure::memory);
    print_row("5 chunks: memory", fmt::format("{:.1f} MiB", byok), fmt::format("{:.1f} MiB", curl),
              fmt::format("{:+.1f}", byok - curl), "<= +6 MiB");
  }
  void medium() { stream("20000", 1.5); }
  void large() { stream("200000", 3.0); }
  void memory() {
    const double text = static_cast<double>(text_size(Api::chat, 1'000'000)) / (1024.0 * 1024.0);
    for (const std::string_view format : {"text", "json"}) {
      const auto with_format = [&](std::string_view profile) {
        Command command = ask(profile);
        command.argv.push_back(fmt::format("--output-format={}", format));
        return command;
      };
      const double more = peak(with_format("chat-1000000")) - peak(with_format("chat-5"));
      print_row(fmt::format("1000000 chunks, {}: memory", format), fmt::format("{:+.1f} MiB", more),
                fmt::format("{:.1f} text", text), fmt::format("{:.2f}", more / text), "<= 2.00");
    }
  }
  void https() {
    print_ratio("first HTTPS request: wall", compare(ask("tls"), curl(kWires[0], server_.tls_url("5"))), Measure::wall,
                0.5);
  }
  void version() {
    print_ratio("--version: wall", compare(program({byok_, "--version"}), program({"curl", "--version"})),
                Measure::wall, 1.3);
  }
  void interrupt() {
    std::vector<double> times;
    for (int i = 0; i < rounds_; ++i) times.push_back(time_to_close());
    print_row("SIGINT to closed connection", fmt::format("{:.2f} ms", median(times)), "",
              fmt::format("max {:.2f}", *std::ranges::max_element(times)), "< 10 ms");
  }
  void prompt() {
    const Command chat = talk("chat-5");
    const auto first_prompt = [&] {
      Person person(chat);
      person.wait_for(kPromptShown);
      return person.leave();
    };
    const Command version = program({byok_, "--version"});
    std::vector<double> plain, remembering, versions;
    for (int i = 0; i < rounds_; ++i) {
      write_history(0);
      plain.push_back(first_prompt().wait_ms);
      write_history(10'000);
      remembering.push_back(first_prompt().wait_ms);
      versions.push_back(measure(version).wall_ms);
    }
    write_history(0);
    print_row("first prompt: wall", fmt::format("{:.2f} ms", median(plain)),
              fmt::format("{:.2f} ver.", median(versions)), fmt::format("{:.2f}", median(plain) / median(versions)),
              "<= 1.50");
    print_row("10000 lines of history: wall", fmt::format("{:+.2f} ms", median(remembering) - median(plain)), "", "",
              "< +10 ms");
  }
  void keys() {
    for (const std::string_view where : {"end", "beginning"}) {
      const auto typing = [&](int keys) {
        Person person(talk("chat-5"));
        person.wait_for(kPromptShown);
        person.type("\x1b[200~" + std::string(2'000, 'x') + std::string(kTextEnd) + "\x1b[201~");
        person.wait_for(kTextEnd);
        if (where == "beginning") person.type_and_look("\x01");
        for (int i = 0; i < keys; ++i) person.type_and_look("a");
        return person.leave().cpu_ms;
      };
      std::vector<double> none, many;
      for (int i = 0; i < rounds_; ++i) {
        none.push_back(typing(0));
        many.push_back(typing(kKeys));
      }
      print_row(fmt::format("a key at the {}: CPU", where),
                fmt::format("{:.3f} ms", (median(many) - median(none)) / kKeys), "", "", "< 1 ms");
    }
  }
  void paste() {
    std::string text;
    while (text.size() < 100'000) text += "a line of what was copied from somewhere else\r";
    text += kTextEnd;
    std::vector<double> walls, more, none;
    for (int i = 0; i < rounds_; ++i) {
      Person idle(talk("chat-5"));
      idle.wait_for(kPromptShown);
      none.push_back(idle.leave().cpu_ms);
      Person person(talk("chat-5"));
      person.wait_for(kPromptShown);
      const auto before = now_ns();
      person.type("\x1b[200~" + text + "\x1b[201~");
      person.wait_for(kTextEnd);
      walls.push_back(static_cast<double>(now_ns() - before) / 1e6);
      more.push_back(person.leave().cpu_ms);
    }
    print_row("paste of 100 KB: wall", fmt::format("{:.2f} ms", median(walls)), "", "", "< 100 ms");
    print_row("paste of 100 KB: CPU", fmt::format("{:+.2f} ms", median(more) - median(none)), "", "", "");
  }
  void markdown() {
    const auto streaming = [&](bool is_raw) {
      Command command = talk("markdown");
      if (is_raw) command.argv.emplace_back("--raw");
      command.argv.emplace_back(kPrompt);
      Person person(command);
      // Off while the reply comes, on again at the prompt behind it.
      person.wait_for(kPromptShown);
      if (!person.has_seen("tokens")) person.wait_for_next(kPromptShown);
      return person.leave().cpu_ms;
    };
    std::vector<double> rendered, raw;
    for (int i = 0; i < rounds_; ++i) {
      rendered.push_back(streaming(false));
      raw.push_back(streaming(true));
    }
    print_row(fmt::format("{} chunks as markdown: CPU", kMarkdownCount), fmt::format("{:.2f} ms", median(rendered)),
              fmt::format("{:.2f} raw", median(raw)), fmt::format("{:.2f}", median(rendered) / median(raw)), "<= 2.00");
  }

 private:
  // The prompts typed before, as many.
  void write_history(int lines) const {
    const std::filesystem::path state = folder_.path() / ".local" / "state" / "byok";
    std::filesystem::create_directories(state);
    std::ofstream file(state / "history");
    for (int i = 0; i < lines; ++i) file << fmt::format("What does line {} of this history say of threads?\n", i);
  }
  void write_config() {
    std::ofstream file(folder_.path() / "config.yaml");
    file << "profiles:\n";
    const auto add = [&](std::string_view name, std::string_view url, std::string_view settings) {
      file << fmt::format("  {}:\n    base_url: {}\n    {}\n    model: bench\n    api_key: ${{env:BENCH_KEY}}\n", name,
                          url, settings);
    };
    for (const Wire& wire : kWires) {
      // Anthropic's base has no version in it.
      const std::string_view tail = wire.api == Api::messages ? "" : "/v1";
      for (const std::string_view count : kCounts)
        add(fmt::format("{}-{}", wire.name, count), server_.url(count) + std::string(tail), wire.settings);
    }
    add("tls", server_.tls_url("5") + "/v1", kWires[0].settings);
    add("markdown", server_.url(kMarkdownCount) + "/markdown/v1", kWires[0].settings);
    file.close();
    std::filesystem::permissions(folder_.path() / "config.yaml", std::filesystem::perms::owner_read);
  }

  [[nodiscard]] Command program(std::vector<std::string> argv) const { return {std::move(argv), environment_}; }
  [[nodiscard]] Command ask(std::string_view profile) const {
    return program({byok_, "ask", "--config", (folder_.path() / "config.yaml").string(), "-n", "-p",
                    std::string(profile), std::string(kPrompt)});
  }
  [[nodiscard]] Command talk(std::string_view profile) const {
    Command command = program({byok_, "chat", "--no-save", "--config", (folder_.path() / "config.yaml").string(), "-p",
                               std::string(profile)});
    command.environment.emplace_back("TERM=xterm-256color");
    return command;
  }
  [[nodiscard]] Command curl(const Wire& wire, const std::string& url) const {
    return program(
        {"curl", "-sN", url + std::string(wire.path), "-H", "Content-Type: application/json", "-H",
         "Authorization: Bearer sk-bench-0123456789abcdef", "-d",
         fmt::format(R"({{"model":"bench","stream":true,"messages":[{{"role":"user","content":"{}"}}]}})", kPrompt),
         "-o", "/dev/null"});
  }

  [[nodiscard]] Rounds compare(const Command& byok, const Command& curl) const {
    static_cast<void>(measure(byok));  // both into the page cache
    static_cast<void>(measure(curl));
    Rounds rounds;
    for (int i = 0; i < rounds_; ++i) {
      rounds.byok.push_back(measure(byok));
      rounds.curl.push_back(measure(curl));
    }
    return rounds;
  }

  void stream(std::string_view count, double target) const {
    for (const Wire& wire : kWires) {
      const Rounds rounds = compare(ask(fmt::format("{}-{}", wire.name, count)), curl(wire, server_.url(count)));
      print_ratio(fmt::format("{} chunks, {}: CPU", count, wire.name), rounds, Measure::cpu, target);
    }
  }

  [[nodiscard]] double peak(const Command& command) const {
    std::vector<double> values;
    for (int i = 0; i < std::min(rounds_, 3); ++i) values.push_back(measure(command).memory_mib);
    return median(std::move(values));
  }

  // Milliseconds from the signal to the end of the connection, as the server sees it.
  [[nodiscard]] double time_to_close() const {
    Watch& watch = server_.watch();
    watch.silent_since = 0;
    watch.closed_at = 0;
    const Command command = ask("chat-silent");
    const pid_t process = start(command);
    const auto deadline = now_ns() + 10'000'000'000;
    const auto wait = [&](const std::atomic<std::int64_t>& time) {
      while (time == 0 && now_ns() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    };
    wait(watch.silent_since);
    std::this_thread::sleep_for(std::chrono::milliseconds(30));  // until it waits for more
    const auto sent_at = now_ns();
    ::kill(process, SIGINT);
    wait_for(process, command, 130);
    wait(watch.closed_at);
    return static_cast<double>(watch.closed_at - sent_at) / 1e6;
  }

  std::string byok_;
  int rounds_;
  Folder folder_;
  Loopback server_;
  std::vector<std::string> environment_;
};

struct Part {
  std::string_view name;
  void (Bench::*run)();
};
constexpr Part kParts[] = {
    {"small", &Bench::small},         {"medium", &Bench::medium},     {"large", &Bench::large},
    {"memory", &Bench::memory},       {"https", &Bench::https},       {"version", &Bench::version},
    {"interrupt", &Bench::interrupt}, {"prompt", &Bench::prompt},     {"keys", &Bench::keys},
    {"paste", &Bench::paste},         {"markdown", &Bench::markdown},
};

int usage() {
  fmt::print(stderr, "usage: byok_bench BYOK [--rounds N] [--batch N] [PART...]\nparts:");
  for (const Part& part : kParts) fmt::print(stderr, " {}", part.name);
  fmt::print(stderr, "\n");
  return 2;
}

int run(const std::vector<std::string_view>& words) {
  int rounds = 11;
  int batch = 16;
  std::vector<Part> parts;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "--rounds" || words[i] == "--batch") {
      int& value = words[i] == "--rounds" ? rounds : batch;
      if (++i == words.size()) return usage();
      std::from_chars(words[i].data(), words[i].data() + words[i].size(), value);
      continue;
    }
    const auto* const part = std::ranges::find(kParts, words[i], &Part::name);
    if (part == std::end(kParts)) return usage();
    parts.push_back(*part);
  }
  if (words.empty() || rounds < 1 || batch < 1) return usage();
  if (parts.empty()) parts.assign(std::begin(kParts), std::end(kParts));
  Bench bench{std::string(words[0]), rounds, static_cast<std::size_t>(batch)};
  print_row("", "byok", "curl", "ratio", "target");
  for (const Part& part : parts) (bench.*part.run)();
  return 0;
}

}  // namespace
}  // namespace byok::bench

int main(int argc, char** argv) {
  try {
    return byok::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "byok_bench: {}\n", error.what());
    return 1;
  }
}
