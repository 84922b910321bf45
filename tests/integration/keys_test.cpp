// The hunt for keys: after each of many runs every byte that the program printed or left in a file is searched for
// them.
#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "integration/answers.hpp"
#include "integration/sandbox.hpp"

using namespace byok::test;
using byok::base::base64_encode;
using byok::base::json_quote;
using byok::base::percent_decode;
using byok::base::percent_encode;
using byok::base::replace_all;
using byok::base::to_lower;

namespace {

// Each has characters that every coding writes in another way.
const std::string kLiteral = R"(sk-lit/"9"+Hunted\Zz_31415926)";
const std::string kFromEnvironment = "sk-env/7+Hunted=Zz_27182818";
const std::string kFromFile = "sk-file/5+Hunted<&>Zz_16180339";
const std::string kFromCommand = "eyJ-cmd/3+Hunted?Zz_14142135";
const std::string kHeader = "tok-header/8+Hunted'Zz_17320508";
const std::string kPlainHeader = "customer-of-env/2+Zz_22360679";
const std::string kQuery = "query+Hunted/Zz_24494897";
const std::string kPassword = "proxy-Hunted-Zz_26457513";

std::string json_inner(std::string_view text) {
  const std::string quoted = json_quote(text);
  return quoted.substr(1, quoted.size() - 2);
}

// What base64 makes of the key alone, whatever stands before and behind it.
std::string base64_inner(std::string_view key, std::size_t before) {
  const std::string coded = base64_encode(std::string(before, 'x') + std::string(key));
  const std::size_t first = (before * 4 + 2) / 3;
  return coded.substr(first, (before + key.size()) * 4 / 3 - first);
}

std::vector<std::string> needles_of(const std::string& key) {
  const std::string percent = percent_encode(key);
  std::string lower = percent;
  for (std::size_t at = lower.find('%'); at != std::string::npos; at = lower.find('%', at + 1)) {
    lower.replace(at, 3, to_lower(lower.substr(at, 3)));
  }
  std::vector<std::string> all{key, percent, lower, json_inner(key), json_inner(json_inner(key))};
  for (std::size_t before = 0; before < 3; ++before) all.push_back(base64_inner(key, before));
  return all;
}

// The first needle of any key that stands in the text, or nothing.
std::string find_key(std::string_view text) {
  for (const std::string& key :
       {kLiteral, kFromEnvironment, kFromFile, kFromCommand, kHeader, kPlainHeader, kQuery, kPassword}) {
    for (const std::string& needle : needles_of(key)) {
      if (text.contains(needle)) return needle;
    }
  }
  return {};
}

// The secrets that a request carried.
std::vector<std::string> secrets_in(const Received& request) {
  std::vector<std::string> all;
  for (const char* name : {"Authorization", "X-Auth-Token", "X-Customer"}) {
    std::string value = request.header(name);
    if (value.starts_with("Bearer ")) value = value.substr(7);
    if (!value.empty()) all.push_back(value);
  }
  const std::string line = request.first_line();
  if (const std::size_t at = line.find("code="); at != std::string::npos) {
    const std::string value = line.substr(at + 5, line.find_first_of(" &", at) - at - 5);
    all.push_back(value);
    all.push_back(percent_decode(value).value_or(""));
  }
  return all;
}

// All of them as a careless server would write them into a message.
std::string echo(const Received& request) {
  std::string text = "You sent";
  for (const std::string& secret : secrets_in(request)) {
    text += fmt::format(" raw {0} url {1} json {2} base64 {3} header {4} pair {5},", secret, percent_encode(secret),
                        json_inner(secret), base64_encode(secret), base64_encode("Bearer " + secret),
                        base64_encode("u:" + secret));
  }
  return text;
}

std::string html_text(std::string text) {
  for (const auto& [from, to] :
       {std::pair{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}}) {
    text = replace_all(std::move(text), from, to);
  }
  return text;
}

// `text` with ECHO, JSON-ECHO (as the inside of a JSON string), NESTED-ECHO (JSON in JSON), HTML-ECHO and KEY filled
// in.
Answer echoing(std::string text) {
  return [text = std::move(text)](const Received& request) {
    const std::string said = echo(request);
    const auto secrets = secrets_in(request);
    std::string filled = replace_all(text, "NESTED-ECHO", json_inner(json_quote(said)));
    filled = replace_all(std::move(filled), "JSON-ECHO", json_inner(said));
    filled = replace_all(std::move(filled), "HTML-ECHO", html_text(said));
    filled = replace_all(std::move(filled), "ECHO", said);
    filled = replace_all(std::move(filled), "JSON-KEY", json_inner(secrets.empty() ? "" : secrets.front()));
    filled = replace_all(std::move(filled), "KEY", secrets.empty() ? "" : secrets.front());
    return answer(filled)(request);
  };
}

std::string error_body(std::string_view message) {
  return fmt::format("{{\"error\":{{\"message\":\"{}\",\"type\":\"t\",\"code\":\"JSON-KEY\"}}}}", message);
}

struct Run {
  std::string name;
  std::string words;  // behind the program, for the shell; PROFILE is filled in
  std::string answer;
  std::string shows;  // proves that the run went where it was meant to; may be empty
};

const std::string kJson = "Content-Type: application/json\nConnection: close\nX-Request-Id: KEY\n\n";

std::vector<Run> runs() {
  const std::string ask = "ask hi -p PROFILE --retries 0 ";
  const std::string stream(kStreamHead);
  const std::string hello = delta("Hello");
  const std::string in_band = "data: " + error_body("JSON-ECHO") + "\n\n";
  const std::string good =
      "data: {\"id\":\"JSON-KEY\",\"model\":\"JSON-KEY\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"},"
      "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\ndata: [DONE]\n\n";
  const std::string streamed = "HTTP/1.1 200 OK\nContent-Type: text/event-stream\nX-Request-Id: KEY\n\n";
  const std::string refused = "HTTP/1.1 401 No\n" + kJson;
  return {
      {"success", ask, stream + hello + std::string(kStreamEnd), "Hello"},
      {"success, logged", ask + "-vv -u", streamed + good, "Hello"},
      {"success as JSON", ask + "--json", streamed + good, "Hello"},
      {"success as events", ask + "--output-format stream-json", streamed + good, "Hello"},
      {"success in a file", ask + "-vv -o out", streamed + good, ""},
      {"401", ask, refused + error_body("JSON-ECHO"), "redacted"},
      {"401 as JSON", ask + "--json", refused + error_body("JSON-ECHO"), "redacted"},
      {"401 as events", ask + "--output-format stream-json", refused + error_body("JSON-ECHO"), "redacted"},
      {"401, logged", ask + "-vv --no-stream", refused + error_body("JSON-ECHO"), "redacted"},
      {"400 nested", ask + "--json", "HTTP/1.1 400 No\n" + kJson + error_body("NESTED-ECHO"), "redacted"},
      {"403 as text", ask, "HTTP/1.1 403 No\nContent-Type: text/plain\n\nKEY", "redacted"},
      {"404 as a page", ask, "HTTP/1.1 404 No\nContent-Type: text/html\n\n<html><p>HTML-ECHO</p></html>", "page"},
      {"a page instead", ask, "HTTP/1.1 200 OK\nContent-Type: text/html\n\n<title>KEY</title>", "page"},
      {"junk instead", ask + "--no-stream", "HTTP/1.1 200 OK\nContent-Type: text/plain\n\nKEY", "error"},
      {"tried again", "ask hi -p PROFILE --retries 1 --timeout 0.2 -v",
       "HTTP/1.1 500 No\n" + kJson + error_body("JSON-ECHO"), "redacted"},
      {"error in the stream", ask + "-o out", stream + in_band, "redacted"},
      {"error after text", ask + "--output-format stream-json -o out", stream + hello + in_band, "partial"},
      {"redirect", ask + "-v", "HTTP/1.1 307 No\nLocation: http://127.0.0.1:1/v1/chat/completions?code=KEY&x=1\n\n",
       "redirect"},
      {"dry run", ask + "--dry-run", "", "redacted"},
      {"dry run with overlaid headers", ask + "--dry-run -H \"X-Api-Key: $HUNT_KEY\"", "", "redacted"},
      {"curl", ask + "--dry-run --curl", "", "curl"},
      {"models", "models list --refresh -vv -p PROFILE", "HTTP/1.1 401 No\n" + kJson + error_body("JSON-ECHO"),
       "redacted"},
      {"models as JSON", "models list --refresh -p PROFILE --json",
       "HTTP/1.1 200 OK\n" + kJson + error_body("JSON-ECHO"), "error"},
      {"a good list", "models list --refresh -p PROFILE --json",
       "HTTP/1.1 200 OK\n" + kJson + R"({"data":[{"id":"m"}]})", "\"m\""},
      {"profiles", "profiles list; \"$BYOK\" profiles list --json", "", "PROFILE"},
      {"profile", "profiles show PROFILE; \"$BYOK\" profiles show PROFILE --json", "", "PROFILE"},
      {"usage error", "ask -p PROFILE --json --no-such-option", "", "no-such-option"},
  };
}

