// HttpRequest and HttpHead: what goes out and the head of what comes back, as values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/url.hpp"

namespace byok::core {

struct Header {
  std::string name;
  std::string value;
  bool is_secret = false;  // never shown; redacted by value
  std::string shell = {};  // how a shell would write the value, where it is not literal: `Bearer $FOUNDRY_API_KEY`
};

struct HttpRequest {
  std::string method = "POST";
  Url url;
  std::vector<Header> headers;
  std::string body;  // JSON, or empty for GET
};

struct HttpHead {
  int status = 0;
  std::vector<Header> headers;  // in the order received

  // The first value of that name (any case), or empty.
  [[nodiscard]] std::string_view find(std::string_view name) const;
};

}  // namespace byok::core
