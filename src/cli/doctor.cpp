// `byok doctor`: why a profile does not work, and how to mend it.
#include "doctor/doctor.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/text.hpp"
#include "cli/ask/options.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/failure.hpp"
#include "cli/launch.hpp"
#include "cli/side_by_side.hpp"
#include "doctor/report.hpp"
#include "mock/mock.hpp"
#include "terminal/sanitize.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using doctor::Status;

// Enough to look at a file of profiles in the time of the slowest, and few enough for any machine.
constexpr std::size_t kMostAtOnce = 16;

struct Wishes {
  config::Overrides overrides;
  doctor::Options options;
  bool is_json = false;
  bool is_all = false;
};

Result<Wishes> read_wishes(const Arguments& arguments) {
  Wishes wishes;
  BYOK_TRY(wishes.overrides, read_overrides(arguments));
  // Here the time is that of a check, not of a run.
  if (wishes.overrides.timeout && wishes.overrides.timeout->count() > 0) {
    wishes.options.limit = *wishes.overrides.timeout;
  }
  wishes.overrides.timeout.reset();
  wishes.options.is_offline = arguments.has("offline");
  wishes.options.tries_all_wires = arguments.has("wire");
  wishes.is_json = arguments.has("json");
  wishes.is_all = arguments.has("all");
  if (wishes.is_all && wishes.overrides.profile) {
    return fail(ErrorKind::usage, "--all and --profile do not go together", "leave one of them out");
  }
  if (wishes.options.is_offline && wishes.options.tries_all_wires) {
    return fail(ErrorKind::usage, "--wire asks the provider, and --offline asks nobody", "leave one of them out");
  }
  return wishes;
}

// One examination with what it needs of the run: known secrets, the demo provider.
class Visit {
 public:
  Visit(const config::Config& config, const Wishes& wishes, Context& context)
      : config_(config), wishes_(wishes), context_(context) {}

  doctor::Report run(const std::function<void(const doctor::Report&)>& on_check) {
    doctor::Options options = wishes_.options;
    options.interrupt = context_.interrupt->fd();
    options.cache_directory = context_.environment.cache_directory();
    options.on_secret = [this](std::string_view secret) { context_.redactor.add(secret); };
    options.prepare = [this](core::Profile& profile) { return prepare(profile); };
    return doctor::examine(config_, wishes_.overrides, options, context_.log, on_check);
  }

 private:
  Result<> prepare(core::Profile& profile) {
    protect_secrets(profile, context_.redactor);
    if (!profile.is_demo || wishes_.options.is_offline) return {};
    BYOK_TRY(demo_, mock::MockServer::start({}));
    BYOK_TRY(profile.base_url, core::Url::parse(demo_->base_url() + "/v1"));
    return {};
  }

  const config::Config& config_;
  const Wishes& wishes_;
  Context& context_;
  std::unique_ptr<mock::MockServer> demo_;
};

std::string dress(const Context& context, Status status, std::string_view word) {
  switch (status) {
    case Status::fail:
      return context.out_style.error(word);
    case Status::warn:
      return context.out_style.warning(word);
    case Status::skip:
      return context.out_style.dim(word);
    case Status::ok:
      break;
  }
  return std::string(word);
}

// What comes from outside is made safe before the style is put around our own words.
doctor::CheckResult safe(const doctor::CheckResult& check, const Context& context) {
  doctor::CheckResult out = check;
  const auto clean = [&context](std::string& text) {
    text = context.redactor.redact(text);
    if (context.streams.out_is_terminal) text = terminal::sanitize(text);
  };
  clean(out.summary);
  clean(out.remedy);
  for (std::string& detail : out.details) clean(detail);
  return out;
}

std::string heading(const doctor::Report& report, const Context& context) {
  const std::string text = context.redactor.redact(doctor::heading(report));
  return context.out_style.bold(context.streams.out_is_terminal ? terminal::sanitize_line(text) : text) + "\n";
}

std::string text_of(const doctor::Report& report, const Context& context) {
  const doctor::Dress dressed = [&context](Status status, std::string_view word) {
    return dress(context, status, word);
  };
  std::string text = heading(report, context);
  for (const doctor::CheckResult& check : report.checks) text += doctor::to_text(safe(check, context), dressed);
  return text + doctor::skips(report, dressed);
}

