// One run over the table.
#include "doctor/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "config/builtins.hpp"
#include "doctor/checks.hpp"
#include "doctor/exchange.hpp"

namespace byok::doctor {
namespace {

using core::Diagnosis;
using core::Severity;

struct Check {
  std::string_view id;
  std::string_view title;
  Finding (*run)(Case&);
  std::string_view after;     // ids, separated by blanks: of those that must not have failed or been skipped
  bool needs_profile = true;  // that could be made out, whatever is wrong with it
  bool is_offline = false;    // asks nobody
};

constexpr auto kChecks = std::to_array<Check>({
    {"config", "config file", check_config, "", false, true},
    {"rules", "profile rules", check_rules, "config", false, true},
    {"credential", "credential", check_credential, "config", false, true},
    {"address", "address", check_address, "config", true, true},
    {"dns", "DNS", check_dns, "address"},
    {"connect", "connect", check_connect, "dns"},
    {"tls", "proxy and TLS", check_tls, "connect"},
    {"route", "route and key", check_route, "credential tls"},
    {"model", "model", check_model, "rules route"},
    {"reply", "reply", check_reply, "rules model"},
});

// "after X": the failure that stands in the way, also of what stands in the way; or empty.
std::string obstacle(const Check& check, const Case& c, const Report& report) {
  for (const std::string_view id : base::split(check.after, ' ')) {
    const auto found = std::ranges::find(report.checks, id, &CheckResult::id);
    if (found == report.checks.end()) continue;
    if (found->status == Status::skip) return found->summary;
    if (found->status == Status::fail) return fmt::format("after {}", found->title);
  }
  return check.needs_profile && !c.profile ? "after profile rules" : "";
}

std::string line_of(const Diagnosis& one) {
  return one.where.empty() ? one.summary : fmt::format("{}: {}", one.where, one.summary);
}

// What was seen, unless something is wrong: then that, the gravest first.
void describe(const Finding& finding, CheckResult& result) {
  result.status = finding.status();
  result.details = finding.details;
  result.kind = finding.kind;
  std::vector<Diagnosis> wrong = finding.diagnoses;
  std::ranges::stable_sort(wrong, std::ranges::greater{}, &Diagnosis::severity);
  result.summary = finding.seen;
  for (const Diagnosis& one : wrong) {
    if (one.severity == Severity::note) {
      result.details.push_back(line_of(one));
      continue;
    }
    if (&one == &wrong.front()) {
      if (!finding.seen.empty()) result.details.insert(result.details.begin(), finding.seen);
      result.summary = line_of(one);
      result.remedy = one.remedy;
    } else {
      result.details.push_back(line_of(one));
      if (!one.remedy.empty() && !result.remedy.contains(one.remedy)) result.remedy += "\n" + one.remedy;
    }
  }
}

CheckResult run_check(const Check& check, Case& c, const Report& report) {
  CheckResult result;
  result.id = check.id;
  result.title = check.title;
  result.summary = obstacle(check, c, report);
  if (!result.summary.empty()) {
    result.status = Status::skip;
    return result;
  }
  const auto start = std::chrono::steady_clock::now();
  c.deadline = start + c.options.limit;
  const Finding finding = check.run(c);
  result.duration = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  describe(finding, result);
  return result;
}

std::string name_of(const config::Overrides& overrides, const std::vector<config::ProfileSummary>& all) {
  if (overrides.profile) return *overrides.profile;
  const auto active = std::ranges::find_if(all, &config::ProfileSummary::is_active);
  return active == all.end() ? "" : active->name;
}

}  // namespace

Status Report::overall() const {
  const auto has = [this](Status status) {
    return std::ranges::find(checks, status, &CheckResult::status) != checks.end();
  };
  return has(Status::fail) ? Status::fail : has(Status::warn) ? Status::warn : Status::ok;
}

const CheckResult* Report::first_failure() const {
  const auto found = std::ranges::find(checks, Status::fail, &CheckResult::status);
  return found == checks.end() ? nullptr : &*found;
}

Report examine(const config::Config& config, const config::Overrides& overrides, const Options& options,
               const base::Log& log, const std::function<void(const Report&)>& on_check) {
  Case c{.config = config, .overrides = overrides, .options = options, .log = log};
  c.transport = make_witness(transport::make_curl_transport(log), c.last_head);
  const std::vector<config::ProfileSummary> all = config.list();
  c.name = name_of(overrides, all);
  const auto own = std::ranges::find(all, c.name, &config::ProfileSummary::name);
  c.is_builtin = own != all.end() && own->is_builtin;
  Report report;
  report.profile = c.name;
  for (const Check& check : kChecks) {
    if (options.is_offline && !check.is_offline) break;
    CheckResult result = run_check(check, c, report);
    if (result.status == Status::fail && result.kind == base::ErrorKind::cancelled) {
      report.is_cancelled = true;
      break;
    }
    if (c.profile) report.host = c.profile->base_url.origin();
    report.checks.push_back(std::move(result));
    if (on_check) on_check(report);
  }
  return report;
}

std::vector<std::string> profiles_in_use(const config::Config& config) {
  std::vector<std::string> names;
  for (const config::ProfileSummary& one : config.list()) {
    const config::Builtin* builtin = one.is_builtin ? config::find_builtin(one.name) : nullptr;
    if (builtin != nullptr && !one.is_active && config::evidence_of(*builtin, config.environment()).empty()) continue;
    names.push_back(one.name);
  }
  return names;
}

}  // namespace byok::doctor
