// The model list as the real program shows it: from servers, from the cache, in a terminal; and the local servers that
// it finds by itself.
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "integration/answers.hpp"
#include "integration/sandbox.hpp"
#include "support/raw_server.hpp"

using namespace byok::test;

namespace {

Answer json(std::string_view body, int status = 200) {
  return answer(fmt::format(
      "HTTP/1.1 {} X\nContent-Type: application/json\nContent-Length: {{{{length}}}}\nConnection: close\n\n{}", status,
      body));
}

constexpr std::string_view kVariant = "Phi-4-mini-instruct-generic-cpu:5";
// Foundry Local's list: what is loaded, or as here nothing; then what is on the disk.
Answer nothing_loaded() {
  return json(R"({"data":[],"IsDelta":false,"Successful":true,"HttpStatusCode":0,"object":"list"})");
}
Answer one_on_disk() { return json(R"(["Phi-4-mini-instruct-generic-cpu:5"])"); }
Answer not_there() { return json("{}", 404); }

// A machine on which `foundry` is this script; each call leaves a line in `asked`.
class FoundryMachine : public Sandbox {
 public:
  explicit FoundryMachine(std::string_view script) {
    const fs::path program =
        write(root() / "bin" / "foundry", fmt::format("#!/bin/sh\necho \"$*\" >> '{}'\n{}", asked_.string(), script));
    ::chmod(program.c_str(), 0700);
    environment["PATH"] = fmt::format("{}:{}", program.parent_path().string(), environment["PATH"]);
  }
  [[nodiscard]] std::string asked() const { return fs::exists(asked_) ? read_bytes(asked_) : ""; }

