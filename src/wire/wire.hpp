// Wire: one provider dialect as a constant of pure functions: values to an HTTP request, bytes to events.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "core/event.hpp"
#include "core/http.hpp"
#include "core/model_info.hpp"
#include "core/profile.hpp"
#include "core/request.hpp"

namespace byok::wire {

// Turns the body of a reply into events: the same ones whatever the seams between reads.
class Decoder {
 public:
  virtual ~Decoder() = default;
  // Fails on an error that the provider sent inside the stream (classified as `explain` would), or on junk.
  virtual base::Result<> feed(std::string_view bytes, core::EventSink& sink) = 0;
  // At the end of the body: emits Finished, or fails with ErrorKind::incomplete when the reply had no end.
  virtual base::Result<> finish(core::EventSink& sink) = 0;
  // Instead of finish(), where the reply is given up for an error: emits the text that waited for what comes next.
  virtual void flush(core::EventSink& sink) = 0;
  // The provider said that nothing more follows: the connection may be closed and finish() called.
  [[nodiscard]] virtual bool is_done() const = 0;
  // The reply is whole as it stands. More may still come (usage, another reply in the same body) and may take this
  // back, but need not be waited for: where the connection breaks, or after a moment without an event, it may be closed
  // and finish() called.
  [[nodiscard]] virtual bool is_complete() const = 0;
};

struct Outgoing {
  core::HttpRequest http;
  std::vector<std::string> warnings;  // profile values that this wire has no field for, each a whole sentence
};

struct Wire {
  core::WireApi api;
  // The URL a prompt is posted to; `model` is the wire model.
  core::Url (*endpoint)(const core::Profile& profile, std::string_view model);
  // The request body as JSON text, before `body`, `--set` and dropped fields are applied. Fails with ErrorKind::usage
  // where a pinned field or a message part does not exist on this wire, naming the option and the wire; a field that
  // came from the profile is left out with a warning instead.
  base::Result<std::string> (*body)(const core::Profile& profile, const core::Request& request,
                                    std::vector<std::string>& warnings);
  // For a streamed body (server-sent events).
  std::unique_ptr<Decoder> (*stream_decoder)();
  // A whole JSON answer -> the same events as a stream would give.
  base::Result<> (*decode_body)(std::string_view json, core::EventSink& sink);
};

extern const Wire kOpenAiChat;
extern const Wire kOpenAiResponses;
extern const Wire kAnthropicMessages;

// registry.cpp: the one table of dialects.
[[nodiscard]] const Wire& wire_for(const core::Profile& profile);

// request.cpp: the whole request: endpoint, headers by the auth matrix (credential, then the profile's own headers,
// which replace by name; a header that carries authentication replaces the credential), body with `request.body`
// merged, adaptations and edits applied. `secret` may be empty: then no authorization header is sent.
[[nodiscard]] base::Result<Outgoing> ask(const core::Profile& profile, const base::Secret& secret,
                                         const core::Request& request);

// reply.cpp: the decoder for the answer to `ask` with a 2xx head: a stream, a JSON answer to a streamed request, or
// whatever else came instead (HTML, ndjson, junk, nothing), told apart by content type and first bytes.
[[nodiscard]] std::unique_ptr<Decoder> open_reply(const core::Profile& profile, const core::HttpHead& head);

// errors.cpp: an answer that is not 2xx, explained: kind, the provider's message in full, request id, hint, waiting
// time. Also used for errors inside a 2xx body, with the status that the body names.
[[nodiscard]] base::Error explain(const core::Profile& profile, const core::HttpHead& head, std::string_view body);

// errors.cpp: the error object found inside a reply (`json` is the object or string under "error", or the whole event),
// classified without knowledge of the profile; `hint` stays empty until `add_hint`.
[[nodiscard]] base::Error in_band_error(std::string_view json);
void add_hint(const core::Profile& profile, base::Error& error, std::string_view body);

// errors.cpp: how long a server asks to wait, from retry-after-ms, x-ms-retry-after-ms, retry-after (seconds or HTTP
// date; `now` in seconds since 1970). Nothing where no usable value stands.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after(const core::HttpHead& head, std::int64_t now);
// IMF-fixdate (RFC 9110, section 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT", in seconds since 1970.
[[nodiscard]] std::optional<std::int64_t> parse_http_date(std::string_view text);
[[nodiscard]] std::string request_id(const core::HttpHead& head);  // the first header of wire.md 6.3 that is there

// adapt.cpp: what to change so that a refused request may pass (wire.md, "Adapting to a refusal"), or nothing. An error
// (ErrorKind::bad_request, naming the option) where it would mean dropping a pinned field. `note` says what was
// changed.
struct Adaptation {
  std::string word;     // for Request::adaptations
  std::string note;     // a sentence for a warning; empty where a rename changes nothing that a user would notice
  bool is_kept = true;  // whether it is worth remembering: it holds for requests other than this one
};
[[nodiscard]] base::Result<std::optional<Adaptation>> adapt(const core::Profile& profile, const core::Request& request,
                                                            int status, std::string_view body);

// models.cpp: the model list, page by page; `after` is ModelPage::next of the page before, empty for the first.
[[nodiscard]] core::HttpRequest list_models(const core::Profile& profile, const base::Secret& secret,
                                            std::string_view after);
struct ModelPage {
  std::vector<core::ModelInfo> models;
  std::string next;  // the id to continue after, or the next page's query from its `?` on; empty: this was the last
};
[[nodiscard]] base::Result<ModelPage> parse_models(std::string_view body);
// Takes over what `more` knows of the same model; a name only where there is none.
void lay_over(core::ModelInfo& model, const core::ModelInfo& more);

// headers.cpp: what both kinds of request carry: User-Agent, Accept, Content-Type, Accept-Encoding, the credential by
// type, and the profile's headers laid over them.
[[nodiscard]] std::vector<core::Header> headers_for(const core::Profile& profile, const base::Secret& secret,
                                                    bool is_stream, bool has_body);
// Whether a header of this name carries authentication: Authorization, api-key, x-api-key.
[[nodiscard]] bool is_auth_header(std::string_view name);

}  // namespace byok::wire
