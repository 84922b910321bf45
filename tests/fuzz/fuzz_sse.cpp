// Fuzzes the parser for server-sent events, and the JSON scanner with the data of each: the same events at every seam.
#include "fuzz/fuzz.hpp"
#include "wire/json.hpp"
#include "wire/sse.hpp"

namespace {

class Record final : public byok::wire::SseSink {
 public:
  byok::base::Result<> on_event(const byok::wire::SseEvent& event) override {
    text.append(event.name).append("\n").append(event.data).append("\n");
    walk(byok::wire::Json::parse(event.data), 0);
    return {};
  }
  byok::base::Result<> on_stray(std::string_view line) override {
    text.append("stray ").append(line).append("\n");
    return {};
  }
  [[nodiscard]] bool is_done() const override { return text.size() > (1U << 20); }

  std::string text;

 private:
  static void walk(byok::wire::Json json, int depth) {
    if (depth > 4) return;
    (void)json.integer();
    (void)json.is_truthy();
    byok::fuzz::require(json.is_valid() || json.str().empty());
    for (byok::wire::Json::Cursor member(json); member.next();) walk(member.value(), depth + 1);
  }
};

std::string parse(std::string_view first, std::string_view second) {
  byok::wire::SseParser parser;
  Record record;
  for (const std::string_view piece : {first, second}) byok::fuzz::require(parser.feed(piece, record).has_value());
  byok::fuzz::require(parser.finish(record).has_value());
  return record.text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = byok::fuzz::text_of(data, size);
  const std::size_t at = byok::fuzz::seam_of(text);
  byok::fuzz::require(parse(text, {}) == parse(text.substr(0, at), text.substr(at)));
  return 0;
}
