// Tests of Url: what is accepted, what is refused and with which advice, and how addresses are joined and shown.
#include "core/url.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace byok::core {
namespace {

using base::Error;
using base::ErrorKind;

Url url_of(std::string_view text) {
  base::Result<Url> url = Url::parse(text);
  INFO(std::string(text));
  REQUIRE(url.has_value());
  return *std::move(url);
}

Error error_of(std::string_view text) {
  const base::Result<Url> url = Url::parse(text);
  INFO(std::string(text));
  REQUIRE_FALSE(url.has_value());
  CHECK(url.error().kind == ErrorKind::config);
  CHECK_FALSE(url.error().message.empty());
  CHECK_FALSE(url.error().hint.empty());
  return url.error();
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

TEST_CASE("an absolute URL is taken apart") {
  const Url url = url_of("HTTPS://API.Example.com:8443/v1/Chat%20x?b=2&a=1");
  CHECK(url.scheme() == "https");
  CHECK(url.host() == "api.example.com");
  CHECK(url.port() == 8443);
  CHECK(url.path() == "/v1/Chat%20x");
  CHECK(url.query() == "b=2&a=1");
  CHECK(url.is_https());
  CHECK_FALSE(url.is_empty());
  CHECK(url.str() == "https://api.example.com:8443/v1/Chat%20x?b=2&a=1");
  CHECK(url.origin() == "https://api.example.com:8443");
}

TEST_CASE("a default Url is empty") {
  CHECK(Url().is_empty());
  CHECK(Url().str().empty());
  CHECK_FALSE(Url().is_loopback());
}

TEST_CASE("accepted URLs are written back in one form") {
  struct Case {
    std::string_view text, written;
    std::uint16_t port;
  };
  for (const Case& c : {
           Case{"https://api.openai.com/v1", "https://api.openai.com/v1", 443},
           Case{"http://localhost:11434/v1", "http://localhost:11434/v1", 11434},
           Case{"https://h:443/", "https://h/", 443},
           Case{"http://h:80", "http://h", 80},
           Case{"http://h:443", "http://h:443", 443},
           Case{"https://h?x=1", "https://h?x=1", 443},
           Case{"https://h/?", "https://h/", 443},
           Case{"http://0.0.0.0:8080/v1", "http://127.0.0.1:8080/v1", 8080},
           Case{"http://[::]:8080", "http://[::1]:8080", 8080},
           Case{"http://[0:0:0:0:0:0:0:1]:8080/x", "http://[::1]:8080/x", 8080},
           Case{"http://[2001:DB8::A]", "http://[2001:db8::a]", 80},
           Case{"http://my_service:8000", "http://my_service:8000", 8000},
           Case{"https://host./v1", "https://host./v1", 443},
           Case{"https://h:065/", "https://h:65/", 65},
           Case{"https://h/a//b/https://c.d/v1", "https://h/a//b/https://c.d/v1", 443},
           Case{"https://h/@cf/meta:x", "https://h/@cf/meta:x", 443},
           Case{"https://h/pfad/é?q=ü", "https://h/pfad/%C3%A9?q=%C3%BC", 443},
           Case{"https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/", 443},
           Case{"https://1.example", "https://1.example", 443},
           Case{"https://h/openai/deployments/<name>", "https://h/openai/deployments/<name>", 443},
       }) {
    const Url url = url_of(c.text);
    CHECK(url.str() == c.written);
    CHECK(url.port() == c.port);
    CHECK(url_of(url.str()).str() == url.str());
  }
}

TEST_CASE("what is refused says why") {
  struct Case {
    std::string_view text, why;
  };
  for (const Case& c : {
           Case{"", "empty"},
           Case{"   ", "empty"},
           Case{"localhost:11434/v1", "does not begin with https:// or http://"},
           Case{"api.openai.com/v1?to=http://x", "does not begin with"},
           Case{"/v1", "does not begin with"},
           Case{"https:/h", "does not begin with"},
           Case{"ftp://h/x", "scheme is \"ftp\""},
           Case{"ws://localhost/x", "scheme is \"ws\""},
           Case{"://h", "scheme is \"\""},
           Case{"https://", "no host"},
           Case{"https:///v1", "no host"},
           Case{"https://?x", "no host"},
           Case{"https://:8080/v1", "no host"},
           Case{"https://u:p@h/v1", "user name or password"},
           Case{"https://u@h/v1", "user name or password"},
           Case{"https://@h/v1", "user name or password"},
           Case{"https://h/v1#top", "fragment"},
           Case{"https://h/v1 ", "white space"},
           Case{" https://h/v1", "white space"},
           Case{"https://h/a b", "white space"},
           Case{"https://h/\n", "white space or control"},
           Case{"https://h/\x7F", "control"},
           Case{"https:\\\\h\\v1", "backslash"},
           Case{"https://h:0/", "port"},
           Case{"https://h:65536/", "port"},
           Case{"https://h:/", "port"},
           Case{"https://h:<PORT>/v1", "port"},
           Case{"https://h:+80/", "port"},
           Case{"https://h:18446744073709551697/", "port"},
           Case{"https://::1/v1", "more than one colon"},
           Case{"https://[::1/v1", "IPv6 address in brackets"},
           Case{"https://[]/v1", "IPv6 address in brackets"},
           Case{"https://[::1]x/v1", "IPv6 address in brackets"},
           Case{"https://[fe80::1%25eth0]/", "IPv6 address in brackets"},
           Case{"https://[127.0.0.1]/", "IPv6 address in brackets"},
           Case{"https://[::1]:x/", "port"},
           Case{"https://a..b/", "not a host name"},
           Case{"https://./", "not a host name"},
           Case{"https://-a.b/", "not a host name"},
           Case{"https://a-.b/", "not a host name"},
           Case{"https://a%2eb/", "not a host name"},
           Case{"https://<host>/", "not a host name"},
           Case{"https://{resource}.openai.azure.com", "not a host name"},
           Case{"https://bücher.example/", "not a host name"},
           Case{"https://127.1/", "not a host name"},
           Case{"https://2130706433/", "not a host name"},
           Case{"https://0x7f.0x1/", "not a host name"},
           Case{"https://010.0.0.1/", "not a host name"},
           Case{"https://1.2.3.256/", "not a host name"},
           Case{"https://1.2.3.4.5/", "not a host name"},
       }) {
    CAPTURE(c.text);
    CHECK(contains(error_of(c.text).message, c.why));
  }
  CHECK(contains(error_of(std::string("https://h/\0", 11)).message, "control"));
  CHECK(contains(error_of("https://" + std::string(64, 'a') + "/").message, "not a host name"));
  CHECK(Url::parse("https://" + std::string(63, 'a') + "/").has_value());
}

TEST_CASE("a missing or wrong scheme is answered with the URL to write") {
  struct Case {
    std::string_view text, hint;
  };
  for (const Case& c : {
           Case{"api.openai.com/v1", "write https://api.openai.com/v1"},
           Case{"localhost:11434/v1", "write http://localhost:11434/v1"},
           Case{"LOCALHOST:11434", "write http://LOCALHOST:11434"},
           Case{"127.0.0.1:8080", "write http://127.0.0.1:8080"},
           Case{"0.0.0.0:8080", "write http://0.0.0.0:8080"},
           Case{"[::1]:8080/v1", "write http://[::1]:8080/v1"},
           Case{"//h.example/v1", "write https://h.example/v1"},
           Case{"https:/h.example/v1", "write https://h.example/v1"},
           Case{"https:h.example/v1", "write https://h.example/v1"},
           Case{"http:/h.example/v1", "write http://h.example/v1"},
           Case{"htps://h.example/v1", "write https://h.example/v1"},
           Case{"wss://h.example/v1", "write https://h.example/v1"},
           Case{"tcp://localhost:1234", "write http://localhost:1234"},
           Case{"https://h.example/v1#models", "write https://h.example/v1"},
       }) {
    CAPTURE(c.text);
    CHECK(error_of(c.text).hint == c.hint);
  }
}

TEST_CASE("neither message nor hint shows user info or secret query values") {
  for (const std::string_view text : {
           "https://user:hunter2@h/v1",
           "https://hunter2@h/v1",
           "https://user:hun/hunter2@h/v1",
           "https://user:hunter2?x@h/v1",
           "https://user:1/hunter2@h/v1 ",
           "https://user:hunter2#x@h/v1",
           "https://user:hunter2\\@h/v1",
           "ftp://user:hunter2@h/v1",
           "user:hunter2@h/v1",
           "h/v1?key=hunter2",
           "ftp://h/v1?api-key=hunter2&x=1",
           "https://h/v1?sig=hunter2#top",
           "https://h/v1?code=hunter2&z= ",
           "https://h/v1#token=hunter2",
           "https://h:x/v1?%6Bey=hunter2",
       }) {
    CAPTURE(text);
    const Error error = error_of(text);
    CHECK_FALSE(contains(error.message, "hunter2"));
    CHECK_FALSE(contains(error.hint, "hunter2"));
  }
  CHECK(contains(error_of("ftp://h/v1?api-key=abc&x=1").message, "ftp://h/v1?api-key=[redacted]&x=1"));
}

TEST_CASE("a refused text is shown bounded and without control characters") {
  const std::string message = error_of("https://h/\x1b[2J" + std::string(5000, 'a')).message;
  CHECK(message.size() < 400);
  CHECK_FALSE(contains(message, "\x1b"));
}

TEST_CASE("display masks the values of secret-looking query keys and nothing else") {
  struct Case {
    std::string_view text, shown;
  };
  for (const Case& c : {
           Case{"https://h/v1", "https://h/v1"},
           Case{"https://h/?api-version=1&key=abc", "https://h/?api-version=1&key=[redacted]"},
           Case{"https://h/?KEY=a&Sig=b&code=c&token=d",
                "https://h/?KEY=[redacted]&Sig=[redacted]&code=[redacted]&token=[redacted]"},
           Case{"https://h/?subscription-key=a=b", "https://h/?subscription-key=[redacted]"},
           Case{"https://h/?%61pi-key=x", "https://h/?%61pi-key=[redacted]"},
           Case{"https://h/?max_tokens=5&design=1&decode=2", "https://h/?max_tokens=5&design=1&decode=2"},
           Case{"https://h/?key&x", "https://h/?key&x"},
           Case{"https://h/?&&a=1", "https://h/?&&a=1"},
       }) {
    CHECK(url_of(c.text).display() == c.shown);
    CHECK(url_of(c.text).str() == c.text);
  }
}

TEST_CASE("loopback hosts are known by name and by number") {
  for (const std::string_view host : {"localhost", "LOCALHOST", "a.localhost", "127.0.0.1", "127.255.0.9", "[::1]",
                                      "0.0.0.0", "[::]", "[::ffff:127.0.0.1]"}) {
    CAPTURE(host);
    CHECK(url_of("http://" + std::string(host) + ":1").is_loopback());
  }
  for (const std::string_view host : {"localhost.example.com", "notlocalhost", "128.0.0.1", "10.0.0.1", "[::2]",
                                      "127.0.0.1.example.com", "[::ffff:10.0.0.1]"}) {
    CAPTURE(host);
    CHECK_FALSE(url_of("http://" + std::string(host)).is_loopback());
  }
}

TEST_CASE("private addresses count only when written as digits") {
  for (const std::string_view host :
       {"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.1.1", "[fc00::1]",
        "[fd12:3456::1]", "[fe80::1]", "[febf::1]", "[::ffff:192.168.0.1]"}) {
    CAPTURE(host);
    CHECK(url_of("http://" + std::string(host)).is_private_literal());
  }
  for (const std::string_view host :
       {"11.0.0.1", "172.15.0.1", "172.32.0.1", "192.169.0.1", "169.253.0.1", "8.8.8.8", "127.0.0.1", "[::1]",
        "[fec0::1]", "[2001:db8::1]", "nas.local", "localhost", "10.example.com"}) {
    CAPTURE(host);
    CHECK_FALSE(url_of("http://" + std::string(host)).is_private_literal());
  }
}

TEST_CASE("join adds a path with exactly one slash at the seam, keeping prefix and query") {
  struct Case {
    std::string_view base, path, joined;
  };
  for (const Case& c : {
           Case{"https://h", "chat/completions", "https://h/chat/completions"},
           Case{"https://h/", "/chat/completions", "https://h/chat/completions"},
           Case{"https://h/v1", "/models", "https://h/v1/models"},
           Case{"https://h/v1/", "models", "https://h/v1/models"},
           Case{"https://h/v1///", "///models", "https://h/v1/models"},
           Case{"https://h/PTU/?code=1&b=2", "/openai/v1", "https://h/PTU/openai/v1?code=1&b=2"},
           Case{"https://h/v1", "", "https://h/v1"},
           Case{"https://h/v1/", "/", "https://h/v1/"},
           Case{"https://h/p/https://api.openai.com/v1", "models", "https://h/p/https://api.openai.com/v1/models"},
           Case{"https://h", "deployments/a%2Fb/", "https://h/deployments/a%2Fb/"},
       }) {
    CHECK(url_of(c.base).join(c.path).str() == c.joined);
  }
}

TEST_CASE("with_path replaces the path and keeps the query") {
  const Url url = url_of("https://h/v1/messages?beta=true");
  CHECK(url.with_path("/v2").str() == "https://h/v2?beta=true");
  CHECK(url.with_path("v2").str() == "https://h/v2?beta=true");
  CHECK(url.with_path("").str() == "https://h?beta=true");
  CHECK(url.str() == "https://h/v1/messages?beta=true");
}

TEST_CASE("with_query adds or replaces one pair") {
  struct Case {
    std::string_view base, name, value, result;
  };
  for (const Case& c : {
           Case{"https://h/p", "api-version", "2024-10-21", "https://h/p?api-version=2024-10-21"},
           Case{"https://h/p?a=1", "b", "2", "https://h/p?a=1&b=2"},
           Case{"https://h/p?a=1&b=2&c=3", "b", "x", "https://h/p?a=1&b=x&c=3"},
           Case{"https://h/p?b=1&a=2&b=3", "b", "x", "https://h/p?b=x&a=2"},
           Case{"https://h/p?b&bb=1", "b", "x", "https://h/p?b=x&bb=1"},
           Case{"https://h/p", "after_id", "a b&c=d/é", "https://h/p?after_id=a%20b%26c%3Dd%2F%C3%A9"},
           Case{"https://h/p?%62=1", "b", "x", "https://h/p?b=x"},
           Case{"https://h/p?a=1", "a", "", "https://h/p?a="},
       }) {
    CHECK(url_of(c.base).with_query(c.name, c.value).str() == c.result);
  }
}

TEST_CASE("without_query drops the query alone") {
  CHECK(url_of("https://h/v1?a=1").without_query().str() == "https://h/v1");
  CHECK(url_of("https://h/v1").without_query().str() == "https://h/v1");
}

TEST_CASE("no mutation of a URL crashes the parser, and what it accepts it accepts again") {
  const std::string seed = "https://u:p@[::1]:80/a%20b/?key=v&x#f";
  const std::string bytes("\0 /:?#[]@%&=.-\\a0\xFF", 18);
  for (std::size_t at = 0; at <= seed.size(); ++at) {
    for (const char c : bytes) {
      for (const std::string& text :
           {seed.substr(0, at) + c + seed.substr(at), seed.substr(0, at) + c, c + seed.substr(at)}) {
        const base::Result<Url> url = Url::parse(text);
        if (!url) continue;
        CHECK(url_of(url->str()).str() == url->str());
      }
    }
  }
}

}  // namespace
}  // namespace byok::core
