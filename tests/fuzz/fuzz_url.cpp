// Fuzzes the URL: what is accepted is written the same way it is read, and joins without surprises.
#include "core/url.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using byok::core::Url;
  using byok::fuzz::require;
  const auto url = Url::parse(byok::fuzz::text_of(data, size));
  if (!url) {
    require(url.error().kind == byok::base::ErrorKind::config && !url.error().message.empty());
    return 0;
  }
  const auto again = Url::parse(url->str());
  require(again && again->str() == url->str() && again->origin() == url->origin());
  require(!url->host().empty() && url->port() != 0 && url->str().find_first_of(" \n\r\t@#") > url->origin().size());
  const Url joined = url->join("/chat/completions");
  require(joined.origin() == url->origin() && joined.query() == url->query());
  require(joined.path().ends_with("/chat/completions") && !joined.path().ends_with("//chat/completions"));
  const Url queried = url->with_query("api-version", "a b&c");
  require(Url::parse(queried.str()).has_value() && queried.with_query("api-version", "a b&c").str() == queried.str());
  return 0;
}