 private:
  fs::path asked_ = root() / "asked";
};

std::string new_version(std::uint16_t port) {
  return fmt::format("[ \"$1 $2\" = 'server status' ] && printf 'Status    Ready\\nWeb URLs  http://127.0.0.1:{}\\n'\n",
                     port);
}
std::string old_version(std::uint16_t port) {
  return fmt::format(
      "if [ \"$1 $2\" = 'service status' ]; then\n"
      "echo '🟢 Model management service is running on http://127.0.0.1:{}/openai/status'; exit 0; fi\n"
      "echo \"'$1' was not matched. Did you mean one of the following?\" >&2; exit 1\n",
      port);
}

std::vector<std::string> first_lines(const RawServer& server) {
  std::vector<std::string> lines;
  for (const Received& request : server.requests()) lines.push_back(request.first_line());
  return lines;
}

std::size_t widest_line(std::string_view text) {
  std::size_t widest = 0;
  for (std::string_view line : byok::base::split(text, '\n')) {
    std::size_t count = 0;
    for (; !line.empty() && line != "\r"; ++count) line.remove_prefix(byok::base::first_utf8(line).length);
    widest = std::max(widest, count);
  }
  return widest;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("foundry-local: an alias and no port are enough, with old and new versions") {
    for (const bool is_new : {true, false}) {
      RawServer server({nothing_loaded(), one_on_disk(), chat("Hello.")});
      const FoundryMachine machine(is_new ? new_version(server.port()) : old_version(server.port()));
      const ProcessResult result = machine.run({"ask", "-p", "foundry-local", "-m", "phi-4-mini", "hi"});
      CHECK_MESSAGE(result.exit_code == 0, summary(result));
      CHECK(result.out == "Hello.\n");
      CHECK(result.err == fmt::format("byok: phi-4-mini is {} here\n", kVariant));
      REQUIRE(server.requests().size() == 3);
      CHECK(server.requests()[2].first_line() == "POST /v1/chat/completions HTTP/1.1");
      CHECK(server.requests()[2].body.contains(fmt::format("\"model\":\"{}\"", kVariant)));
      CHECK_FALSE(server.requests()[2].has_header("authorization"));
      CHECK(machine.asked() == (is_new ? "server status\n" : "server status\nservice status\n"));
    }
  }

  TEST_CASE("foundry-local: with one model installed none need be named") {
    RawServer server({nothing_loaded(), one_on_disk(), chat("Hello.")});
    const FoundryMachine machine(new_version(server.port()));
    const ProcessResult result = machine.run({"ask", "-p", "foundry-local", "hi"});
    CHECK_MESSAGE(result.exit_code == 0, summary(result));
    CHECK(result.out == "Hello.\n");
    CHECK(result.err.contains(fmt::format("byok: using {}, the only model that is served", kVariant)));
    CHECK(machine.asked() == "server status\n");
  }

  TEST_CASE("foundry-local: an alias of several variants is sent as it is, and the error names them") {
    const Answer two = json(R"({"data":[{"id":"phi-4-mini-cpu:5","toolCalling":true},{"id":"phi-4-mini-gpu:5"}]})");
    RawServer server({two, not_there(), refusal(404, "model phi-4-mini was not found"), two, not_there()});
    const FoundryMachine machine(new_version(server.port()));
    const ProcessResult result = machine.run({"ask", "-p", "foundry-local", "-m", "phi-4-mini", "hi"});
    CHECK(result.exit_code == 1);
    CHECK(server.requests()[2].body.contains(R"("model":"phi-4-mini")"));
    CHECK_MESSAGE(result.err.contains("did you mean phi-4-mini-cpu:5, phi-4-mini-gpu:5?"), summary(result));
  }

  TEST_CASE("foundry-local: a profile that extends it finds the port too") {
    RawServer server({nothing_loaded(), one_on_disk(), chat("Hello.")});
    const FoundryMachine machine(new_version(server.port()));
    static_cast<void>(
        machine.write(machine.config_file(), "profiles: {mine: {extends: foundry-local, model: phi-4-mini}}\n"));
    CHECK(machine.run({"ask", "hi"}).out == "Hello.\n");
  }

  TEST_CASE("foundry-local: a server that does not run, a program that says nothing, none at all") {
    const FoundryMachine stopped("echo '🔴 Model management service is not running!'; exit 1\n");
    ProcessResult result = stopped.run({"ask", "-p", "foundry-local", "-m", "m", "hi"});
    CHECK(result.exit_code == 5);
    CHECK_MESSAGE(result.err.contains("Foundry Local is not running"), summary(result));
    CHECK(result.err.contains("foundry server start"));

    const FoundryMachine mute("exit 0\n");
    result = mute.run({"models", "list", "-p", "foundry-local", "--json"});
    CHECK(result.exit_code == 5);
    CHECK_MESSAGE(result.out.contains("foundry-local-unreadable"), summary(result));

    const Sandbox bare;
    result = bare.run({"models", "list", "-p", "foundry-local"});
    CHECK(result.exit_code == 3);
    CHECK_MESSAGE(result.err.contains("Foundry Local is not installed"), summary(result));
  }

  TEST_CASE("foundry-local: Ctrl-C ends a wait for its program") {
    const FoundryMachine machine("sleep 60\n");
    Process process(machine.byok({"models", "list", "-p", "foundry-local"}));
    CHECK(comes_true([&] { return machine.asked() == "server status\n"; }));
    process.send_signal(SIGINT);
    const ProcessResult result = process.finish();
    CHECK_MESSAGE(result.exit_code == 130, summary(result));
    CHECK_FALSE(result.timed_out);
  }

  TEST_CASE("a profile's <PORT> stays an error, and is answered with the port found") {
    const FoundryMachine machine(new_version(5273));
    static_cast<void>(machine.write(machine.config_file(),
                                    "profiles: {local: {base_url: \"http://localhost:<PORT>/v1\", model: m}}\n"));
    const ProcessResult result = machine.run({"ask", "hi"});
    CHECK(result.exit_code == 3);
    CHECK_MESSAGE(result.err.contains("placeholder <PORT>"), summary(result));
    CHECK(result.err.contains("write base_url: http://127.0.0.1:5273/v1"));
  }

  TEST_CASE("nothing of this happens to other profiles") {
    const FoundryMachine machine(new_version(5273));
    CHECK(machine.run({"ask", "-p", "demo", "hi"}).exit_code == 0);
    static_cast<void>(machine.run({"profiles", "list"}));
    static_cast<void>(machine.run({"ask", "-p", "openai", "-m", "m", "hi"}));
    CHECK(machine.asked().empty());
  }

  TEST_CASE("a kept list starts no connection, and is in the cache's folder for the owner alone") {
    RawServer server({json(R"({"data":[{"id":"b"},{"id":"a"}]})")});
    const Sandbox sandbox(server.port());
    const ProcessResult first = sandbox.run({"models", "list"});
    CHECK_MESSAGE(first.exit_code == 0, summary(first));
    CHECK(server.connections() == 1);
    for (const auto& words : {std::vector<std::string>{"models", "list"}, {"models", "show", "a"}}) {
      CHECK(sandbox.run(words).exit_code == 0);
    }
    CHECK(sandbox.run({"models", "list"}).out == first.out);
    CHECK(server.connections() == 1);
    const fs::path cache = sandbox.root() / "cache" / "byok";
    std::size_t lists = 0;
    for (const fs::path& file : sandbox.files()) {
      if (file.parent_path() != cache) continue;
      ++lists;
      CHECK(mode_of(file) == 0600);
    }
    CHECK(lists == 1);
    CHECK(mode_of(cache) == 0700);
  }

  TEST_CASE("what was added since the list was kept is found by its id") {
    RawServer server({json(R"({"data":[{"id":"a"}]})"), json(R"({"data":[{"id":"a"},{"id":"new"}]})")});
    const Sandbox sandbox(server.port());
    CHECK(sandbox.run({"models", "list"}).exit_code == 0);
    CHECK(sandbox.run({"models", "show", "new"}).out == "id              new\n");
    CHECK(server.connections() == 2);
  }

  TEST_CASE("in a terminal the table is no wider than it") {
    const std::string list =
        R"({"data":[{"id":"a-model-with-an-id-that-is-longer-than-the-terminal-is-wide","name":"Some Name"},)"
        R"({"id":"gpt","name":"A name that is long as well, and longer"}]})";
    for (const unsigned short columns : {std::uint16_t{40}, std::uint16_t{72}, std::uint16_t{200}}) {
      RawServer server({json(list)});
      const Sandbox sandbox(server.port());
      ProcessOptions options = sandbox.byok({"models", "list"});
      options.input = ProcessOptions::Input::terminal;
      options.columns = columns;
      const ProcessResult result = run_process(options);
      CHECK_MESSAGE(result.exit_code == 0, summary(result));
      CHECK(result.out.contains("gpt"));
      CHECK_MESSAGE(widest_line(byok::base::replace_all(result.out, "\r", "")) <= columns, summary(result));
    }
  }

  TEST_CASE("a server that does not answer is not waited for to help with a missing model") {
    RawServer server({answer("HTTP/1.1 200 OK\nContent-Type: application/json\n\n{{stall}}")});
    const Sandbox sandbox;
    static_cast<void>(
        sandbox.write(sandbox.config_file(),
                      fmt::format("profiles: {{p: {{base_url: \"http://127.0.0.1:{}/v1\"}}}}\n", server.port())));
    const ProcessResult result = sandbox.run({"ask", "hi"});
    CHECK_MESSAGE(result.exit_code == 3, summary(result));
    CHECK_FALSE(result.timed_out);
    CHECK(result.err.contains("`model` is required"));
  }

  TEST_CASE("the questions to Ollama are those that it knows") {
    RawServer server({json(R"({"object":"list","data":[{"id":"llama3.2:latest","owned_by":"library"}]})"),
                      json(R"({"capabilities":["completion"],"model_info":{"llama.context_length":131072}})")});
    Sandbox sandbox;
    sandbox.environment["OLLAMA_HOST"] = fmt::format("127.0.0.1:{}", server.port());
    const ProcessResult result = sandbox.run({"models", "show", "-p", "ollama", "llama3.2"});
    CHECK_MESSAGE(result.out ==
                      "id              llama3.2:latest\ncontext window  131072\nvision          no\n"
                      "reasoning       no\n",
                  summary(result));
    CHECK(first_lines(server) == std::vector<std::string>{"GET /v1/models HTTP/1.1", "POST /api/show HTTP/1.1"});
  }
}
