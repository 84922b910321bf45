// `byok models list` and `byok models show`.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/text.hpp"
#include "cli/ask/options.hpp"
#include "cli/catalog.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/failure.hpp"
#include "cli/launch.hpp"
#include "session/adaptations.hpp"
#include "terminal/sanitize.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using Models = std::vector<core::ModelInfo>;

std::string count_text(const std::optional<std::int64_t>& count) { return count ? fmt::format("{}", *count) : "-"; }
std::string yes_no(const std::optional<bool>& value) { return value ? (*value ? "yes" : "no") : "-"; }

std::string table(const Models& models) {
  std::vector<std::vector<std::string>> rows = {{"ID", "NAME", "CONTEXT", "MAX OUTPUT", "VISION", "REASONING"}};
  for (const core::ModelInfo& model : models) {
    rows.push_back({terminal::sanitize_line(model.id), model.name.empty() ? "-" : terminal::sanitize_line(model.name),
                    count_text(model.max_context_window_tokens), count_text(model.max_output_tokens),
                    yes_no(model.vision), yes_no(model.reasoning_effort)});
  }
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    text += std::string(line.substr(0, line.find_last_not_of(' ') + 1)) + "\n";
  }
  return text;
}

Result<Models> find_models(const Arguments& arguments, Context& context, bool refresh, Launched& launched) {
  auto models = fetch_models(launched, context, refresh);
  if (!models) return models;
  if (const auto filter = arguments.last("filter")) {
    std::erase_if(*models, [&](const core::ModelInfo& model) {
      return !base::icontains(model.id, *filter) && !base::icontains(model.name, *filter);
    });
  }
  return models;
}

Result<Launched> launch_for_list(const Arguments& arguments, Context& context) {
  BYOK_TRY(config::Overrides overrides, read_overrides(arguments));
  overrides.needs_model = false;
  return launch(overrides, context);
}

int fail_at(Context& context, const base::Error& error, const Launched& launched, bool as_json) {
  if (as_json) return fail_command(context, error, true);
  if (error.kind != ErrorKind::cancelled) context.report(error, launched.where());
  return static_cast<int>(exit_code_for(error.kind, context.signal_for(error)));
}

int list(const Arguments& arguments, Context& context) {
  const bool as_json = arguments.has("json");
  auto launched = launch_for_list(arguments, context);
  if (!launched) return fail_command(context, launched.error(), as_json);
  const bool refreshes = arguments.has("refresh");
  if (refreshes) {
    const std::string origin = launched->profile.base_url.origin();
    session::forget_adaptations(adaptations_file(context), origin, seconds_since_1970());
  }
  const auto models = find_models(arguments, context, refreshes, *launched);
  if (!models) return fail_at(context, models.error(), *launched, as_json);
  if (as_json) return context.print_json(session::to_json(*models) + "\n");
  const bool is_azure =
      launched->profile.type == core::ProviderType::azure || core::is_azure_host(launched->profile.base_url.host());
  if (is_azure && launched->profile.models.empty()) {
    context.warn("Azure lists base models here, not your deployments; `model` is the name of a deployment");
  }
  if (models->empty()) {
    context.say(arguments.has("filter") ? "byok: no model matches" : "byok: the provider lists no models");
    return 0;
  }
  return context.print(table(*models));
}

int show(const Arguments& arguments, Context& context) {
  const bool as_json = arguments.has("json");
  if (arguments.words.size() != 1) {
    auto error = fail(ErrorKind::usage, "byok models show needs the id of one model", "byok models list shows the ids");
    return fail_command(context, error.error(), as_json);
  }
  auto launched = launch_for_list(arguments, context);
  if (!launched) return fail_command(context, launched.error(), as_json);
  const auto models = find_models(arguments, context, false, *launched);
  if (!models) return fail_at(context, models.error(), *launched, as_json);
  const std::string& id = arguments.words.front();
  const auto found = std::ranges::find(*models, id, &core::ModelInfo::id);
  if (found == models->end()) {
    std::vector<std::string_view> ids;
    for (const core::ModelInfo& model : *models) ids.push_back(model.id);
    const std::string near = base::nearest(id, ids);
    auto error = fail(ErrorKind::not_found, fmt::format("there is no model {}", base::shell_quote(id)),
                      near.empty() ? "byok models list shows the ids" : fmt::format("did you mean {}?", near));
    return fail_at(context, error.error(), *launched, as_json);
  }
  if (as_json) return context.print_json(session::to_json(*found) + "\n");
  std::string text = fmt::format("id              {}\n", terminal::sanitize_line(found->id));
  const auto add = [&text](std::string_view label, const std::string& value) {
    if (value != "-" && !value.empty()) text += fmt::format("{:<16}{}\n", label, value);
  };
  add("name", terminal::sanitize_line(found->name));
  add("context window", count_text(found->max_context_window_tokens));
  add("max prompt", count_text(found->max_prompt_tokens));
  add("max output", count_text(found->max_output_tokens));
  add("vision", yes_no(found->vision));
  add("reasoning", yes_no(found->reasoning_effort));
  return context.print(text);
}

int with_interrupt(const Arguments& arguments, Context& context, int (*run)(const Arguments&, Context&)) {
  transport::Interrupt interrupt;
  context.interrupt = &interrupt;
  const int code = run(arguments, context);
  context.interrupt = nullptr;
  return code;
}

}  // namespace

int run_models_list(const Arguments& arguments, Context& context) { return with_interrupt(arguments, context, list); }
int run_models_show(const Arguments& arguments, Context& context) { return with_interrupt(arguments, context, show); }

}  // namespace byok::cli
