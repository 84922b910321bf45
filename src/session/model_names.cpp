// Model names: exact, by alias, by beginning, by likeness.
#include "session/model_names.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace byok::session {
namespace {

using core::ModelInfo;
using Models = std::vector<ModelInfo>;

bool is_separator(char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }

// "gpt-4.1" begins "gpt-4.1-mini" and "gpt-4.1", but not "gpt-4.10".
bool begins(std::string_view id, std::string_view word) {
  return !word.empty() && base::istarts_with(id, word) && (id.size() == word.size() || is_separator(id[word.size()]));
}

// What stands behind the maker's name: "gpt-4.1" of "openai/gpt-4.1".
std::string_view without_maker(std::string_view id) { return id.substr(id.rfind('/') + 1); }

// The only one for which the predicate holds, or null.
template <class Predicate>
const ModelInfo* only(const Models& models, Predicate holds) {
  const auto first = std::ranges::find_if(models, holds);
  if (first == models.end()) return nullptr;
  return std::find_if(first + 1, models.end(), holds) == models.end() ? &*first : nullptr;
}

std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts(1);
  for (const char c : base::to_lower(text)) {
    if (!is_separator(c)) {
      parts.back() += c;
    } else if (!parts.back().empty()) {
      parts.emplace_back();
    }
  }
  if (parts.back().empty()) parts.pop_back();
  return parts;
}

// How many of the word's parts the id lacks; nothing where it has fewer than two, or not more than half of them.
std::optional<int> parts_lacking(std::string_view id, const std::vector<std::string>& wanted) {
  const std::vector<std::string> parts = parts_of(id);
  const auto shared = std::ranges::count_if(
      wanted, [&](const std::string& part) { return std::ranges::find(parts, part) != parts.end(); });
  const auto all = static_cast<std::ptrdiff_t>(wanted.size());
  return shared >= 2 && shared * 2 > all ? std::optional(static_cast<int>(all - shared)) : std::nullopt;
}

// Whether a few letters differ, with or without the maker's name and the tag.
bool is_like(std::string_view id, std::string_view word) {
  const std::string lower = base::to_lower(id);
  const std::string_view whole = lower;
  const std::string_view name = without_maker(whole);
  const std::string_view forms[] = {whole, name, name.substr(0, name.find(':'))};
  return !base::nearest(word, forms).empty();
}

}  // namespace

const ModelInfo* find_model(std::string_view word, const Models& models) {
  const auto exact = std::ranges::find(models, word, &ModelInfo::id);
  if (exact != models.end()) return &*exact;
  const auto has_id = [&](const ModelInfo& model) { return base::iequals(model.id, word); };
  const auto has_name = [&](const ModelInfo& model) { return base::iequals(model.name, word); };
  const auto has_beginning = [&](const ModelInfo& model) { return begins(model.id, word); };
  const auto is_latest = [&](const ModelInfo& model) { return base::iequals(model.id, std::string(word) + ":latest"); };
  if (word.empty()) return nullptr;
  if (const ModelInfo* model = only(models, has_id)) return model;
  if (const ModelInfo* model = only(models, has_name)) return model;
  if (const ModelInfo* model = only(models, is_latest)) return model;
  return only(models, has_beginning);
}

std::vector<std::string> nearest_models(std::string_view word, const Models& models, std::size_t most) {
  constexpr std::size_t kShortest = 3;  // letters that say something wherever they stand
  constexpr int kLast = 1000;
  if (word.empty()) return {};
  const std::string lower = base::to_lower(word);
  const std::string_view bare = without_maker(lower);
  const std::vector<std::string> parts = parts_of(lower);
  std::vector<std::pair<int, std::string>> ranked;
  for (const ModelInfo& model : models) {
    const std::string_view name = without_maker(model.id);
    int rank = -1;
    if (begins(model.id, lower) || begins(name, bare) || base::iequals(model.name, word)) {
      rank = 0;
    } else if (is_like(model.id, bare)) {
      rank = 1;
    } else if (bare.size() >= kShortest && base::icontains(model.id, bare)) {
      rank = 2;
    } else if (const auto lacking = parts_lacking(model.id, parts)) {
      rank = 3 + *lacking;
    } else if (begins(bare, name)) {
      rank = kLast;
    }
    if (rank >= 0) ranked.emplace_back(rank, model.id);
  }
  std::ranges::stable_sort(ranked, {}, &std::pair<int, std::string>::first);
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < std::min(ranked.size(), most); ++i) ids.push_back(std::move(ranked[i].second));
  return ids;
}

}  // namespace byok::session