void configure(Sandbox& sandbox, std::uint16_t port) {
  sandbox.environment["HUNT_KEY"] = kFromEnvironment;
  sandbox.environment["HUNT_PLAIN"] = kPlainHeader;
  sandbox.environment["https_proxy"] = fmt::format("http://me:{}@127.0.0.1:1", kPassword);
  const fs::path folder = sandbox.config_file().parent_path();
  sandbox.write(folder / "keys" / "file", kFromFile + "\n");
  sandbox.write(folder / "keys" / "command", kFromCommand + "\n");
  const std::string common = fmt::format(
      "    base_url: http://127.0.0.1:{}/v1?code={}\n    model: m\n    headers: {{X-Auth-Token: {}, "
      "X-Customer: '${{env:HUNT_PLAIN}}'}}\n",
      port, percent_encode(kQuery), json_quote(kHeader));
  std::string text = "profiles:\n";
  for (const auto& [name, credential] :
       {std::pair{"literal", "api_key: " + json_quote(kLiteral)},
        {"variable", std::string("api_key: ${env:HUNT_KEY}")},
        {"keyfile", std::string("api_key: ${file:keys/file}")},
        {"command", fmt::format("bearer_token: {{command: [cat, '{}']}}", (folder / "keys" / "command").string())}}) {
    text += fmt::format("  {}:\n{}    {}\n", name, common, credential);
  }
  sandbox.write(sandbox.config_file(), text);
}

