// A list with numbers, and a question until the answer is one of them.
#include "cli/chat/pick_model.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/catalog.hpp"
#include "cli/launch.hpp"
#include "cli/missing_model.hpp"
#include "session/model_names.hpp"
#include "terminal/sanitize.hpp"

namespace byok::cli {
namespace {

using Models = std::vector<core::ModelInfo>;
using terminal::Reading;

constexpr std::size_t kMostShown = 30;
constexpr std::chrono::seconds kPatience{10};

base::Result<Models> models_of(const Launched& launched, Context& context) {
  if (!launched.profile.models.empty()) return launched.profile.models;
  session::CatalogOptions options = catalog_options(context);
  options.details = false;
  options.deadline = std::chrono::steady_clock::now() + kPatience;
  return fetch_models(launched, context, options);
}

void show(const Launched& launched, const Models& models, const Context& context) {
  std::string text = fmt::format("profile {} names no model; these are there:\n", launched.profile.name);
  const std::size_t count = std::min(models.size(), kMostShown);
  for (std::size_t i = 0; i < count; ++i) {
    text += fmt::format("{:>4}  {}\n", i + 1, terminal::sanitize_line(models[i].id));
  }
  if (models.size() > count) text += fmt::format("      and {} more: Tab completes their ids\n", models.size() - count);
  context.say_raw(text);
}

// Empty where the answer means none of them.
std::string meant_by(std::string_view answer, const Models& models) {
  if (const auto number = base::to_int(answer); number && *number >= 1) {
    const auto index = static_cast<std::size_t>(*number) - 1;
    if (index < models.size()) return models[index].id;
  }
  const core::ModelInfo* const found = session::find_model(answer, models);
  return found != nullptr ? found->id : std::string();
}

terminal::Completer completer_of(const Models& models) {
  return [&models](std::string_view text, std::size_t cursor) {
    terminal::Completion completion;
    for (const core::ModelInfo& model : models) {
      if (model.id.starts_with(text.substr(0, cursor))) completion.candidates.push_back(model.id);
    }
    return completion;
  };
}

}  // namespace

base::Result<std::string> pick_model(const config::Overrides& overrides, terminal::LineEditor& editor,
                                     Context& context) {
  config::Overrides without = overrides;
  without.needs_model = false;
  const bool was_quiet = std::exchange(context.is_quiet, true);  // its notices were printed before
  const auto launched = launch(without, context);
  context.is_quiet = was_quiet;
  if (!launched) return std::unexpected(launched.error());
  BYOK_TRY(Models models, models_of(*launched, context));
  std::erase_if(models, [](const core::ModelInfo& model) { return base::icontains(model.id, "embed"); });
  if (models.empty()) return std::string();
  show(*launched, models, context);
  terminal::EditorOptions look;
  look.prompt = "number or id: ";
  look.complete = completer_of(models);
  while (true) {
    BYOK_TRY(const Reading reading, editor.read(look, {}));
    if (reading.kind == Reading::Kind::signal) return base::fail(base::ErrorKind::cancelled, "interrupted");
    const std::string_view answer = base::trim(reading.draft.text);
    if (reading.kind != Reading::Kind::line || answer.empty()) return std::string();
    std::string id = meant_by(answer, models);
    if (!id.empty()) {
      context.say(fmt::format("byok: using {}; to keep it: {}", id, how_to_keep(*launched, id)));
      return id;
    }
    context.say(fmt::format("byok: {} is none of them", base::shell_quote(answer)));
  }
}

}  // namespace byok::cli
