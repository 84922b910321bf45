// Tests of the choice of a proxy, and of the exceptions to it.
#include "config/proxy.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "unit/config/config_fixture.hpp"

using namespace byok;
using namespace byok::config;
using namespace byok::config::test;

namespace {

core::Url url(std::string_view text) { return *core::Url::parse(text); }

std::string proxy_of(const Variables& variables, const std::string& base, const std::string& more = "") {
  const ConfigFolder folder;
  const auto result =
      folder.resolve("profiles: {p: {model: m, auth: none, base_url: \"" + base + "\"" + more + "}}", variables);
  if (!result) return "error: " + errors(result);
  return result->profile.network.proxy + " " + result->profile.network.proxy_origin;
}

}  // namespace

TEST_CASE("The proxy follows the scheme, lower case before upper case, all_proxy last") {
  const std::string https = "https://h.example/v1";
  const std::string http = "http://h.example/v1";
  CHECK(proxy_of({{"https_proxy", "a:1"}, {"HTTPS_PROXY", "b:1"}, {"all_proxy", "c:1"}}, https) == "a:1 $https_proxy");
  CHECK(proxy_of({{"HTTPS_PROXY", "b:1"}, {"all_proxy", "c:1"}}, https) == "b:1 $HTTPS_PROXY");
  CHECK(proxy_of({{"http_proxy", "b:1"}, {"ALL_PROXY", "c:1"}}, https) == "c:1 $ALL_PROXY");
  CHECK(proxy_of({{"https_proxy", "a:1"}, {"HTTP_PROXY", "b:1"}}, http) == "b:1 $HTTP_PROXY");
  CHECK(proxy_of({}, https) == " ");
  CHECK(proxy_of({{"https_proxy", ""}}, https) == " ");
}

TEST_CASE("A profile's proxy comes before the environment's, and can turn it off") {
  const Variables set = {{"https_proxy", "env.example:1"}, {"PROXY_PASSWORD", "pw"}};
  const std::string base = "https://h.example/v1";
  CHECK(proxy_of(set, base, ", proxy: \"http://own.example:2\"") ==
        "http://own.example:2 ~/.config/byok/config.yaml:1:79");
  CHECK(
      proxy_of(set, base, ", proxy: \"http://u:${env:PROXY_PASSWORD}@own.example:2\"").starts_with("http://u:pw@own"));
  CHECK(proxy_of(set, base, ", proxy: none") == " ");
  CHECK(proxy_of(set, base, ", proxy: \"\"") == " ");
  CHECK(proxy_of(set, base, ", no_proxy: h.example") == " ");
  CHECK(proxy_of(set, base, ", no_proxy: [other, .example]") == " ");
  CHECK(proxy_of(set, base, ", no_proxy: other").starts_with("env.example:1"));
  CHECK(proxy_of(set, base, ", proxy: \"ftp://own.example\"") == "error: unusable-value");
  CHECK(proxy_of({{"https_proxy", "http://a b"}}, base) == "error: unusable-value");
}

TEST_CASE("Loopback is never proxied, whoever asks for it") {
  const Variables set = {{"http_proxy", "p.example:1"}, {"https_proxy", "p.example:1"}};
  for (const char* base :
       {"http://localhost:1/v1", "http://127.3.2.1/v1", "https://[::1]:5/v1", "http://a.localhost/v1"}) {
    CAPTURE(base);
    CHECK(proxy_of(set, base) == " ");
    CHECK(proxy_of(set, base, ", proxy: \"http://own.example:2\"") == " ");
  }
}

TEST_CASE("no_proxy comes before NO_PROXY, and both add to loopback") {
  const Variables both = {{"https_proxy", "p:1"}, {"no_proxy", "a.example"}, {"NO_PROXY", "b.example"}};
  CHECK(proxy_of(both, "https://a.example") == " ");
  CHECK(proxy_of(both, "https://b.example") == "p:1 $https_proxy");
  CHECK(proxy_of({{"https_proxy", "p:1"}, {"NO_PROXY", "b.example"}}, "https://b.example") == " ");
}

