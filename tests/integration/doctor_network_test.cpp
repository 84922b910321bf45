// The way to the server: names, ports, proxies and certificates.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <ostream>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "integration/answers.hpp"
#include "integration/doctor_run.hpp"
#include "integration/tls_server.hpp"

using namespace byok::test;

namespace {

std::string profile(std::string_view base_url, std::string_view more = {}) {
  return fmt::format("    base_url: {}\n    model: m\n{}", base_url, more);
}

Broken network(std::string name, std::string text, std::string check, std::string remedy) {
  return {.name = std::move(name),
          .profile = std::move(text),
          .check = std::move(check),
          .remedy = std::move(remedy),
          .exit_code = 5};
}

void program(Sandbox& sandbox, const std::string& name, std::string_view script) {
  const auto path = sandbox.write(sandbox.root() / "bin" / name, fmt::format("#!/bin/sh\n{}\n", script));
  ::chmod(path.c_str(), 0700);
  if (!sandbox.environment["PATH"].starts_with(sandbox.root().string())) {
    sandbox.environment["PATH"] = fmt::format("{}:{}", (sandbox.root() / "bin").string(), sandbox.environment["PATH"]);
  }
}

// Copies connections of [::1] to a server of 127.0.0.1.
class V6Front {
 public:
  explicit V6Front(std::uint16_t behind) : behind_(behind) {
    listener_ = ::socket(AF_INET6, SOCK_STREAM, 0);
    ::fcntl(listener_, F_SETFD, FD_CLOEXEC);
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    socklen_t size = sizeof address;
    auto* const general = reinterpret_cast<sockaddr*>(&address);
    is_there_ = ::bind(listener_, general, size) == 0 && ::getsockname(listener_, general, &size) == 0 &&
                ::listen(listener_, 16) == 0;
    port_ = ntohs(address.sin6_port);
    thread_ = std::thread([this] { serve(); });
  }
  V6Front(const V6Front&) = delete;
  V6Front& operator=(const V6Front&) = delete;
  ~V6Front() {
    stops_ = true;
    thread_.join();
    ::close(listener_);
  }
  [[nodiscard]] bool is_there() const { return is_there_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void serve() const {
    while (!stops_) {
      pollfd wait{.fd = listener_, .events = POLLIN, .revents = 0};
      if (::poll(&wait, 1, 20) <= 0) continue;
      const int front = ::accept(listener_, nullptr, nullptr);
      const int back = ::socket(AF_INET, SOCK_STREAM, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(behind_);
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      if (::connect(back, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) copy(front, back);
      ::close(front);
      ::close(back);
    }
  }
  void copy(int front, int back) const {
    while (!stops_) {
      std::array<pollfd, 2> waits{pollfd{.fd = front, .events = POLLIN, .revents = 0},
                                  pollfd{.fd = back, .events = POLLIN, .revents = 0}};
      ::poll(waits.data(), waits.size(), 20);
      for (int i = 0; i < 2; ++i) {
        if (waits[static_cast<std::size_t>(i)].revents == 0) continue;
        std::array<char, 4096> buffer{};
        const ssize_t count = ::recv(i == 0 ? front : back, buffer.data(), buffer.size(), 0);
        if (count <= 0) return;
        static_cast<void>(::send(i == 0 ? back : front, buffer.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL));
      }
    }
  }

  std::uint16_t behind_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  bool is_there_ = false;
  std::atomic<bool> stops_ = false;
  std::thread thread_;
};

// Says its piece to whoever connects, without having been asked.
class Blurter {
 public:
  explicit Blurter(std::string_view piece) : piece_(piece) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    ::fcntl(listener_, F_SETFD, FD_CLOEXEC);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const general = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener_, general, size) == 0);
    REQUIRE(::getsockname(listener_, general, &size) == 0);
    REQUIRE(::listen(listener_, 16) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  Blurter(const Blurter&) = delete;
  Blurter& operator=(const Blurter&) = delete;
  ~Blurter() {
    stops_ = true;
    thread_.join();
    ::close(listener_);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void serve() const {
    while (!stops_) {
      pollfd wait{.fd = listener_, .events = POLLIN, .revents = 0};
      if (::poll(&wait, 1, 20) <= 0) continue;
      const int socket = ::accept(listener_, nullptr, nullptr);
      static_cast<void>(::send(socket, piece_.data(), piece_.size(), MSG_NOSIGNAL));
      ::shutdown(socket, SHUT_WR);
      std::array<char, 4096> ignored{};
      pollfd rest{.fd = socket, .events = POLLIN, .revents = 0};
      while (::poll(&rest, 1, 1000) > 0 && ::recv(socket, ignored.data(), ignored.size(), 0) > 0) continue;
      ::close(socket);
    }
  }

  std::string_view piece_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stops_ = false;
  std::thread thread_;
};

void prove_tls(Broken row, const TlsSpec& spec, const Provider& provider = {}) {
  Sandbox sandbox;
  const TlsServer server(sandbox.root(), spec, answer_as(provider));
  for (auto& [blank, value] : row.blanks) value = byok::base::replace_all(value, "{root}", sandbox.root().string());
  row.profile = byok::base::replace_all(row.profile, "{root}", sandbox.root().string());
  prove(row, sandbox, server.port());
}

}  // namespace

TEST_SUITE_BEGIN("doctor");

TEST_CASE("troubleshooting: refused Ollama") {
  Sandbox sandbox;
  std::uint16_t port = 0;
  {
    const ClosedPort closed;
    port = closed.port();
    sandbox.environment["OLLAMA_HOST"] = fmt::format("127.0.0.1:{}", port);
    const Verdict refused = examine(sandbox, {"-p", "ollama", "-m", "demo"});
    CAPTURE(summary(refused.result));
    CHECK(refused.check == "connect");
    CHECK(refused.result.exit_code == 5);
    CHECK(refused.remediation.contains(fmt::format("`OLLAMA_HOST=127.0.0.1:{} ollama serve`", port)));
    const Verdict modelless = examine(sandbox, {"-p", "ollama"});
    CHECK(modelless.check == "connect");
    CHECK(examine(sandbox, {"-p", "ollama", "--offline"}).result.exit_code == 0);
  }
  program(sandbox, "ollama", R"(exec "$BYOK" mock --port "${OLLAMA_HOST##*:}")");
  Process serve(sandbox.shell(fmt::format("OLLAMA_HOST=127.0.0.1:{} ollama serve", port)));
  REQUIRE(serve.wait_for("http://"));
  const Verdict mended = examine(sandbox, {"-p", "ollama", "-m", "demo"});
  CAPTURE(summary(mended.result));
  CHECK(mended.result.exit_code == 0);
}

TEST_CASE("a profile at Ollama's usual port when Ollama listens elsewhere") {
  const RawServer server(always(answer_as({})));
  const ClosedPort closed;
  Sandbox sandbox;
  sandbox.environment["OLLAMA_HOST"] = fmt::format("127.0.0.1:{}", server.port());
  Broken row = network("my-ollama", profile(fmt::format("http://127.0.0.1:{}/v1", closed.port())), "connect",
                       "base_url: http://127.0.0.1:{port}/v1");
  row.file = fmt::format("profiles:\n  ollama-p:\n{}", row.profile);
  sandbox.write(sandbox.config_file(), row.file);
  const Verdict refused = examine(sandbox);
  CAPTURE(summary(refused.result));
  CHECK(refused.check == "connect");
  CHECK(refused.remediation.contains(with_port(row.remedy, server.port())));
}

TEST_CASE("troubleshooting: refused Foundry Local on a changed port") {
  struct Version {
    const char* name;
    const char* script;
  };
  for (const Version& version :
       {Version{"new",
                "[ \"$1 $2\" = 'server status' ] || exit 1\necho 'Server is running.'; echo 'Web URLs "
                "http://127.0.0.1:{port}'"},
        Version{"old",
                "[ \"$1 $2\" = 'service status' ] || { echo \"Unrecognized command '$1'\" >&2; exit 1; }\necho 'Model "
                "management service is running on http://localhost:{port}/openai/status'"}}) {
    CAPTURE(version.name);
    const RawServer server(always(answer_as({})));
    const ClosedPort closed;
    for (const std::string& base_url :
         {fmt::format("http://localhost:{}/v1", closed.port()), std::string("http://localhost:<PORT>/v1")}) {
      CAPTURE(base_url);
      Sandbox sandbox;
      program(sandbox, "foundry", with_port(version.script, server.port()));
      sandbox.write(sandbox.config_file(), fmt::format("profiles:\n  foundry-p:\n{}", profile(base_url)));
      const Verdict refused = examine(sandbox);
      CAPTURE(summary(refused.result));
      const bool is_placeholder = base_url.contains("<PORT>");
      CHECK(refused.check == (is_placeholder ? "rules" : "connect"));
      CHECK(refused.result.exit_code == (is_placeholder ? 3 : 5));
      std::string mended = profile(base_url);
      REQUIRE(refused.remediation.contains(fmt::format("base_url: http://127.0.0.1:{}/v1", server.port())));
      REQUIRE(apply_remedy(refused.remediation, mended, sandbox.environment));
      sandbox.write(sandbox.config_file(), fmt::format("profiles:\n  foundry-p:\n{}", mended));
      const Verdict after = examine(sandbox);
      CAPTURE(summary(after.result));
      CHECK(after.result.exit_code == 0);
    }
  }
}

TEST_CASE("the built-in profile foundry-local finds its port, and says how to start the server") {
  const RawServer server(always(answer_as({})));
  Sandbox sandbox;
  program(sandbox, "foundry", with_port("echo 'Web URLs http://127.0.0.1:{port}'", server.port()));
  const Verdict running = examine(sandbox, {"-p", "foundry-local"});
  CAPTURE(summary(running.result));
  CHECK(running.result.exit_code == 0);
  CHECK(examine(sandbox, {"-p", "foundry-local", "--offline"}).result.exit_code == 0);
  program(sandbox, "foundry", "echo 'Model management service is not running!'");
  const Verdict stopped = examine(sandbox, {"-p", "foundry-local"});
  CAPTURE(summary(stopped.result));
  CHECK(stopped.result.exit_code == 5);
  CHECK(stopped.remediation.contains("foundry server start"));
}

TEST_CASE("Foundry Local that is stopped is to be started, in the words of its version") {
  const ClosedPort closed;
  Sandbox sandbox;
  sandbox.write(sandbox.config_file(), fmt::format("profiles:\n  foundry-p:\n{}",
                                                   profile(fmt::format("http://127.0.0.1:{}/v1", closed.port()))));
  program(sandbox, "foundry",
          "[ \"$1 $2\" = 'service status' ] || { echo \"Unrecognized command '$1'\" >&2; exit 1; }\necho 'Model "
          "management service is not running!'");
  const Verdict stopped = examine(sandbox);
  CAPTURE(summary(stopped.result));
  CHECK(stopped.check == "connect");
  CHECK(stopped.remediation.contains("foundry service start"));
}

TEST_CASE("a name that is nearly known, and one that is nowhere") {
  Broken typo =
      network("api.opnai.com", profile("https://api.opnai.com/v1"), "dns", "base_url: https://api.openai.com/v1");
  typo.applies = false;
  prove(typo);
  Broken nowhere =
      network("nowhere.invalid", profile("https://nowhere.invalid/v1"), "dns", "getent hosts nowhere.invalid");
  nowhere.applies = false;
  prove(nowhere);
  Broken azure =
      network("no such resource",
              profile("https://no-such.openai.azure.com/openai/v1/", "    api_key: " + std::string(kGoodKey) + "\n"),
              "dns", "base_url: https://NAME.openai.azure.com/openai/v1/");
  azure.applies = false;
  prove(azure);
}

TEST_CASE("a server that listens on the other family only") {
  Broken v4 =
      network("IPv4 only", profile("http://[::1]:{port}/v1"), "connect", "base_url: http://127.0.0.1:{port}/v1");
  const RawServer server(always(answer_as({})));
  const V6Front front(server.port());
  if (!front.is_there()) {
    MESSAGE("skipped: this machine has no IPv6 loopback");
    return;
  }
  prove(v4);
  Sandbox sandbox;
  prove(network("IPv6 only", profile("http://127.0.0.1:{port}/v1"), "connect", "base_url: http://[::1]:{port}/v1"),
        sandbox, front.port());
}

TEST_CASE("a port where connecting takes for ever ends within the check's limit") {
  const FullPort full;
  Sandbox sandbox;
  Broken row = network("full", profile("http://127.0.0.1:{port}/v1"), "connect", "start it again");
  row.words = {"--timeout", "0.3"};
  row.applies = false;
  prove(row, sandbox, full.port());
}

TEST_CASE("a proxy that refuses, asks for a login, or answers with a page") {
  const ClosedPort closed;
  Broken refused = network("nothing listens", profile("http://vm.invalid/v1"), "connect", "proxy: none");
  refused.environment = {{"http_proxy", fmt::format("http://127.0.0.1:{}", closed.port())}};
  refused.applies = false;
  prove(refused);

  const Answer served = answer_as({});
  const auto guarded = [served](const Received& request) -> Pieces {
    Received inner = request;
    const std::size_t at = inner.head.find("http://llm.example");
    if (at != std::string::npos) inner.head.erase(at, std::string_view("http://llm.example").size());
    // user:proxy-pass-word
    if (request.header("Proxy-Authorization") == "Basic dXNlcjpwcm94eS1wYXNzLXdvcmQ=") return served(inner);
    return {{.kind = Piece::Kind::bytes,
             .text = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic "
                     "realm=\"p\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"}};
  };
  {
    const RawServer proxy(always(guarded));
    Sandbox sandbox;
    Broken login = network("407 to a plain request", profile("http://llm.example/v1", "    auth: none\n"), "tls",
                           "proxy: http://USER:PASSWORD@127.0.0.1:{port}");
    login.environment = {{"http_proxy", "http://127.0.0.1:{port}"}};
    login.blanks = {{"USER:PASSWORD", "user:proxy-pass-word"}};
    prove(login, sandbox, proxy.port());
  }
  {
    const RawServer proxy(always(guarded));
    Sandbox sandbox;
    Broken tunnel = network("407 to CONNECT", profile("https://llm.example/v1"), "tls",
                            "proxy: http://USER:PASSWORD@127.0.0.1:{port}");
    tunnel.environment = {{"https_proxy", "http://127.0.0.1:{port}"}};
    tunnel.applies = false;
    prove(tunnel, sandbox, proxy.port());
  }
  {
    const RawServer proxy(always(answer("HTTP/1.1 403 Forbidden\nContent-Length: 0\nConnection: close\n\n")));
    Sandbox sandbox;
    Broken refusing =
        network("403 to CONNECT", profile("https://llm.example/v1"), "tls", "export no_proxy=llm.example");
    refusing.environment = {{"https_proxy", "http://127.0.0.1:{port}"}};
    refusing.applies = false;
    prove(refusing, sandbox, proxy.port());
  }
  {
    const RawServer proxy(
        always(answer("HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: {{length}}\nConnection: "
                      "close\n\n<html><title>Sign in</title></html>")));
    Sandbox sandbox;
    Broken page = network("a page", profile("http://llm.example/v1"), "tls", "export no_proxy=llm.example");
    page.environment = {{"http_proxy", "http://127.0.0.1:{port}"}};
    page.applies = false;
    prove(page, sandbox, proxy.port());
  }
}

TEST_CASE("TLS: a chain that does not verify: its issuer is shown, and its certificate can be named") {
  Broken row = network("unknown authority", profile("https://127.0.0.1:{port}/v1"), "tls", "tls: {ca_file: PATH.pem}");
  row.blanks = {{"PATH.pem", "{root}/ca.pem"}};
  prove_tls(row, {});
  Sandbox sandbox;
  const TlsServer server(sandbox.root(), {}, answer_as({}));
  configure(sandbox, profile(fmt::format("https://127.0.0.1:{}/v1", server.port())));
  const Verdict verdict = examine(sandbox);
  CHECK((verdict.summary + verdict.details).contains("The Test Authority"));
}

TEST_CASE("TLS: an expired certificate, or one of the future, may be a wrong clock") {
  const std::string text = profile("https://127.0.0.1:{port}/v1", "    tls: {ca_file: \"{root}/ca.pem\"}\n");
  Broken expired = network("expired", text, "tls", "timedatectl set-ntp true");
  expired.applies = false;
  prove_tls(expired, {.starts = -7200, .ends = -3600});
  Broken early = network("not yet valid", text, "tls", "this machine's clock says");
  early.applies = false;
  prove_tls(early, {.starts = 3600, .ends = 7200});
}

TEST_CASE("TLS: a certificate for another host") {
  Broken row = network("localhost", profile("https://127.0.0.1:{port}/v1", "    tls: {ca_file: \"{root}/ca.pem\"}\n"),
                       "tls", "base_url: https://localhost:{port}/v1");
  prove_tls(row, {.names = "DNS:localhost"});
}

TEST_CASE("TLS: a server that wants a client certificate") {
  Broken row =
      network("none is given", profile("https://127.0.0.1:{port}/v1", "    tls: {ca_file: \"{root}/ca.pem\"}\n"), "tls",
              "client_cert: PATH.pem");
  row.blanks = {{"PATH.pem", "{root}/client.pem"}, {"PATH.key", "{root}/client.key"}};
  prove_tls(row, {.wants_client_certificate = true});
}

TEST_CASE("TLS: an http address of a port that speaks TLS") {
  prove_tls(network("TLS", profile("http://127.0.0.1:{port}/v1", "    tls: {ca_file: \"{root}/ca.pem\"}\n"), "route",
                    "base_url: https://127.0.0.1:{port}/v1"),
            {});
}

TEST_CASE("TLS: plain http behind an https address") {
  Sandbox sandbox;
  const Blurter server("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  Broken row = network("no TLS", profile("https://127.0.0.1:{port}/v1"), "tls", "base_url: http://127.0.0.1:{port}/v1");
  row.applies = false;
  prove(row, sandbox, server.port());
}

TEST_SUITE_END();
