// Checks of what the provider answers: the route and the credential, the model, and a short reply.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/text.hpp"
#include "doctor/alternatives.hpp"
#include "doctor/checks.hpp"
#include "doctor/claims.hpp"
#include "doctor/exchange.hpp"
#include "transport/probe.hpp"

namespace byok::doctor {
namespace {

using base::ErrorKind;
using Models = std::vector<core::ModelInfo>;

constexpr std::int64_t kSkew = 300;  // seconds

const base::Error* list_error(const Case& c) { return c.models && !*c.models ? &c.models->error() : nullptr; }
const base::Error* reply_error(const Case& c) {
  return c.reply && c.reply->turn.error ? &*c.reply->turn.error : nullptr;
}

bool is_about_route(const base::Error& error) {
  return error.kind == ErrorKind::route || error.kind == ErrorKind::protocol || error.kind == ErrorKind::not_found ||
         error.kind == ErrorKind::bad_request;
}
bool is_about_way(const base::Error& error) {
  return error.kind == ErrorKind::network || error.kind == ErrorKind::timeout || error.kind == ErrorKind::cancelled;
}

// The first guess whose model list can be had; nothing where none can.
std::string working_route(Case& c) {
  std::string next_best;
  for (const Alternative& guess : other_routes(*c.profile)) {
    if (std::chrono::steady_clock::now() >= c.deadline) break;
    const auto models = fetch_models(c, guess.profile);
    if (models) return how_to_set(c, guess.settings);
    if (models.error().kind == ErrorKind::cancelled) break;
    // The path is known there, and only the key is refused.
    if (models.error().kind == ErrorKind::auth && next_best.empty()) next_best = how_to_set(c, guess.settings);
  }
  const base::Error* error = list_error(c);
  return error != nullptr && error->kind == ErrorKind::auth ? "" : next_best;
}

void judge_clock(const Case& c, Finding& finding) {
  const auto date = wire::parse_http_date(c.last_head.date);
  if (!date) return;
  const std::int64_t now = seconds_now();
  const std::int64_t skew = now - *date;
  if (skew >= -kSkew && skew <= kSkew) return;
  finding.warn("clock", fmt::format("this machine's clock says {}, the server's {}", utc_text(now), utc_text(*date)),
               "set the clock: `sudo timedatectl set-ntp true`");
}

// The server refuses the credential. The same one in another provider's header may be what it wants.
void judge_refusal(Case& c, const base::Error& error, Finding& finding) {
  base::Error shown = error;
  // A list that anyone may read would prove nothing.
  const base::Error* list = list_error(c);
  const bool is_list_guarded = list != nullptr && list->kind == ErrorKind::auth;
  if (is_list_guarded && error.status == 401 && !c.secret.is_empty()) {
    const std::string other = working_route(c);
    if (!other.empty()) shown.hint = fmt::format("the key is accepted in another provider's form: {}", other);
  }
  finding.fail(shown, "check the credential");
}

// No answer of HTTP's: the port may speak TLS.
void judge_lost_way(const Case& c, const base::Error& error, Finding& finding) {
  base::Error shown = error;
  const core::Url& url = c.profile->base_url;
  if (error.kind == ErrorKind::network && !url.is_https() && c.profile->network.proxy.empty()) {
    const std::string over_tls = fmt::format("https{}", url.str().substr(url.scheme().size()));
    const auto secure = core::Url::parse(over_tls);
    constexpr std::chrono::milliseconds kPatience{1000};  // a server that speaks TLS does so at once
    const transport::ProbeLimits limits{.limit = std::min(c.left(), kPatience), .interrupt = c.options.interrupt};
    const auto made = transport::shake_hands(secure.value_or(url), c.profile->network, limits);
    if (made && made->certificate) {
      shown.message += "; it speaks TLS";
      shown.hint = how_to_set(c, {{"base_url", over_tls}});
    }
  }
  finding.fail(shown, "try again; with -vv the log says more");
}

void judge_lost_route(Case& c, const base::Error& error, Finding& finding) {
  base::Error shown = error;
  if (const std::string other = working_route(c); !other.empty()) shown.hint = other;
  finding.fail(shown, fmt::format("check base_url ({})", c.profile->base_url.display()));
}

void fail_for(const base::Error& error, Finding& finding) { finding.fail(error, "try again later"); }

// The list failed; whether the route is there at all, the reply may say better.
void judge_by_reply(Case& c, const base::Error& list, Finding& finding) {
  const base::Error* reply = reply_error(c);
  if (c.reply && reply == nullptr) {
    finding.seen = fmt::format("replies are served, but no model list at {}",
                               wire::list_models(*c.profile, base::Secret(), "").url.display());
    finding.warn("no-list", fmt::format("the provider gives no model list: {}", list.message),
                 how_to_set(c, {{"models", fmt::format("[{{id: {}}}]", c.profile->model)}}));
    return;
  }
  if (!is_about_route(list)) return fail_for(list, finding);
  if (reply == nullptr) return judge_lost_route(c, list, finding);
  const bool is_lost =
      reply->kind == list.kind || reply->kind == ErrorKind::route || reply->kind == ErrorKind::protocol;
  if (is_lost) return judge_lost_route(c, list, finding);
  finding.seen = fmt::format("no model list: {}", list.message);
}

std::string ids_of(const Models& models) {
  constexpr std::size_t kMostShown = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(models.size(), kMostShown); ++i) text += (i == 0 ? "" : ", ") + models[i].id;
  if (models.size() > kMostShown) text += fmt::format(", and {} more", models.size() - kMostShown);
  return text;
}

bool lists_base_models(const core::Profile& profile) {
  return profile.models.empty() &&
         (profile.type == core::ProviderType::azure || core::is_azure_host(profile.base_url.host()));
}

// Azure's deployments, which an old api-version still lists on many resources (wire.md, 1.2).
Models deployments(Case& c) {
  core::Profile asked = *c.profile;
  asked.type = core::ProviderType::azure;
  core::Url url = asked.base_url.with_path("").without_query();
  url = url.join(asked.azure_path_prefix + "/openai/deployments").with_query("api-version", "2023-03-15-preview");
  const auto page = fetch(c, asked, c.secret, url);
  if (!page || page->head.status != 200) return {};
  auto parsed = wire::parse_models(page->body);
  return parsed ? std::move(parsed->models) : Models{};
}

Models known_models(Case& c) {
  if (!c.profile->models.empty()) return c.profile->models;
  if (lists_base_models(*c.profile)) return deployments(c);
  return c.models && *c.models ? **c.models : Models{};
}

void judge_missing_model(Case& c, const base::Error& error, Finding& finding) {
  const Models models = known_models(c);
  base::Error shown = error;
  const std::string near = closest_model(c.profile->wire_model, models);
  const std::string only = near.empty() && models.size() == 1 ? models.front().id : near;
  const std::string_view key = c.profile->wire_model == c.profile->model ? "model" : "wire_model";
  if (!only.empty() && !is_listed(c.profile->wire_model, models))
    shown.hint = how_to_set(c, {{std::string(key), only}});
  if (!models.empty())
    finding.details.push_back(
        fmt::format("{}: {}", lists_base_models(*c.profile) ? "deployments" : "models", ids_of(models)));
  finding.fail(shown, fmt::format("`byok models list -p {}` shows the ids", c.name));
}

std::string seconds_text(std::chrono::milliseconds time) {
  if (time < std::chrono::seconds(1)) return fmt::format("{} ms", time.count());
  return fmt::format("{:.1f} s", static_cast<double>(time.count()) / 1000.0);
}

std::string describe_reply(const Reply& reply) {
  std::string text =
      fmt::format("\"{}\" after {}", base::abbreviate(base::trim(reply.text), 40), seconds_text(reply.time));
  if (reply.turn.time_to_first_token)
    text += fmt::format(", first token {}", seconds_text(*reply.turn.time_to_first_token));
  if (reply.turn.usage.output_tokens) text += fmt::format(", {} tokens", *reply.turn.usage.output_tokens);
  return text;
}

bool is_whole(const Reply& reply) { return !reply.turn.error && reply.turn.had_text; }

// Which of the wire APIs answer; the first that does, where the configured one does not.
std::optional<Settings> try_wires(Case& c, Finding& finding) {
  std::optional<Settings> works;
  for (const Alternative& one : all_wires(*c.profile)) {
    const bool is_configured = one.profile.wire_api == c.profile->wire_api && one.profile.type == c.profile->type;
    if (!is_configured) c.deadline = std::chrono::steady_clock::now() + c.options.limit;
    const Reply reply = is_configured && c.reply ? std::move(*c.reply) : ask_shortly(c, one.profile);
    const std::string_view name = core::to_string(one.profile.wire_api);
    if (reply.turn.error && reply.turn.error->kind == ErrorKind::cancelled) break;
    finding.details.push_back(fmt::format("{}: {}", name,
                                          is_whole(reply)    ? "speaks it"
                                          : reply.turn.error ? reply.turn.error->message
                                                             : "no text came"));
    if (is_whole(reply) && !works) works = one.settings;
    if (is_configured) c.reply = reply;
  }
  return works;
}

void judge_failed_reply(Case& c, const base::Error& error, const std::optional<Settings>& works, Finding& finding) {
  base::Error shown = error;
  if (works) shown.hint = how_to_set(c, *works);
  if (shown.kind == ErrorKind::timeout && shown.hint.contains("--timeout")) {
    shown.hint = fmt::format("a model that is still being loaded needs longer: `byok doctor -p {} --timeout {}`",
                             c.name, 6 * std::chrono::ceil<std::chrono::seconds>(c.options.limit).count());
  }
  finding.fail(shown, "try again; with -vv the log says more");
}

}  // namespace

