// A list with numbers, and a question until the answer can be a model.
#include "cli/chat/pick_model.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "session/model_names.hpp"
#include "terminal/sanitize.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::Result;
using terminal::Reading;

constexpr std::size_t kMostShown = 30;

void show(const ModelChoice& choice, const Context& context) {
  const core::Profile& profile = choice.launched->profile;
  const auto& models = choice.models;
  if (models.empty()) {
    const std::string reason = choice.reason.empty() ? "the provider lists none" : choice.reason;
    context.say(fmt::format("byok: which models profile {} has is not known: {}", profile.name, reason));
    return;
  }
  std::string text = fmt::format(
      "profile {} names no model; {}:\n", terminal::sanitize_line(profile.name),
      lists_base_models(profile) ? "type the name of a deployment; the base models are" : "these are there");
  const std::size_t count = std::min(models.size(), kMostShown);
  for (std::size_t i = 0; i < count; ++i) {
    text += fmt::format("{:>4}  {}\n", i + 1, terminal::sanitize_line(models[i].id));
  }
  if (models.size() > count) text += fmt::format("      and {} more: Tab completes their ids\n", models.size() - count);
  context.say_raw(text);
}

terminal::Completer completer_of(const ModelChoice& choice) {
  return [&choice](std::string_view text, std::size_t cursor) {
    terminal::Completion completion;
    for (const core::ModelInfo& model : choice.models) {
      if (model.id.starts_with(text.substr(0, cursor))) completion.candidates.push_back(model.id);
    }
    return completion;
  };
}

// A line without blanks at its ends; fails where there will be none.
Result<std::string> read_line(const terminal::EditorOptions& look, terminal::LineEditor& editor) {
  while (true) {
    BYOK_TRY(const Reading reading, editor.read(look, {}));
    if (reading.kind == Reading::Kind::line) return std::string(base::trim(reading.draft.text));
    if (reading.kind == Reading::Kind::open_editor || reading.kind == Reading::Kind::suspend) continue;
    const bool has_left = reading.kind == Reading::Kind::end;
    auto none = base::fail(has_left ? ErrorKind::usage : ErrorKind::cancelled, "no model was taken");
    none.error().code = kNoneTaken;
    return none;
  }
}

// What is not listed may be there all the same: a deployment, an alias of a gateway, a model that is new.
Result<bool> is_meant(const std::string& id, const ModelChoice& choice, terminal::LineEditor& editor,
                      const Context& context) {
  constexpr std::size_t kMostMeant = 3;
  if (choice.models.empty() || lists_base_models(choice.launched->profile)) return true;
  const auto meant = session::nearest_models(id, choice.models, kMostMeant);
  const std::string question = meant.empty() ? "" : fmt::format("; did you mean {}?", base::join(meant, ", "));
  context.say(fmt::format("byok: {} is not among the models that are listed{}", base::shell_quote(id), question));
  terminal::EditorOptions look;
  look.prompt = "byok: use it all the same? [y/N] ";
  BYOK_TRY(const std::string answer, read_line(look, editor));
  return base::iequals(answer, "y") || base::iequals(answer, "yes");
}

}  // namespace

Result<std::string> pick_model(const ModelChoice& choice, terminal::LineEditor& editor, Context& context) {
  show(choice, context);
  terminal::EditorOptions look;
  look.prompt = choice.models.empty() ? "model id: " : "number or id: ";
  look.complete = completer_of(choice);
  while (true) {
    BYOK_TRY(std::string id, read_line(look, editor));
    if (id.empty()) continue;
    const auto number = base::to_int(id);
    if (number && *number >= 1 && static_cast<std::size_t>(*number) <= choice.models.size()) {
      id = choice.models[static_cast<std::size_t>(*number) - 1].id;
    } else if (const auto* const found = session::find_model(id, choice.models); found != nullptr) {
      id = found->id;
    } else if (number && !choice.models.empty()) {
      context.say(fmt::format("byok: {} is none of them", base::shell_quote(id)));
      continue;
    } else {
      BYOK_TRY(const bool is_taken, is_meant(id, choice, editor, context));
      if (!is_taken) continue;
    }
    context.say(fmt::format("byok: using {}; to keep it: {}", id, how_to_keep(*choice.launched, id)));
    return id;
  }
}

}  // namespace byok::cli
