// Files told by their first bytes, and what each wire API takes of them.
#include "cli/attach.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/launch.hpp"
#include "core/request.hpp"
#include "core/url.hpp"
#include "wire/wire.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::Result;
using core::WireApi;

constexpr std::size_t kMebi = std::size_t{1} << 20;

// Bytes as they stand in a request, in base64. Servers in between may take less: theirs is then the word.
struct Limits {
  WireApi api;
  std::size_t image;
  std::size_t together;
};
constexpr auto kLimits = std::to_array<Limits>({
    // Anthropic's page on vision, "General limits": 10 MiB for an image, counted in base64 (5 MiB at Bedrock and
    // Vertex); the request has 32 MB.
    {WireApi::messages, 10 * kMebi, 32 * kMebi},
    // OpenAI's pages on images and on file inputs: 50 MB for all the images, and for all the files, of a request.
    {WireApi::completions, 50 * kMebi * 4 / 3, 50 * kMebi * 4 / 3},
    {WireApi::responses, 50 * kMebi * 4 / 3, 50 * kMebi * 4 / 3},
});

const Limits& limits_of(const core::Profile& profile) {
  const auto* const found = std::ranges::find(kLimits, profile.wire_api, &Limits::api);
  return found == kLimits.end() ? kLimits.front() : *found;
}

constexpr std::size_t encoded_size(std::size_t bytes) { return (bytes + 2) / 3 * 4; }

// The first bytes of a file, at an offset, and what it is by them.
struct Magic {
  std::size_t offset;
  std::string_view bytes;
  std::string_view media_type;  // empty for what is not taken
  std::string_view name;
};
using namespace std::string_view_literals;
constexpr auto kMagic = std::to_array<Magic>({
    {0, "\x89PNG\r\n\x1A\n"sv, "image/png", ""},
    {0, "\xFF\xD8\xFF"sv, "image/jpeg", ""},
    {0, "GIF87a"sv, "image/gif", ""},
    {0, "GIF89a"sv, "image/gif", ""},
    {8, "WEBP"sv, "image/webp", ""},
    {0, "%PDF-"sv, "application/pdf", ""},
    {0, "BM"sv, "", "a BMP image"},
    {0, "II*\0"sv, "", "a TIFF image"},
    {0, "MM\0*"sv, "", "a TIFF image"},
    {0, "\0\0\1\0"sv, "", "an icon"},
    {4, "ftyphei"sv, "", "a HEIC image"},
    {4, "ftypmif"sv, "", "a HEIC image"},
    {4, "ftypavif"sv, "", "an AVIF image"},
    {4, "ftyp"sv, "", "a video"},
    {8, "WAVE"sv, "", "a sound"},
    {8, "AVI "sv, "", "a video"},
    {0, "ID3"sv, "", "a sound"},
    {0, "OggS"sv, "", "a sound or a video"},
    {0, "fLaC"sv, "", "a sound"},
    {0, "\x1A\x45\xDF\xA3"sv, "", "a video"},
    {0, "PK\3\4"sv, "", "a ZIP archive or an office document"},
    {0, "\x1F\x8B"sv, "", "a gzip archive"},
    {0, "7z\xBC\xAF"sv, "", "a 7z archive"},
    {0,
     "\x7F"
     "ELF"sv,
     "", "a program"},
    {0, "%!PS"sv, "", "PostScript"},
    {0, "\xD0\xCF\x11\xE0"sv, "", "an old office document"},
});

const Magic* magic_of(std::string_view bytes) {
  const auto* const found = std::ranges::find_if(kMagic, [&](const Magic& magic) {
    return bytes.size() > magic.offset && bytes.substr(magic.offset).starts_with(magic.bytes) &&
           (magic.offset != 8 || bytes.starts_with("RIFF"));
  });
  if (found != kMagic.end()) return &*found;
  // The standard lets a PDF begin a little later, and readers do.
  const auto* const pdf = std::ranges::find(kMagic, "application/pdf", &Magic::media_type);
  return bytes.substr(0, 1024).contains("%PDF-") ? &*pdf : nullptr;
}

std::unexpected<base::Error> refuse(std::string_view name, std::string_view what, std::string hint) {
  return base::fail(ErrorKind::usage, fmt::format("cannot attach {}: {}", name, what), std::move(hint));
}

constexpr std::string_view kTakes = "an attachment is a png, jpeg, gif or webp image, or a PDF";

// The end may cut a character.
bool is_utf8_beginning(std::string_view text) {
  while (!text.empty()) {
    const base::Utf8Sequence sequence = base::first_utf8(text);
    if (sequence.state == base::Utf8Sequence::State::invalid) return false;
    text.remove_prefix(sequence.length);
  }
  return true;
}

std::unexpected<base::Error> refuse_type(std::string_view name, std::string_view bytes, const Magic* magic) {
  if (magic != nullptr) return refuse(name, fmt::format("it looks like {}", magic->name), std::string(kTakes));
  if (bytes.empty()) return refuse(name, "it is empty", std::string(kTakes));
  const std::string_view text = bytes.substr(0, kMebi);
  const bool is_text = !text.contains('\0') && is_utf8_beginning(text);
  if (!is_text) return refuse(name, "it is of no type that byok knows", std::string(kTakes));
  const bool is_svg = text.contains("<svg");
  return refuse(name, is_svg ? "it looks like an SVG image, which is text" : "it looks like text",
                fmt::format("text goes into the prompt: -f {}", base::shell_quote(name)));
}

std::string size_text(std::size_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1'000'000.0); }

