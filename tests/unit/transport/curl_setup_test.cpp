// Which certificate authorities a transfer trusts.
#include "transport/curl_setup.hpp"

#include <unistd.h>

#include <ostream>
//
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

using namespace byok;
using base::ErrorKind;
using transport::choose_trust;
using transport::SystemTrust;

namespace {

// A directory of certificate files, removed at the end.
class Certificates {
 public:
  Certificates() {
    std::string name = (std::filesystem::temp_directory_path() / "byok-trust-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
    for (const char* file : {"bundle.pem", "own.pem", "extra.pem", "ring.pem"}) std::ofstream(path_ / file) << file;
    std::filesystem::create_directory(path_ / "plain");
    std::ofstream(path_ / "plain" / "README") << "no links";
    std::filesystem::create_directory(path_ / "hashed");
    std::ofstream(path_ / "hashed" / "0a775a30.0") << "link";
  }
  ~Certificates() { std::filesystem::remove_all(path_); }
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  [[nodiscard]] std::string at(const char* name) const { return (path_ / name).string(); }
  [[nodiscard]] SystemTrust system(const char* directory) const {
    return {.directory = at(directory), .bundle = at("bundle.pem")};
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("only names made of eight hex digits, a dot and a number are hashed links") {
  const Certificates files;
  CHECK(transport::has_hashed_links(files.at("hashed")));
  CHECK_FALSE(transport::has_hashed_links(files.at("plain")));
  CHECK_FALSE(transport::has_hashed_links(files.at("missing")));
  CHECK_FALSE(transport::has_hashed_links(""));
  for (const char* name : {"0a775a3.0", "0a775a30.", "0a775a30.r0", "0A775A30.0", "0a775a30-0"}) {
    std::filesystem::create_directory(files.at(name));
    std::ofstream(files.at(name) + "/" + name) << "x";
    CAPTURE(name);
    CHECK_FALSE(transport::has_hashed_links(files.at(name)));
  }
}

TEST_CASE("a hashed directory is used alone, and the bundle when that was not enough") {
  const Certificates files;
  const auto quick = choose_trust({}, files.system("hashed"), false);
  REQUIRE(quick);
  CHECK(quick->is_quick);
  CHECK(quick->directory == files.at("hashed"));
  CHECK(quick->file.empty());
  CHECK(quick->blob.empty());
  const auto full = choose_trust({}, files.system("hashed"), true);
  REQUIRE(full);
  CHECK_FALSE(full->is_quick);
  CHECK(full->directory == files.at("hashed"));
  CHECK(full->file == files.at("bundle.pem"));
}

TEST_CASE("without hashed links the bundle is used at once") {
  const Certificates files;
  const auto trust = choose_trust({}, files.system("plain"), false);
  REQUIRE(trust);
  CHECK_FALSE(trust->is_quick);
  CHECK(trust->file == files.at("bundle.pem"));
}

TEST_CASE("a named bundle replaces the system's and is used at once") {
  const Certificates files;
  core::Network network;
  network.ca_bundle = files.at("ring.pem");
  const auto trust = choose_trust(network, files.system("hashed"), false);
  REQUIRE(trust);
  CHECK_FALSE(trust->is_quick);
  CHECK(trust->file == files.at("ring.pem"));
}

TEST_CASE("a named directory replaces the system's") {
  const Certificates files;
  core::Network network;
  network.ca_directory = files.at("plain");
  const auto trust = choose_trust(network, files.system("hashed"), false);
  REQUIRE(trust);
  CHECK(trust->directory == files.at("plain"));
  CHECK_FALSE(trust->is_quick);
}

TEST_CASE("a CA file is added to the system's, and so is Node's") {
  const Certificates files;
  core::Network network;
  network.ca_file = files.at("own.pem");
  auto trust = choose_trust(network, files.system("hashed"), false);
  REQUIRE(trust);
  CHECK(trust->is_quick);
  CHECK(trust->directory == files.at("hashed"));
  CHECK(trust->file == files.at("own.pem"));
  network.extra_ca_file = files.at("extra.pem");
  trust = choose_trust(network, files.system("hashed"), false);
  REQUIRE(trust);
  CHECK(trust->file.empty());
  CHECK(trust->blob == "own.pem\nextra.pem\n");
  trust = choose_trust(network, files.system("plain"), false);
  REQUIRE(trust);
  CHECK(trust->blob == "bundle.pem\nown.pem\nextra.pem\n");
}

TEST_CASE("ca_only leaves the system's and all others out") {
  const Certificates files;
  core::Network network;
  network.ca_file = files.at("own.pem");
  network.ca_only = true;
  network.extra_ca_file = files.at("extra.pem");
  network.ca_bundle = files.at("ring.pem");
  const auto trust = choose_trust(network, files.system("hashed"), false);
  REQUIRE(trust);
  CHECK(trust->file == files.at("own.pem"));
  CHECK(trust->directory.empty());
  CHECK(trust->blob.empty());
  CHECK_FALSE(trust->is_quick);
}

TEST_CASE("a named file that cannot be read is an error that names the key; Node's is passed over") {
  const Certificates files;
  struct Case {
    std::string core::Network::* field;
    const char* key;
  };
  for (const auto& each :
       {Case{&core::Network::ca_file, "tls.ca_file"}, Case{&core::Network::ca_bundle, "SSL_CERT_FILE"},
        Case{&core::Network::client_cert, "tls.client_cert"}, Case{&core::Network::client_key, "tls.client_key"}}) {
    core::Network network;
    network.*each.field = files.at("missing.pem");
    const auto trust = choose_trust(network, files.system("hashed"), false);
    REQUIRE_FALSE(trust);
    CHECK(trust.error().kind == ErrorKind::config);
    CHECK(trust.error().message.find(each.key) != std::string::npos);
    CHECK(trust.error().message.find("missing.pem") != std::string::npos);
  }
  core::Network network;
  network.extra_ca_file = files.at("missing.pem");
  CHECK(choose_trust(network, files.system("hashed"), false));
}
