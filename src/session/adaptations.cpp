// Adaptations: a small JSON file, read whole and written whole.
#include "session/adaptations.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "base/file.hpp"

namespace byok::session {
namespace {

using nlohmann::json;

constexpr std::int64_t kLifetime = 30LL * 24 * 60 * 60;
constexpr std::size_t kLargestFile = std::size_t{1} << 20;
constexpr std::size_t kMostEntries = 500;
constexpr unsigned kMode = 0600;

struct Entry {
  AdaptationKey key;
  std::string word;
  std::int64_t learned = 0;
};

std::optional<std::string> text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<Entry> read_entry(const json& object) {
  if (!object.is_object()) return std::nullopt;
  const auto origin = text_of(object, "origin");
  const auto wire_api = text_of(object, "wire_api");
  const auto model = text_of(object, "model");
  const auto word = text_of(object, "word");
  const auto learned = object.find("learned");
  if (!origin || !wire_api || !model || !word || learned == object.end() || !learned->is_number_integer())
    return std::nullopt;
  return Entry{.key = {.origin = *origin, .wire_api = *wire_api, .model = *model},
               .word = *word,
               .learned = learned->get<std::int64_t>()};
}

// The entries that still hold. A time in the future comes from a clock that was wrong.
std::vector<Entry> load(const std::filesystem::path& file, std::int64_t now) {
  std::vector<Entry> entries;
  if (file.empty()) return entries;
  const auto text = base::read_file(file, kLargestFile);
  if (!text) return entries;
  // One object of flat entries: whatever is nested deeper is not ours, and is not built.
  const auto no_deeper = [](int depth, json::parse_event_t, json&) { return depth <= 3; };
  const json document = json::parse(*text, no_deeper, false);
  if (!document.is_object()) return entries;
  const auto list = document.find("learned");
  if (list == document.end() || !list->is_array()) return entries;
  for (const auto& object : *list) {
    auto entry = read_entry(object);
    if (entry && entry->learned <= now && entry->learned > now - kLifetime) entries.push_back(*std::move(entry));
  }
  return entries;
}

// The fields of request bodies that stand for a value which a user may have set.
struct Field {
  std::string_view body;
  std::string_view option;  // in core::Sampling and Request::pinned
  bool (*is_set)(const core::Sampling&);
};
constexpr auto kHasEffort = [](const core::Sampling& s) { return s.reasoning_effort.has_value(); };
constexpr auto kHasStop = [](const core::Sampling& s) { return !s.stop.empty(); };
constexpr std::array kFields{
    Field{"temperature", "temperature", [](const core::Sampling& s) { return s.temperature.has_value(); }},
    Field{"top_p", "top_p", [](const core::Sampling& s) { return s.top_p.has_value(); }},
    Field{"seed", "seed", [](const core::Sampling& s) { return s.seed.has_value(); }},
    Field{"stop", "stop", kHasStop},
    Field{"stop_sequences", "stop", kHasStop},
    Field{"reasoning_effort", "reasoning_effort", kHasEffort},
    Field{"reasoning", "reasoning_effort", kHasEffort},
};

// The field that a word such as `drop:temperature` leaves out, where a user may have set it.
const Field* dropped_field(std::string_view word) {
  constexpr std::string_view kDrop = "drop:";
  if (!word.starts_with(kDrop)) return nullptr;
  word.remove_prefix(kDrop.size());
  const auto* const field = std::ranges::find(kFields, word, &Field::body);
  return field == kFields.end() ? nullptr : field;
}

void save(const std::filesystem::path& file, const std::vector<Entry>& entries) {
  json list = json::array();
  const std::size_t first = entries.size() - std::min(entries.size(), kMostEntries);  // the oldest go
  for (std::size_t i = first; i < entries.size(); ++i)
    list.push_back({{"origin", entries[i].key.origin},
                    {"wire_api", entries[i].key.wire_api},
                    {"model", entries[i].key.model},
                    {"word", entries[i].word},
                    {"learned", entries[i].learned}});
  const json document{{"schema_version", 1}, {"learned", std::move(list)}};
  if (file.has_parent_path() && !base::make_private_directory(file.parent_path())) return;
  const auto text = document.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
  [[maybe_unused]] const auto written = base::write_file(file, text, kMode);
}

}  // namespace

AdaptationKey adaptation_key(const core::Profile& profile, std::string_view model) {
  return {.origin = profile.base_url.origin(),
          .wire_api = std::string(core::to_string(profile.wire_api)),
          .model = std::string(model)};
}

core::Adaptations recall_adaptations(const std::filesystem::path& file, const AdaptationKey& key, std::int64_t now) {
  core::Adaptations words;
  for (auto& entry : load(file, now))
    if (entry.key == key) words.insert(std::move(entry.word));
  return words;
}

void remember_adaptations(const std::filesystem::path& file, const AdaptationKey& key, const core::Adaptations& words,
                          std::int64_t now) {
  if (file.empty() || words.empty()) return;
  auto entries = load(file, now);
  std::erase_if(entries, [&](const Entry& entry) { return entry.key == key && words.contains(entry.word); });
  for (const auto& word : words) entries.push_back({.key = key, .word = word, .learned = now});
  save(file, entries);
}

void forget_adaptations(const std::filesystem::path& file, std::string_view origin, std::int64_t now) {
  auto entries = load(file, now);
  if (std::erase_if(entries, [&](const Entry& entry) { return entry.key.origin == origin; }) > 0) save(file, entries);
}

core::Adaptations usable_adaptations(core::Adaptations words, const core::Request& request) {
  std::erase_if(words, [&](const std::string& word) {
    const auto* const field = dropped_field(word);
    return field != nullptr && request.pinned.contains(field->option);
  });
  return words;
}

std::vector<std::string> dropped_options(const core::Adaptations& words, const core::Request& request) {
  constexpr std::string_view kOwn = "body:";
  const json body = request.body.empty() ? json() : json::parse(request.body, nullptr, false);
  std::vector<std::string> options;
  for (const auto& word : words) {
    if (word.starts_with(kOwn) && body.is_object() && body.contains(word.substr(kOwn.size())))
      options.push_back("body." + word.substr(kOwn.size()));
    if (const auto* const field = dropped_field(word); field != nullptr && field->is_set(request.sampling))
      options.emplace_back(field->option);
  }
  return options;
}

}  // namespace byok::session