TEST_CASE("Exceptions match names, what is below them, addresses, ranges and ports") {
  struct Row {
    const char* entry;
    const char* url;
    bool is_direct;
  };
  for (const Row& row : {
           Row{"example.com", "https://example.com", true},
           Row{"example.com", "https://api.example.com", true},
           Row{"EXAMPLE.com", "https://api.example.COM", true},
           Row{".example.com", "https://api.example.com", true},
           Row{".example.com", "https://example.com", true},
           Row{"*.example.com", "https://api.example.com", true},
           Row{"example.com.", "https://example.com", true},
           Row{"example.com", "https://notexample.com", false},
           Row{"api.example.com", "https://example.com", false},
           Row{"example.com:8080", "https://example.com:8080", true},
           Row{"example.com:8080", "https://example.com", false},
           Row{"example.com:443", "https://example.com", true},
           Row{"*", "https://anything.example", true},
           Row{"10.0.0.0/8", "http://10.200.3.4", true},
           Row{"10.0.0.0/8", "http://11.0.0.1", false},
           Row{"192.168.4.0/22", "http://192.168.7.255", true},
           Row{"192.168.4.0/22", "http://192.168.8.0", false},
           Row{"0.0.0.0/0", "http://9.9.9.9", true},
           Row{"10.0.0.1/33", "http://10.0.0.1", false},
           Row{"10.0.0.1/x", "http://10.0.0.1", false},
           Row{"192.168.1.5", "http://192.168.1.5:9000", true},
           Row{"192.168.1.5", "http://192.168.1.50", false},
           Row{"168.1.5", "http://192.168.1.5", false},
           Row{"fd00::/8", "http://[fd12::1]", true},
           Row{"fd00::/8", "http://[fe80::1]", false},
           Row{"2001:db8::1", "http://[2001:db8::1]", true},
           Row{"[2001:db8::1]:80", "http://[2001:db8::1]", true},
           Row{"10.0.0.0/8", "https://h.example", false},
           Row{"a.example, b.example", "https://b.example", true},
           Row{"a.example b.example", "https://b.example", true},
           Row{" , ,", "https://b.example", false},
           Row{".", "https://b.example", false},
       }) {
    CAPTURE(row.entry);
    CAPTURE(row.url);
    CHECK(is_direct(url(row.url), {row.entry}) == row.is_direct);
  }
}

TEST_CASE("A proxy's address may lack the scheme, and must have a host that can be read") {
  for (const char* good :
       {"h:3128", "http://h", "https://u:p@h:1/", "socks5h://h:1080", "SOCKS5://h", "http://[::1]:1"}) {
    CAPTURE(good);
    CHECK(proxy_problem(good).empty());
  }
  for (const char* bad : {"ftp://h", "http://", "http://h h", "http://h/path", "http://h:99999"}) {
    CAPTURE(bad);
    CHECK_FALSE(proxy_problem(bad).empty());
  }
  CHECK(is_loopback_proxy("http://u:p@localhost:3128"));
  CHECK(is_loopback_proxy("127.0.0.1:1"));
  CHECK_FALSE(is_loopback_proxy("http://localhost@proxy.example:1"));
}

TEST_CASE("TLS variables are read as the curl tool reads them, and ca_only leaves them out") {
  const ConfigFolder folder;
  const auto network = [&](const Variables& variables, const std::string& tls) {
    const auto result =
        folder.resolve("profiles: {p: {model: m, auth: none, base_url: \"https://h.example\"" + tls + "}}", variables);
    REQUIRE(result);
    return result->profile.network;
  };
  const Variables all = {{"CURL_CA_BUNDLE", "/curl"},
                         {"SSL_CERT_FILE", "/file"},
                         {"SSL_CERT_DIR", "/dir"},
                         {"NODE_EXTRA_CA_CERTS", "/extra"}};
  const core::Network first = network(all, "");
  CHECK(first.ca_bundle == "/curl");
  CHECK(first.ca_directory.empty());
  CHECK(first.extra_ca_file == "/extra");
  const core::Network second = network({{"SSL_CERT_FILE", "/file"}, {"SSL_CERT_DIR", "/dir"}}, "");
  CHECK(second.ca_bundle == "/file");
  CHECK(second.ca_directory == "/dir");
  const core::Network only = network(all, ", tls: {ca_file: ~/ca.pem, ca_only: true}");
  CHECK(only.ca_file == (folder.path() / "ca.pem").string());
  CHECK(only.ca_only);
  CHECK(only.ca_bundle.empty());
  CHECK(only.extra_ca_file.empty());
}
