// Attachments: images and documents that go with a prompt, from files or by their addresses.
#pragma once

#include <span>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "core/message.hpp"
#include "core/profile.hpp"

namespace byok::cli {

// A file (png, jpeg, gif, webp or PDF, told by its content) or an http(s) URL, which is handed to the provider and
// never fetched: a document where its path ends in .pdf, else an image. Fails with ErrorKind::usage, naming it: what
// cannot be read or is no such file, what is larger than the wire API takes, and what the profile's wire API has no
// part for.
[[nodiscard]] base::Result<core::Part> read_attachment(std::string_view path_or_url, const core::Profile& profile);

// Whether they fit into one request (ErrorKind::usage).
[[nodiscard]] base::Result<> check_attachments(std::span<const core::Part> parts, const core::Profile& profile);

// Makes the redactor know what is secret in the attachment's address: values of its query, by their names.
void protect_attachment(const core::Part& part, base::Redactor& redactor);

}  // namespace byok::cli
