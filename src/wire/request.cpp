// A whole request: the dialect's body with what the profile, the adaptations and the command line change of it.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "wire/json.hpp"
#include "wire/reply_form.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using Object = nlohmann::ordered_json;

constexpr std::string_view kDrop = "drop:";
constexpr std::string_view kDropOwn = "body:";
constexpr std::size_t kMostSteps = 64;

// RFC 7396: members are merged one by one, null removes.
void merge(Object& target, const Object& patch) {
  if (!target.is_object()) target = Object::object();
  for (const auto& [key, value] : patch.items()) {
    if (value.is_null()) {
      target.erase(key);
    } else if (value.is_object()) {
      merge(target[key], value);
    } else {
      target[key] = value;
    }
  }
}

// The place that a path names, made where it is missing; nothing where the path runs into a value that is no container.
Object* descend(Object& at, std::string_view step) {
  if (at.is_null()) at = Object::object();
  if (at.is_object()) return &at[std::string(step)];
  const auto index = base::to_int(step);
  if (!at.is_array() || !index || *index < 0 || static_cast<std::size_t>(*index) > at.size()) return nullptr;
  if (static_cast<std::size_t>(*index) == at.size()) at.push_back(nullptr);
  return &at[static_cast<std::size_t>(*index)];
}

// The place that the steps name, or nothing: for removal, which makes no places on its way.
Object* find(Object& body, std::span<const std::string_view> steps) {
  Object* at = &body;
  for (const std::string_view step : steps) {
    const auto index = base::to_int(step);
    if (at->is_object() && at->contains(step)) {
      at = &(*at)[std::string(step)];
    } else if (at->is_array() && index && *index >= 0 && static_cast<std::size_t>(*index) < at->size()) {
      at = &(*at)[static_cast<std::size_t>(*index)];
    } else {
      return nullptr;
    }
  }
  return at;
}

void erase(Object& at, std::string_view step) {
  if (at.is_object()) at.erase(std::string(step));
  const auto index = base::to_int(step);
  if (at.is_array() && index && *index >= 0 && static_cast<std::size_t>(*index) < at.size()) {
    at.erase(static_cast<std::size_t>(*index));
  }
}

Result<> apply_edit(Object& body, const core::FieldEdit& edit) {
  // What is nested too deep to be written again is taken as text, as is what is no JSON.
  Object value = Json::parse(edit.json).is_valid() ? Object::parse(edit.json, nullptr, false) : Object(edit.json);
  if (value.is_discarded()) value = edit.json;
  const auto steps = base::split(edit.path, '.');
  if (std::ranges::any_of(steps, &std::string_view::empty) || steps.size() > kMostSteps) {
    return fail(ErrorKind::usage, fmt::format("--set {}: the path has an empty part, or too many", edit.path),
                "write names and numbers between dots: --set a.b.0=1");
  }
  if (value.is_null()) {
    if (Object* parent = find(body, std::span(steps).first(steps.size() - 1))) erase(*parent, steps.back());
    return {};
  }
  Object* at = &body;
  for (const std::string_view step : steps) {
    at = descend(*at, step);
    if (at == nullptr) {
      return fail(ErrorKind::usage, fmt::format("--set {}: there is no place {} in the request", edit.path, step),
                  "a number indexes a list, up to one past its end; --dry-run shows the request");
    }
  }
  *at = std::move(value);
  return {};
}

void drop_field(Object& body, std::string_view path) {
  const auto steps = base::split(path, '.');
  Object* at = find(body, std::span(steps).first(steps.size() - 1));
  if (at == nullptr) return;
  erase(*at, steps.back());
  // An object that only held the dropped field goes with it.
  if (steps.size() == 2 && at->is_object() && at->empty()) body.erase(std::string(steps.front()));
}

Result<std::string> finished_body(const core::Request& request, const std::string& text) {
  if (request.body.empty() && request.adaptations.empty() && request.edits.empty()) return text;
  Object body = Object::parse(text, nullptr, false);
  if (body.is_discarded()) return fail(ErrorKind::internal, "the request body is not JSON");
  // What byok would leave out comes first: it must not touch what the user wrote.
  for (const std::string& word : request.adaptations) {
    if (word.starts_with(kDrop)) drop_field(body, std::string_view(word).substr(kDrop.size()));
  }
  if (!request.body.empty()) {
    Object patch = Object::parse(request.body, nullptr, false);
    if (!patch.is_object()) {
      return fail(ErrorKind::config, "`body` of the profile is not a mapping", "write body: {field: value}");
    }
    for (const std::string& word : request.adaptations) {
      if (word.starts_with(kDropOwn)) patch.erase(word.substr(kDropOwn.size()));
    }
    merge(body, patch);
  }
  for (const core::FieldEdit& edit : request.edits) BYOK_CHECK(apply_edit(body, edit));
  return body.dump(-1, ' ', false, Object::error_handler_t::replace);
}

}  // namespace

Result<Outgoing> ask(const core::Profile& profile, const base::Secret& secret, const core::Request& request) {
  const Wire& wire = wire_for(profile);
  Outgoing outgoing;
  const ReplyForm form = reply_form(request, wire.api);
  const bool is_in_prompt = form == ReplyForm::object || form == ReplyForm::prompt;
  BYOK_TRY(const std::string body, is_in_prompt ? wire.body(profile, with_schema_in_prompt(request), outgoing.warnings)
                                                : wire.body(profile, request, outgoing.warnings));
  BYOK_TRY(outgoing.http.body, finished_body(request, body));
  outgoing.http.method = "POST";
  outgoing.http.url = wire.endpoint(profile, request.model);
  outgoing.http.headers = headers_for(profile, secret, request.stream, true);
  return outgoing;
}

}  // namespace byok::wire
