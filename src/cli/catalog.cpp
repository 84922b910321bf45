// Options of the catalog from the context.
#include "cli/catalog.hpp"

#include <algorithm>
#include <chrono>

namespace byok::cli {

std::int64_t seconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

std::filesystem::path adaptations_file(const Context& context) {
  const std::filesystem::path cache = context.environment.cache_directory();
  return cache.empty() ? cache : cache / "adaptations.json";
}

session::CatalogOptions catalog_options(const Context& context) {
  session::CatalogOptions options;
  options.cache_directory = context.environment.cache_directory();
  options.now = seconds_since_1970();
  return options;
}

std::vector<core::ModelInfo> models_at_hand(const core::Profile& profile, const Context& context) {
  return profile.models.empty() ? session::cached_models(profile, catalog_options(context)) : profile.models;
}

base::Result<std::vector<core::ModelInfo>> fetch_models(const Launched& launched, Context& context,
                                                        session::CatalogOptions options) {
  CredentialSource credential(launched, context);
  if (launched.deadline) options.deadline = std::min(*launched.deadline, options.deadline.value_or(*launched.deadline));
  options.interrupt = context.interrupt != nullptr ? context.interrupt->fd() : -1;
  options.secret = [&credential](bool again) { return credential.get(again); };
  const auto transport = transport::make_curl_transport(context.log);
  return session::list_models(*transport, launched.profile, options);
}

}  // namespace byok::cli
