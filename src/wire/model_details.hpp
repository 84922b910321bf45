// ModelDetails: what some servers tell of their models at other addresses than that of the list.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "core/http.hpp"
#include "core/model_info.hpp"
#include "core/profile.hpp"

namespace byok::wire {

enum class ModelServer { other, ollama, lm_studio, lite_llm, foundry_local, llama_cpp };

// Who answered with this list; `other` for all that have told everything by it.
[[nodiscard]] ModelServer recognise_server(const core::Profile& profile, const core::HttpHead& head,
                                           std::string_view list);

struct DetailQuestion {
  ModelServer server = ModelServer::other;
  core::HttpRequest http;
  std::string model;         // the one it is about; empty: all of them
  bool adds_models = false;  // its answer can name models that the list lacks
  bool is_fallback = false;  // only worth asking where the question before it went unanswered
};

// What to ask, in order, all of it at the profile's own origin. At most 64 questions.
[[nodiscard]] std::vector<DetailQuestion> detail_questions(const core::Profile& profile, const base::Secret& secret,
                                                           ModelServer server,
                                                           const std::vector<core::ModelInfo>& models);

// Lays over the models what a 2xx answer tells of them. False: the body is no answer to the question.
[[nodiscard]] bool merge_details(const DetailQuestion& question, std::string_view body,
                                 std::vector<core::ModelInfo>& models);

// Where a server of this machine or network that has no list in OpenAI's form keeps one (Ollama's `/api/tags`);
// nothing for other profiles.
[[nodiscard]] std::optional<core::HttpRequest> list_models_elsewhere(const core::Profile& profile,
                                                                     const base::Secret& secret);

}  // namespace byok::wire
