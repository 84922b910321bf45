// Both forms of the report.
#include "doctor/report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.hpp"

namespace byok::doctor {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestLine = 400;

std::string indented(std::string_view text, std::string_view indent) {
  return base::replace_all(std::string(text), "\n", fmt::format("\n{}", indent));
}

}  // namespace

std::string heading(const Report& report) {
  const std::string name = report.profile.empty() ? "no profile" : fmt::format("profile {}", report.profile);
  return report.host.empty() ? name : fmt::format("{}, {}", name, report.host);
}

std::string to_text(const CheckResult& check, const Dress& dress) {
  if (check.status == Status::skip) return {};
  constexpr std::string_view kIndent = "                      ";
  std::string text = fmt::format("{}  {:<14}{}", dress(check.status, fmt::format("{:<4}", to_string(check.status))),
                                 check.title, indented(base::abbreviate(check.summary, kLongestLine), kIndent));
  if (check.duration.count() > 0) text += fmt::format("  ({} ms)", check.duration.count());
  text += '\n';
  const bool is_ok = check.status == Status::ok;
  // What is well is told in a line, but for the wire APIs that were asked for.
  if (is_ok && check.id != "reply") return text;
  for (const std::string& detail : check.details) {
    text += fmt::format("{:20}{}\n", "", indented(base::abbreviate(detail, kLongestLine), kIndent));
  }
  if (is_ok) return text;
  return text + fmt::format("{:17}-> {}\n", "", indented(check.remedy, "                    "));
}

std::string skips(const Report& report, const Dress& dress) {
  std::vector<std::pair<std::string, std::string>> groups;  // why, and the titles
  for (const CheckResult& check : report.checks) {
    if (check.status != Status::skip) continue;
    if (groups.empty() || groups.back().first != check.summary) {
      groups.emplace_back(check.summary, check.title);
    } else {
      groups.back().second += fmt::format(", {}", check.title);
    }
  }
  std::string text;
  for (const auto& [why, titles] : groups)
    text += fmt::format("{}  {} ({})\n", dress(Status::skip, "skip"), titles, why);
  return text;
}

std::string to_json(const Report& report, const base::Redactor& redactor) {
  Json object;
  object["profile"] = report.profile;
  object["checks"] = Json::array();
  for (const CheckResult& check : report.checks) {
    Json details = Json::array();
    for (const std::string& detail : check.details) details.push_back(redactor.redact(detail));
    object["checks"].push_back({{"id", check.id},
                                {"status", to_string(check.status)},
                                {"summary", redactor.redact(check.summary)},
                                {"details", std::move(details)},
                                {"remediation", redactor.redact(check.remedy)},
                                {"duration_ms", check.duration.count()}});
  }
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace byok::doctor
