// What came back with a 2xx head: a stream, a JSON answer, or something that is no reply at all.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "wire/hints.hpp"
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

// What the media type says the body is; undecided where it says nothing that could be relied upon.
Form form_of_type(const core::HttpHead& head) {
  const std::string_view value = head.find("content-type");
  const std::string type = base::to_lower(base::trim(value.substr(0, value.find(';'))));
  if (type == "text/event-stream") return Form::stream;
  if (type == "text/html" || type == "application/xhtml+xml") return Form::html;
  if (type == "application/x-ndjson") return Form::ndjson;
  return Form::undecided;
}

bool is_prefix_of(std::string_view shorter, std::string_view longer) {
  return longer.substr(0, shorter.size()) == shorter;
}

// By the first bytes, which are not white space; undecided while they could still become a stream's.
Form form_of_bytes(std::string_view text) {
  if (text.empty() || is_prefix_of(text, kByteOrderMark)) return Form::undecided;
  if (text.front() == '{' || text.front() == '[') return Form::json;
  if (text.front() == '<') return Form::html;
  if (text.front() == ':') return Form::stream;
  for (const std::string_view field : {"data:", "event:", "id:", "retry:", "error:"}) {
    if (text.starts_with(field)) return Form::stream;
    if (is_prefix_of(text, field)) return Form::undecided;
  }
  return Form::junk;
}

// Servers send JSON and streams under any media type and proxies send pages under that of a stream: the bytes decide,
// and the type only where they are no beginning of anything.
Form decide(Form by_type, std::string_view text) {
  const Form by_bytes = form_of_bytes(text);
  if (by_bytes == Form::junk) return by_type == Form::undecided ? Form::junk : by_type;
  if (by_bytes == Form::json && by_type == Form::ndjson) return Form::ndjson;
  return by_bytes;
}

class Reply final : public Decoder {
 public:
  Reply(const core::Profile& profile, const core::HttpHead& head)
      : profile_(profile), wire_(wire_for(profile)), type_(form_of_type(head)) {}

  Result<> feed(std::string_view bytes, core::EventSink& sink) override {
    if (stream_) return hinted(stream_->feed(bytes, sink), {});
    if (body_.size() + bytes.size() > kLargestBody) {
      return fail(ErrorKind::protocol, "the server sent an answer of more than 64 MiB that is no stream");
    }
    body_ += bytes;
    if (form_ != Form::undecided) return {};
    drop_leading_space();
    form_ = decide(type_, body_);
    return form_ == Form::stream ? begin_stream(sink) : Result<>();
  }

  Result<> finish(core::EventSink& sink) override {
    if (form_ == Form::undecided && type_ == Form::stream) BYOK_CHECK(begin_stream(sink));
    if (stream_) return hinted(stream_->finish(sink), {});
    if (body_.empty()) {
      return fail(ErrorKind::protocol, "the server sent an empty answer", check_address());
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
  [[nodiscard]] bool is_complete() const override { return stream_ && stream_->is_complete(); }

 private:
  // DeepSeek sends blank lines for as long as its answer waits.
  void drop_leading_space() {
    if (may_have_mark_ && body_.starts_with(kByteOrderMark)) {
      body_.erase(0, kByteOrderMark.size());
      may_have_mark_ = false;
    }
    const std::size_t space = std::min(body_.find_first_not_of(" \t\r\n"), body_.size());
    if (space > 0) may_have_mark_ = false;
    body_.erase(0, space);
  }

  Result<> begin_stream(core::EventSink& sink) {
    stream_ = wire_.stream_decoder();
    const std::string held = std::move(body_);
    body_.clear();
    return hinted(stream_->feed(held, sink), {});
  }

  Result<> hinted(Result<> result, std::string_view body) const {
    if (!result && result.error().hint.empty()) add_hint(profile_, result.error(), body);
    return result;
  }

  Result<> finish_json(core::EventSink& sink) {
    const std::string_view text = base::trim(body_);
    const Json json = Json::parse(text);
    if (!json.is_valid()) {
      // Where the first member is already wrong, nothing was cut off: it never was JSON.
      const std::string_view inside = base::trim(text.substr(1));
      if (text.front() == '{' && !inside.empty() && inside.front() != '"') return junk();
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
        fmt::format("check {} ({}): APIs in OpenAI's form often end in /v1; or a proxy or login page stands in between",
                    key_or_variable(profile_, "base_url"), profile_.base_url.display()));
  }

  Result<> ndjson() const {
    return fail(
        ErrorKind::protocol, "the server answered with a stream of JSON lines, which is no API that byok speaks",
        fmt::format("for Ollama, write {}: {}/v1", key_or_variable(profile_, "base_url"), profile_.base_url.origin()));
  }

  Result<> junk() const {
    const std::string shown = base::abbreviate(base::to_valid_utf8(base::trim(body_).substr(0, 4 * kShown)), kShown);
    return fail(ErrorKind::protocol, fmt::format("what the server sent is no reply: {}", shown), check_address());
  }

  [[nodiscard]] std::string check_address() const {
    return fmt::format("check that {} ({}) is the address of the API", key_or_variable(profile_, "base_url"),
                       profile_.base_url.display());
  }

  const core::Profile& profile_;
  const Wire& wire_;
  Form type_;  // what the media type says
  Form form_ = Form::undecided;
  bool may_have_mark_ = true;  // a byte order mark is one only at the very beginning
  std::unique_ptr<Decoder> stream_;
  std::string body_;
};

}  // namespace

std::unique_ptr<Decoder> open_reply(const core::Profile& profile, const core::HttpHead& head) {
  return std::make_unique<Reply>(profile, head);
}

}  // namespace byok::wire