Finding check_route(Case& c) {
  Finding finding;
  // The profile's own list stands for the provider's, as everywhere.
  const bool asks_list = c.profile->models.empty();
  c.models = asks_list ? fetch_models(c, *c.profile) : c.profile->models;
  const base::Error* list = list_error(c);
  if (asks_list) judge_clock(c, finding);
  if (list != nullptr && list->kind == ErrorKind::auth) {
    judge_refusal(c, *list, finding);
    return finding;
  }
  if (list != nullptr && is_about_way(*list)) {
    judge_lost_way(c, *list, finding);
    return finding;
  }
  if (!c.profile->wire_model.empty()) {
    c.deadline = std::chrono::steady_clock::now() + c.options.limit;
    c.reply = ask_shortly(c, *c.profile);
  }
  const base::Error* reply = reply_error(c);
  const bool is_lost =
      !asks_list && reply != nullptr && (reply->kind == ErrorKind::route || reply->kind == ErrorKind::protocol);
  if (reply != nullptr && reply->kind == ErrorKind::auth) {
    judge_refusal(c, *reply, finding);
  } else if (is_lost) {
    judge_lost_route(c, *reply, finding);
  } else if (list != nullptr) {
    judge_by_reply(c, *list, finding);
  } else {
    finding.seen =
        asks_list ? fmt::format("{} models listed", (*c.models)->size()) : "the profile lists its own models";
  }
  return finding;
}

