// ProfileLine: diagnoses shown by the commands that list and show profiles.
#include "cli/profiles/profile_line.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace byok::cli {

using Json = nlohmann::ordered_json;

std::string line_of(const core::Diagnosis& diagnosis) {
  std::string text = diagnosis.where.empty() ? "" : diagnosis.where + ": ";
  text += diagnosis.summary;
  if (!diagnosis.remedy.empty()) text += "; " + diagnosis.remedy;
  return text;
}

Json problems_as_json(const std::vector<core::Diagnosis>& problems, const base::Redactor& redactor) {
  constexpr std::string_view kSeverities[] = {"note", "warning", "error"};
  Json list = Json::array();
  for (const core::Diagnosis& one : problems) {
    list.push_back({{"severity", kSeverities[static_cast<std::size_t>(one.severity)]},
                    {"code", one.code},
                    {"where", one.where},
                    {"summary", redactor.redact(one.summary)},
                    {"remedy", redactor.redact(one.remedy)}});
  }
  return list;
}

bool has_errors(const std::vector<core::Diagnosis>& problems) {
  return std::ranges::find(problems, core::Severity::error, &core::Diagnosis::severity) != problems.end();
}

std::string json_line(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace byok::cli