// Files that hold keys because the test put them there.
bool is_given(const Sandbox& sandbox, const fs::path& path) {
  return path == sandbox.config_file() || path.parent_path().filename() == "keys";
}

void check_files(const Sandbox& sandbox) {
  for (const fs::path& path : sandbox.files()) {
    if (is_given(sandbox, path)) continue;
    CAPTURE(path);
    CHECK(find_key(read_bytes(path)) == "");
    CHECK(find_key(path.string()) == "");
  }
}

}  // namespace

TEST_SUITE_BEGIN("keys");

TEST_CASE("the hunt itself finds keys in each of their codings") {
  const Received request{.head = fmt::format("POST /v1?code={} HTTP/1.1\r\nAuthorization: Bearer {}\r\n\r\n",
                                             percent_encode(kQuery), kLiteral),
                         .body = {}};
  CHECK(secrets_in(request) == std::vector<std::string>{kLiteral, percent_encode(kQuery), kQuery});
  for (const std::string& key : {kLiteral, kFromEnvironment, kFromFile, kFromCommand, kHeader, kQuery}) {
    for (const std::string& said : {key, percent_encode(key), json_quote(key), base64_encode(key),
                                    base64_encode("Bearer " + key), base64_encode("u:" + key + "!")}) {
      CAPTURE(said);
      CHECK(find_key("before " + said + " behind") != "");
    }
  }
  CHECK(find_key(echo({})) == "");
}

