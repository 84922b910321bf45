// Exchange: what doctor asks a server: one page, the model list, a short reply; and a transport that remembers heads.
#pragma once

#include <memory>
#include <string>

#include "doctor/case.hpp"
#include "wire/wire.hpp"

namespace byok::doctor {

struct Page {
  core::HttpHead head;
  std::string body;  // at most 64 KiB of it
};
// One GET with the headers of `profile`, whatever status it gives.
[[nodiscard]] base::Result<Page> fetch(const Case& c, const core::Profile& profile, const base::Secret& secret,
                                       const core::Url& url);

// The provider's own list within the check's time, never from the cache.
[[nodiscard]] base::Result<std::vector<core::ModelInfo>> fetch_models(Case& c, const core::Profile& profile);

// A short prompt, streamed, tried once.
[[nodiscard]] Reply ask_shortly(Case& c, const core::Profile& profile);

// Passes everything on to `inner`, and keeps the last head in `last`, which outlives it.
[[nodiscard]] std::unique_ptr<transport::Transport> make_witness(std::unique_ptr<transport::Transport> inner,
                                                                 LastHead& last);

}  // namespace byok::doctor
