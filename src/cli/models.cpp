// `byok models list` and `byok models show`.
#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/text.hpp"
#include "cli/ask/options.hpp"
#include "cli/catalog.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/failure.hpp"
#include "cli/launch.hpp"
#include "cli/model_table.hpp"
#include "session/adaptations.hpp"
#include "session/model_names.hpp"
#include "terminal/sanitize.hpp"
#include "terminal/terminal.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using Models = std::vector<core::ModelInfo>;

bool matches(const core::ModelInfo& model, std::string_view filter) {
  return base::icontains(model.id, filter) || base::icontains(model.name, filter);
}

Result<Models> find_models(Context& context, bool refresh, const Launched& launched) {
  session::CatalogOptions options = catalog_options(context);
  options.refresh = refresh;
  return fetch_models(launched, context, options);
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
  auto models = find_models(context, refreshes, *launched);
  if (!models) return fail_at(context, models.error(), *launched, as_json);
  const std::string filter = arguments.last("filter").value_or("");
  std::erase_if(*models, [&](const core::ModelInfo& model) { return !matches(model, filter); });
  if (as_json) return context.print_json(session::to_json(*models) + "\n");
  const bool is_azure =
      launched->profile.type == core::ProviderType::azure || core::is_azure_host(launched->profile.base_url.host());
  if (is_azure && launched->profile.models.empty()) {
    context.warn("Azure lists base models here, not your deployments; `model` is the name of a deployment");
  }
  if (models->empty()) {
    context.say(filter.empty() ? "byok: the provider lists no models" : "byok: no model matches");
    return 0;
  }
  const bool is_terminal = context.streams.out_is_terminal;
  const auto width = is_terminal ? std::optional(terminal::columns_of(context.streams.out)) : std::nullopt;
  return context.print(model_table(*std::move(models), width));
}

base::Error no_such_model(const std::string& id, const Models& models) {
  constexpr std::size_t kMostMeant = 5;
  base::Error error;
  error.kind = ErrorKind::not_found;
  error.message = fmt::format("there is no model {}", base::shell_quote(id));
  const auto meant = session::nearest_models(id, models, kMostMeant);
  error.hint =
      meant.empty() ? "byok models list shows the ids" : fmt::format("did you mean {}?", base::join(meant, ", "));
  return error;
}

int show(const Arguments& arguments, Context& context) {
  const bool as_json = arguments.has("json");
  if (arguments.words.size() != 1) {
    auto error = fail(ErrorKind::usage, "byok models show needs the id of one model", "byok models list shows the ids");
    return fail_command(context, error.error(), as_json);
  }
  auto launched = launch_for_list(arguments, context);
  if (!launched) return fail_command(context, launched.error(), as_json);
  auto models = find_models(context, false, *launched);
  if (!models) return fail_at(context, models.error(), *launched, as_json);
  const std::string& id = arguments.words.front();
  const core::ModelInfo* found = session::find_model(id, *models);
  if (found == nullptr && launched->profile.models.empty()) {
    // It may be newer than the list that was kept.
    models = find_models(context, true, *launched);
    if (!models) return fail_at(context, models.error(), *launched, as_json);
    found = session::find_model(id, *models);
  }
  if (found == nullptr) return fail_at(context, no_such_model(id, *models), *launched, as_json);
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
