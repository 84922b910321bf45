// What came back with a 2xx head: a stream, a JSON answer, or something that is no reply at all.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "wire/json.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

enum class Form { undecided, stream, json, html, ndjson, junk };

constexpr std::size_t kLargestBody = std::size_t{64} << 20;
constexpr std::size_t kShown = 200;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The media type without parameters, in lower case.
std::string media_type(const core::HttpHead& head) {
  const std::string_view value = head.find("content-type");
  return base::to_lower(base::trim(value.substr(0, value.find(';'))));
}

Form form_of_type(std::string_view type) {
  if (type == "text/event-stream") return Form::stream;
  if (type == "text/html" || type == "application/xhtml+xml") return Form::html;
  if (type == "application/x-ndjson") return Form::ndjson;
  // Servers send JSON and streams as text/plain, octet-stream, JSON or nothing: the first bytes tell.
  return Form::undecided;
}

bool is_prefix_of(std::string_view shorter, std::string_view longer) {
  return longer.substr(0, shorter.size()) == shorter;
}

// By the first bytes that are not white space; undecided while they could still become a stream's.
Form form_of_bytes(std::string_view bytes) {
  if (is_prefix_of(bytes, kByteOrderMark)) return Form::undecided;
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  const std::string_view text = base::trim(bytes);
  if (text.empty()) return Form::undecided;
  if (text.front() == '{' || text.front() == '[') return Form::json;
  if (text.front() == '<') return Form::html;
  if (text.front() == ':') return Form::stream;
  for (const std::string_view field : {"data:", "event:", "id:", "retry:", "error:"}) {
    if (text.starts_with(field)) return Form::stream;
    if (is_prefix_of(text, field)) return Form::undecided;
  }
  return Form::junk;
}

class Reply final : public Decoder {
 public:
  Reply(const core::Profile& profile, const core::HttpHead& head)
      : profile_(profile), wire_(wire_for(profile)), form_(form_of_type(media_type(head))) {
    if (form_ == Form::stream) stream_ = wire_.stream_decoder();
  }

  Result<> feed(std::string_view bytes, core::EventSink& sink) override {
    if (stream_) return hinted(stream_->feed(bytes, sink), {});
    if (body_.size() + bytes.size() > kLargestBody) {
      return fail(ErrorKind::protocol, "the server sent an answer of more than 64 MiB that is no stream");
    }
    body_ += bytes;
    if (form_ != Form::undecided) return {};
    form_ = form_of_bytes(body_);
    if (form_ != Form::stream) return {};
    stream_ = wire_.stream_decoder();
    const std::string held = std::move(body_);
    body_.clear();
    return hinted(stream_->feed(held, sink), {});
  }

  Result<> finish(core::EventSink& sink) override {
    if (stream_) return hinted(stream_->finish(sink), {});
    if (base::trim(body_).empty()) {
      return fail(ErrorKind::protocol, "the server sent an empty answer",
                  fmt::format("check that base_url ({}) is the address of the API", profile_.base_url.display()));
    }
    switch (form_) {
      case Form::json:
        return finish_json(sink);
      case Form::html:
        return html();
      case Form::ndjson:
        return ndjson();
      default:
        return junk();
    }
  }

  [[nodiscard]] bool is_done() const override { return stream_ && stream_->is_done(); }

 private:
  Result<> hinted(Result<> result, std::string_view body) const {
    if (!result && result.error().hint.empty()) add_hint(profile_, result.error(), body);
    return result;
  }

  Result<> finish_json(core::EventSink& sink) {
    std::string_view text = body_;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    text = base::trim(text);
    const Json json = Json::parse(text);
    if (!json.is_valid()) {
      return fail(ErrorKind::incomplete, "the answer was cut off: its JSON has no end", "run it again");
    }
    const std::string_view rest =
        base::trim(text.substr(static_cast<std::size_t>(json.raw().data() - text.data()) + json.raw().size()));
    if (rest.starts_with('{')) return ndjson();
    return hinted(wire_.decode_body(json.raw(), sink), json.raw());
  }

  Result<> html() const {
    return fail(
        ErrorKind::protocol,
        fmt::format("a web page came instead of a reply: {}", base::abbreviate(base::strip_html(body_), kShown)),
        fmt::format("check base_url ({}): APIs in OpenAI's form often end in /v1; or a proxy or login page "
                    "stands in between",
                    profile_.base_url.display()));
  }

  Result<> ndjson() const {
    return fail(ErrorKind::protocol,
                "the server answered with a stream of JSON lines, which is no API that byok speaks",
                fmt::format("for Ollama, write base_url: {}/v1", profile_.base_url.origin()));
  }

  Result<> junk() const {
    const std::string shown = base::abbreviate(base::to_valid_utf8(base::trim(body_).substr(0, 4 * kShown)), kShown);
    return fail(ErrorKind::protocol, fmt::format("what the server sent is no reply: {}", shown),
                fmt::format("check that base_url ({}) is the address of the API", profile_.base_url.display()));
  }

  const core::Profile& profile_;
  const Wire& wire_;
  Form form_;
  std::unique_ptr<Decoder> stream_;
  std::string body_;
};

}  // namespace

std::unique_ptr<Decoder> open_reply(const core::Profile& profile, const core::HttpHead& head) {
  return std::make_unique<Reply>(profile, head);
}

}  // namespace byok::wire
