// Fuzzes what reads error bodies and model lists: every status is explained, and nothing is adapted without a word.
#include "base/text.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using byok::fuzz::require;
  const std::string_view text = byok::fuzz::text_of(data, size);
  byok::core::Profile profile;
  profile.base_url = *byok::core::Url::parse("https://res.openai.azure.com/openai/v1");
  profile.model = profile.wire_model = "m";
  byok::core::Request request;
  request.model = "m";
  request.sampling.temperature = 1.0;
  request.sampling.max_output_tokens = 5;
  for (const int status : {200, 302, 400, 401, 404, 422, 429, 503}) {
    byok::core::HttpHead head{.status = status, .headers = {}};
    for (const char* name : {"location", "retry-after", "retry-after-ms"})
      head.headers.push_back({.name = name, .value = std::string(text.substr(0, 40))});
    const byok::base::Error error = byok::wire::explain(profile, head, text);
    require(!error.message.empty() && byok::base::is_utf8(error.message) && byok::base::is_utf8(error.hint));
    require(!error.retry_after || error.retry_after->count() >= 0);
    const auto found = byok::wire::adapt(profile, request, status, text);
    if (found && *found) require(!(*found)->word.empty());
  }
  const auto page = byok::wire::parse_models(text);
  if (!page) require(!page.error().message.empty());
  if (page) require(std::ranges::none_of(page->models, [](const auto& model) { return model.id.empty(); }));
  return 0;
}
