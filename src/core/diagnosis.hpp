// Diagnosis: something found out about a configuration, with what to do about it.
#pragma once

#include <string>

namespace byok::core {

enum class Severity { note, warning, error };

struct Diagnosis {
  Severity severity = Severity::error;
  std::string code;     // stable word, for example "azure-base-url-path"
  std::string subject;  // the profile or key it is about, for example "profiles.azure.base_url"
  std::string summary;  // what is wrong, one sentence
  std::string remedy;   // what to write instead; never empty for a warning or an error
  std::string where;    // file:line:column or $VARIABLE or --option; may be empty
};

}  // namespace byok::core