int code_of(const doctor::Report& report, const Context& context) {
  if (report.is_cancelled) return static_cast<int>(exit_code_for(ErrorKind::cancelled, context.interrupt->signal()));
  const doctor::CheckResult* first = report.first_failure();
  return first == nullptr ? 0 : static_cast<int>(exit_code_for(first->kind));
}

std::string json_of(Status overall, const std::vector<std::string>& profiles) {
  return fmt::format("{{\"schema_version\":1,\"overall\":\"{}\",\"profiles\":[{}]}}\n", doctor::to_string(overall),
                     base::join(profiles, ","));
}

int fail_cancelled(Context& context, bool is_json) {
  const auto error = fail(ErrorKind::cancelled, "interrupted");
  return fail_command(context, error.error(), is_json);
}

// Each line as soon as its check is done: where one hangs, it is seen which.
int examine_one(const config::Config& config, const Wishes& wishes, Context& context) {
  const doctor::Dress dressed = [&context](Status status, std::string_view word) {
    return dress(context, status, word);
  };
  int written = 0;
  bool has_heading = false;
  const auto print_last = [&](const doctor::Report& report) {
    if (wishes.is_json || written != 0) return;
    const bool knows_host = !report.host.empty() || report.checks.back().id != "config";
    if (!has_heading && !knows_host) return;
    std::string text;
    if (!std::exchange(has_heading, true)) {
      text = heading(report, context);
      for (const auto& check : report.checks) text += doctor::to_text(safe(check, context), dressed);
    } else {
      text = doctor::to_text(safe(report.checks.back(), context), dressed);
    }
    written = context.print(text);
  };
  Visit visit(config, wishes, context);
  const doctor::Report report = visit.run(print_last);
  if (report.is_cancelled) return fail_cancelled(context, wishes.is_json);
  if (wishes.is_json) {
    written = context.print_json(json_of(report.overall(), {doctor::to_json(report, context.redactor)}));
  } else if (written == 0) {
    written = context.print(doctor::skips(report, dressed));
  }
  return written != 0 ? written : code_of(report, context);
}

// The child's text begins with the letter of its status.
Status status_from(std::string_view text) {
  return text.starts_with('o') ? Status::ok : text.starts_with('w') ? Status::warn : Status::fail;
}

int examine_all(const config::Config& config, Wishes& wishes, Context& context) {
  const std::vector<std::string> names = doctor::profiles_in_use(config);
  if (names.empty()) return examine_one(config, wishes, context);
  const auto work = [&](std::size_t index) {
    wishes.overrides.profile = names[index];
    Visit visit(config, wishes, context);
    const doctor::Report report = visit.run({});
    const std::string text = wishes.is_json ? doctor::to_json(report, context.redactor) : text_of(report, context);
    return ChildResult{.text = std::string(doctor::to_string(report.overall()).substr(0, 1)) + text,
                       .exit_code = code_of(report, context)};
  };
  std::vector<std::string> parts;
  Status overall = Status::ok;
  int first_code = 0;
  int written = 0;
  std::string separator;
  const auto take = [&](const ChildResult& result) {
    const Status status = status_from(result.text);
    if (status == Status::fail || (status == Status::warn && overall == Status::ok)) overall = status;
    if (first_code == 0) first_code = result.exit_code;
    if (result.text.empty()) return;  // it died, which its exit code says
    if (wishes.is_json) parts.push_back(result.text.substr(1));
    if (!wishes.is_json && written == 0)
      written = context.print(std::exchange(separator, "\n") + result.text.substr(1));
  };
  const auto results = run_side_by_side(names.size(), kMostAtOnce, context.interrupt->fd(), work, take);
  if (results.empty()) return fail_cancelled(context, wishes.is_json);
  if (wishes.is_json) written = context.print_json(json_of(overall, parts));
  return written != 0 ? written : first_code;
}

}  // namespace

int run_doctor(const Arguments& arguments, Context& context) {
  auto wishes = read_wishes(arguments);
  if (!wishes) return fail_command(context, wishes.error(), arguments.has("json"));
  transport::Interrupt interrupt;
  context.interrupt = &interrupt;
  const config::Config config = config::Config::load(context.environment, wishes->overrides.config_file);
  const int code = wishes->is_all ? examine_all(config, *wishes, context) : examine_one(config, *wishes, context);
  context.interrupt = nullptr;
  return code;
}

}  // namespace byok::cli