Finding check_model(Case& c) {
  Finding finding;
  const std::string& model = c.profile->wire_model;
  const base::Error* error = reply_error(c);
  if (error != nullptr && error->kind == ErrorKind::not_found) {
    judge_missing_model(c, *error, finding);
    return finding;
  }
  const Models models = lists_base_models(*c.profile) ? Models{} : known_models(c);
  const bool answers = c.reply && !c.reply->turn.error;
  finding.seen = is_listed(model, models) ? fmt::format("{} is listed", model)
                 : answers                ? fmt::format("{} answers", model)
                                          : model;
  if (!answers && !models.empty() && !is_listed(model, models)) {
    const std::string near = closest_model(model, models);
    finding.details.push_back(fmt::format("models: {}", ids_of(models)));
    finding.warn("model-unlisted", fmt::format("{} is not among the models that the provider lists", model),
                 near.empty() ? fmt::format("`byok models list -p {}` shows the ids", c.name)
                              : how_to_set(c, {{"model", near}}));
  }
  return finding;
}

Finding check_reply(Case& c) {
  Finding finding;
  if (!c.reply) c.reply = ask_shortly(c, *c.profile);
  const bool is_failed = !is_whole(*c.reply);
  const base::Error* error = reply_error(c);
  const bool may_be_wire = error != nullptr && (is_about_route(*error) || error->kind == ErrorKind::incomplete);
  std::optional<Settings> works;
  if (c.options.tries_all_wires || may_be_wire) works = try_wires(c, finding);
  error = reply_error(c);
  if (error != nullptr) {
    judge_failed_reply(c, *error, works, finding);
  } else if (is_failed) {
    finding.fail(ErrorKind::incomplete, "no-text",
                 fmt::format("the reply ended ({}) and no text came", core::to_string(c.reply->turn.finish)),
                 how_to_set(c, {{"max_output_tokens", "4096"}}));
  } else {
    finding.seen = fmt::format("{}: {}", core::to_string(c.profile->wire_api), describe_reply(*c.reply));
    if (c.reply->turn.finish == core::FinishReason::length) {
      finding.warn("reply-cut", "the reply was cut at max_output_tokens",
                   how_to_set(c, {{"max_output_tokens", "4096"}}));
    }
  }
  return finding;
}

}  // namespace byok::doctor