TEST_CASE("no run prints a key or leaves one in a file, though every server echoes them") {
  for (const std::string profile : {"literal", "variable", "keyfile", "command"}) {
    for (const Run& run : runs()) {
      CAPTURE(profile);
      CAPTURE(run.name);
      const RawServer server({echoing(run.answer), echoing(run.answer), chat("a third request")});
      Sandbox sandbox;
      configure(sandbox, server.port());
      const ProcessResult result = sandbox.run_shell("\"$BYOK\" " + replace_all(run.words, "PROFILE", profile));
      CAPTURE(summary(result));
      CHECK((result.out + result.err).contains(replace_all(run.shows, "PROFILE", profile)));
      CHECK(find_key(result.out) == "");
      CHECK(find_key(result.err) == "");
      check_files(sandbox);
      for (const Received& request : server.requests()) CHECK(secrets_in(request).size() == 5);
    }
  }
}

TEST_CASE("an answer that repeats a key is the provider's and stays as it is, on stdout alone") {
  const RawServer server({chat("your key is " + kFromEnvironment)});
  Sandbox sandbox;
  configure(sandbox, server.port());
  const ProcessResult result = sandbox.run({"ask", "hi", "-p", "variable", "-vv"});
  CAPTURE(summary(result));
  CHECK(result.out == "your key is " + kFromEnvironment + "\n");
  CHECK(find_key(result.err) == "");
  check_files(sandbox);
}

TEST_CASE("a message that is cut does not show the beginning of a key either") {
  for (std::size_t before = 150; before < 200; before += 7) {
    CAPTURE(before);
    const RawServer server({[before](const Received& request) {
      return refusal(500, std::string(before, '-') + secrets_in(request).front())(request);
    }});
    Sandbox sandbox;
    configure(sandbox, server.port());
    const ProcessResult result = sandbox.run({"ask", "hi", "-p", "variable", "--retries", "1", "--timeout", "0.2"});
    CAPTURE(summary(result));
    CHECK(result.err.contains("trying again"));
    CHECK_FALSE(result.err.contains(kFromEnvironment.substr(0, 8)));
  }
}

TEST_CASE("a proxy's password is not shown, whatever happens at the proxy") {
  const std::string asks =
      "HTTP/1.1 407 No\nProxy-Authenticate: Basic realm=\"x\"\nContent-Length: 0\nConnection: close\n\n";
  for (const std::string& reply : {asks, std::string("HTTP/1.1 502 No\n\n"), std::string("{{reset}}")}) {
    CAPTURE(reply);
    const RawServer proxy({answer(reply), answer(reply)});
    Sandbox sandbox;
    configure(sandbox, 1);
    sandbox.environment["https_proxy"] = fmt::format("http://me:{}@127.0.0.1:{}", kPassword, proxy.port());
    sandbox.environment["BYOK_BASE_URL"] = "https://llm.example/v1";
    sandbox.environment["BYOK_MODEL"] = "m";
    sandbox.environment["BYOK_API_KEY"] = kFromEnvironment;
    const ProcessResult result = sandbox.run({"ask", "hi", "-vv", "--json", "--retries", "0"});
    CAPTURE(summary(result));
    CHECK(result.exit_code == 5);
    CHECK(find_key(result.out) == "");
    CHECK(find_key(result.err) == "");
    check_files(sandbox);
    CHECK(!proxy.requests().empty());
  }
}

TEST_SUITE_END();