std::size_t size_in_request(const core::Part& part) {
  if (const auto* image = std::get_if<core::ImagePart>(&part)) return encoded_size(image->bytes.size());
  if (const auto* document = std::get_if<core::DocumentPart>(&part)) return encoded_size(document->bytes.size());
  return 0;
}

std::string_view api_name(WireApi api) {
  switch (api) {
    case WireApi::completions:
      return "Chat Completions";
    case WireApi::responses:
      return "the Responses API";
    case WireApi::messages:
      break;
  }
  return "the Anthropic Messages API";
}

// The wire API's own word on the part, without its bytes.
Result<> check_wire(core::Part part, const core::Profile& profile) {
  if (auto* image = std::get_if<core::ImagePart>(&part)) image->bytes.clear();
  if (auto* document = std::get_if<core::DocumentPart>(&part)) document->bytes.clear();
  core::Request request;
  request.model = profile.wire_model;
  request.messages.push_back({.role = core::Role::user, .parts = {std::move(part)}});
  std::vector<std::string> warnings;
  BYOK_TRY([[maybe_unused]] const std::string body, wire::wire_for(profile).body(profile, request, warnings));
  return {};
}

Result<core::Part> from_url(std::string_view text) {
  const auto url = core::Url::parse(text);
  // Its message shows the address without what may be secret in it.
  if (!url) {
    return base::fail(ErrorKind::usage, fmt::format("cannot attach: {}", url.error().message),
                      "write the address of an image or a PDF: https://HOST/PATH");
  }
  if (base::to_lower(url->path()).ends_with(".pdf")) {
    const std::size_t slash = url->path().rfind('/');
    return core::DocumentPart{.media_type = "application/pdf",
                              .bytes = {},
                              .url = std::string(text),
                              .filename = base::percent_decode(url->path().substr(slash + 1)).value_or("document.pdf")};
  }
  return core::ImagePart{.media_type = {}, .bytes = {}, .url = std::string(text)};
}

Result<core::Part> from_file(const std::string& path, const core::Profile& profile) {
  const Limits& limits = limits_of(profile);
  const std::size_t most = limits.together / 4 * 3;
  const base::FileStatus status = base::status_of(path);
  std::error_code ignored;
  // A pipe would have to be waited for.
  if (status.exists && !status.is_regular && !std::filesystem::is_directory(path, ignored))
    return refuse(path, "it is no file", "save what comes from there to a file, and attach that");
  auto bytes = base::read_file(path, most);
  if (!bytes) {
    const bool is_large = status.is_regular && status.size > most;
    return refuse(path,
                  is_large ? fmt::format("it has {}, and {} takes {} in one request", size_text(status.size),
                                         api_name(profile.wire_api), size_text(most))
                           : bytes.error().message,
                  is_large ? "make it smaller" : "-a takes the path of an image or a PDF, or its address");
  }
  const Magic* const magic = magic_of(*bytes);
  if (magic == nullptr || magic->media_type.empty()) return refuse_type(path, *bytes, magic);
  if (magic->media_type == "application/pdf") {
    return core::DocumentPart{.media_type = std::string(magic->media_type),
                              .bytes = *std::move(bytes),
                              .url = {},
                              .filename = base::to_valid_utf8(std::filesystem::path(path).filename().string())};
  }
  if (encoded_size(bytes->size()) > limits.image) {
    return refuse(path,
                  fmt::format("it has {}, and {} takes {} for an image", size_text(bytes->size()),
                              api_name(profile.wire_api), size_text(limits.image / 4 * 3)),
                  "make it smaller: models see no more than some 2000 pixels a side anyway");
  }
  return core::ImagePart{.media_type = std::string(magic->media_type), .bytes = *std::move(bytes), .url = {}};
}

}  // namespace

Result<core::Part> read_attachment(std::string_view path_or_url, const core::Profile& profile) {
  const std::string path(path_or_url);
  if (path.empty()) return refuse("''", "it has no name", std::string(kTakes));
  if (path == "-") {
    return refuse(path, "standard input belongs to the prompt",
                  "save what comes from there to a file, and attach that; for a file of this name, ./-");
  }
  if (base::istarts_with(path, "data:"))
    return refuse("a data: URL", "byok encodes files itself", "save what it holds to a file, and attach that");
  const bool is_url = base::istarts_with(path, "http://") || base::istarts_with(path, "https://");
  const std::size_t scheme = path.find("://");
  if (!is_url && scheme != std::string::npos && !base::status_of(path).exists) {
    return refuse(path, fmt::format("{} is not passed on", path.substr(0, scheme + 3)),
                  "providers take http and https addresses; for a file, write its path");
  }
  BYOK_TRY(core::Part part, is_url ? from_url(path) : from_file(path, profile));
  BYOK_CHECK(check_wire(part, profile));
  return part;
}

Result<> check_attachments(std::span<const core::Part> parts, const core::Profile& profile) {
  std::size_t together = 0;
  for (const core::Part& part : parts) together += size_in_request(part);
  const std::size_t most = limits_of(profile).together;
  if (together <= most) return {};
  return base::fail(ErrorKind::usage,
                    fmt::format("the attachments have {} together, and {} takes {} in one request",
                                size_text(together / 4 * 3), api_name(profile.wire_api), size_text(most / 4 * 3)),
                    "attach fewer of them, or smaller ones");
}

void protect_attachment(const core::Part& part, base::Redactor& redactor) {
  std::string_view address;
  if (const auto* image = std::get_if<core::ImagePart>(&part)) address = image->url;
  if (const auto* document = std::get_if<core::DocumentPart>(&part)) address = document->url;
  if (const auto url = core::Url::parse(address); !address.empty() && url) protect_query(*url, redactor);
}

}  // namespace byok::cli
