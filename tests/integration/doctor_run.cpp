// Running doctor on a row, and doing what it says.
#include "integration/doctor_run.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <regex>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "support/case_file.hpp"

namespace byok::test {
namespace {

// Everything that stands for a key or token anywhere in these tests.
constexpr std::array<std::string_view, 7> kSecrets = {
    kGoodKey,          "bad-key-0123456789abcdef", "sk-ant-0123456789abcdef", "tok-0123456789abcdef",
    "proxy-pass-word", "minted-0123456789abcdef",  "c2lnbmF0dXJlLXBhcnQ"};

// Sets a key of the profile: in its place, or at the end.
void set_line(std::string& profile, const std::string& key, const std::string& value) {
  const std::string line = fmt::format("    {}: {}\n", key, value);
  const std::string start = fmt::format("    {}:", key);
  std::size_t at = profile.starts_with(start) ? 0 : profile.find("\n" + start);
  if (at == std::string::npos) {
    profile += line;
    return;
  }
  if (at != 0 || !profile.starts_with(start)) ++at;
  std::size_t end = profile.find('\n', at) + 1;
  while (profile.substr(end).starts_with("      ")) end = profile.find('\n', end) + 1;  // what stands below it
  profile.replace(at, end - at, line);
}

}  // namespace

std::string with_port(std::string text, std::uint16_t port) {
  return base::replace_all(std::move(text), "{port}", fmt::format("{}", port));
}

bool apply_remedy(std::string_view remedy, std::string& profile, Variables& environment) {
  std::string text(remedy);
  // The first of several ways is taken.
  for (const std::string_view other : {", or ", "; or ", "\nor ", "\n(", "; known values"}) {
    text = text.substr(0, text.find(other));
  }
  text = base::replace_all(text, "`", "");
  bool has_any = false;
  static const std::regex exported(R"(export (\w+)=(\S+))");
  for (std::sregex_iterator it(text.begin(), text.end(), exported), end; it != end; ++it) {
    const auto words = split_words((*it)[2].str());
    environment[(*it)[1].str()] = words && !words->empty() ? words->front() : "";
    has_any = true;
  }
  static const std::regex assigned(R"(\b([A-Z][A-Z_]+_[A-Z_]+)=(\S+))");
  for (std::sregex_iterator it(text.begin(), text.end(), assigned), end; !has_any && it != end; ++it) {
    environment[(*it)[1].str()] = (*it)[2].str();
    has_any = true;
  }
  // Azure's hints stand on two lines.
  text = std::regex_replace(text, std::regex(R"(azure:\n\s+api_version: (\S+))"), "azure: {api_version: $1}");
  static const std::regex keyed(
      R"((base_url|type|wire_api|model|api_key|bearer_token|azure|tls|proxy|models|auth|allow_insecure_http|no_proxy|max_output_tokens): (\{[^}]*\}|\[[^\]]*\]|"[^"]*"|[^\s,;]+))");
  for (std::sregex_iterator it(text.begin(), text.end(), keyed), end; it != end; ++it) {
    set_line(profile, (*it)[1].str(), (*it)[2].str());
    has_any = true;
  }
  return has_any;
}

void configure(const Sandbox& sandbox, std::string_view profile) {
  sandbox.write(sandbox.config_file(), fmt::format("profiles:\n  p:\n{}", profile));
}

void check_no_secret(const ProcessResult& result) {
  for (const std::string_view secret : kSecrets) {
    CAPTURE(secret);
    CHECK_FALSE(result.out.contains(secret));
    CHECK_FALSE(result.err.contains(secret));
  }
}

Verdict examine(Sandbox& sandbox, std::vector<std::string> words) {
  std::vector<std::string> all = {"doctor", "--json"};
  all.insert(all.end(), words.begin(), words.end());
  Verdict verdict;
  verdict.result = sandbox.run(std::move(all));
  check_no_secret(verdict.result);
  verdict.report = nlohmann::json::parse(verdict.result.out, nullptr, false);
  if (!verdict.report.is_object() || !verdict.report.contains("profiles")) return verdict;
  // A warning is the cause only where nothing failed.
  for (const std::string_view wanted : {"fail", "warn"}) {
    for (const auto& check : verdict.report["profiles"][0]["checks"]) {
      if (!verdict.check.empty() || check["status"].get<std::string>() != wanted) continue;
      verdict.check = check["id"].get<std::string>();
      verdict.status = wanted;
      verdict.summary = check["summary"].get<std::string>();
      verdict.remediation = check["remediation"].get<std::string>();
      verdict.details = check["details"].dump();
    }
  }
  return verdict;
}

void prove(const Broken& row, Sandbox& sandbox, std::uint16_t port) {
  CAPTURE(row.name);
  std::string profile = with_port(row.profile, port);
  for (const auto& [name, value] : row.environment) sandbox.environment[name] = with_port(value, port);
  if (row.file.empty()) {
    configure(sandbox, profile);
  } else {
    sandbox.write(sandbox.config_file(), with_port(row.file, port));
  }
  std::vector<std::string> words = {"-p", "p"};
  words.insert(words.end(), row.words.begin(), row.words.end());

  const Verdict broken = examine(sandbox, words);
  CAPTURE(summary(broken.result));
  CHECK(broken.check == row.check);
  CHECK(broken.status == (row.exit_code == 0 ? "warn" : "fail"));
  CHECK(broken.result.exit_code == row.exit_code);
  const std::string wanted = with_port(row.remedy, port);
  CAPTURE(wanted);
  CHECK(broken.remediation.contains(wanted));
  std::vector<std::string> human = {"doctor"};
  human.insert(human.end(), words.begin(), words.end());
  const ProcessResult shown = sandbox.run(human);
  check_no_secret(shown);
  CHECK(shown.exit_code == row.exit_code);
  CHECK(std::count(shown.out.begin(), shown.out.end(), '\n') <= 24);
  if (!row.applies) return;

  std::string remedy = broken.remediation;
  for (const auto& [blank, value] : row.blanks) remedy = base::replace_all(remedy, blank, with_port(value, port));
  CAPTURE(remedy);
  REQUIRE(apply_remedy(remedy, profile, sandbox.environment));
  CAPTURE(profile);
  configure(sandbox, profile);
  const Verdict mended = examine(sandbox, words);
  CAPTURE(summary(mended.result));
  CHECK(mended.check == "");
  CHECK(mended.result.exit_code == 0);
}

void prove(const Broken& row) {
  const RawServer server(always(answer_as(row.provider)));
  Sandbox sandbox;
  prove(row, sandbox, server.port());
}

}  // namespace byok::test
