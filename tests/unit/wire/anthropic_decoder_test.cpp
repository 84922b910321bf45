// Tests of the Anthropic decoder: blocks, token counts, reasons to stop, errors and what gateways make of it.
#include "wire/anthropic_decoder.hpp"

#include <ostream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "unit/wire/transcript.hpp"

using byok::test::stream_of;
using byok::test::transcribe;
using byok::wire::decode_anthropic_body;
using byok::wire::open_anthropic_stream;

namespace {

std::string events_of(std::string_view lines) { return transcribe(open_anthropic_stream, stream_of(lines)); }
std::string body_events(std::string_view body) { return transcribe(decode_anthropic_body, body); }

constexpr std::string_view kEnd = R"(
{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null}}
{"type":"message_stop"})";

std::string ended_after(std::string_view lines) { return events_of(std::string(lines) + std::string(kEnd)); }

}  // namespace

TEST_CASE("Anthropic: a text reply gives identity, deltas, cumulative usage and the finish") {
  CHECK(events_of(R"(
{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"usage":{"input_tokens":16,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1}}}
{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
{"type": "ping"}
{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}     }
{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"lo\n"}}
{"type":"content_block_stop","index":0  }
{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":28}}
{"type":"message_stop"}
)") == "identity id=msg_1 model=claude\nusage input=16 output=1 cached=0\ntext [Hel]\ntext [lo\n]\n"
       "usage input=16 output=28 cached=0\nfinished stop as=end_turn\n");
}

TEST_CASE("Anthropic: input tokens include the cache, later figures replace earlier ones field by field") {
  CHECK(events_of(R"(
{"type":"message_start","message":{"usage":{"input_tokens":43,"cache_creation_input_tokens":100,"cache_read_input_tokens":1000,"output_tokens":1}}}
{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":61,"output_tokens":9,"output_tokens_details":{"thinking_tokens":4}}}
{"type":"message_delta","delta":{},"usage":{"input_tokens":0,"output_tokens":12,"cache_read_input_tokens":null}}
{"type":"message_stop"}
)") == "usage input=1143 output=1 cached=1000\nusage input=1161 output=9 reasoning=4 cached=1000\n"
       "usage input=1161 output=12 reasoning=4 cached=1000\nfinished stop as=end_turn\n");
  CHECK(events_of(R"(
{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}
)") == "usage output=9\nfinished stop as=end_turn\n");
}

TEST_CASE("Anthropic: every stop reason has its finish") {
  struct Case {
    std::string_view reason, want;
  };
  for (const auto& [reason, want] :
       {Case{"end_turn", "stop"}, Case{"stop_sequence", "stop"}, Case{"max_tokens", "length"},
        Case{"model_context_window_exceeded", "length"}, Case{"tool_use", "tool_calls"}, Case{"refusal", "refusal"},
        Case{"pause_turn", "pause"}, Case{"something_new", "other"}}) {
    const std::string finished = fmt::format("finished {} as={}\n", want, reason);
    CHECK(events_of(fmt::format(R"({{"type":"message_delta","delta":{{"stop_reason":"{}"}}}})", reason)) == finished);
    CHECK(body_events(fmt::format(R"({{"content":[],"stop_reason":"{}","stop_details":null}})", reason)) == finished);
  }
}

TEST_CASE("Anthropic: a refusal without any block carries its category and explanation") {
  CHECK(events_of(R"(
{"type":"message_start","message":{"id":"m","content":[],"usage":{"input_tokens":18}}}
{"type":"ping"}
{"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"type":"refusal","category":"cyber","explanation":"Blocked."}},"usage":{"output_tokens":5}}
{"type":"message_stop"}
)") == "identity id=m\nusage input=18\nusage input=18 output=5\nfinished refusal as=refusal detail=cyber: Blocked.\n");
  CHECK(body_events(R"({"content":[],"stop_reason":"refusal","stop_details":{"category":"cyber"}})") ==
        "finished refusal as=refusal detail=cyber\n");
  CHECK(body_events(R"({"content":[],"stop_reason":"refusal","stop_details":{"explanation":"Why."}})") ==
        "finished refusal as=refusal detail=Why.\n");
}

TEST_CASE("Anthropic: thinking is reasoning, its signature comes when the block is complete") {
  CHECK(ended_after(R"(
{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Let me"}}
{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":" see"}}
{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"EpAD+/="}}
{"type":"content_block_stop","index":0}
{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"EmwK"}}
{"type":"content_block_stop","index":1}
{"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}
{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"4"}}
{"type":"content_block_stop","index":2}
)") == "reasoning [Let me]\nreasoning [ see]\npayload signature=EpAD+/=\npayload redacted=EmwK\ntext [4]\n"
       "finished stop as=end_turn\n");
  // display: omitted
  CHECK(ended_after(R"(
{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"sig"}}
{"type":"content_block_stop","index":0}
)") == "payload signature=sig\nfinished stop as=end_turn\n");
}

TEST_CASE("Anthropic: tool input is assembled from fragments, is {} without any, or stands at the start of the block") {
  CHECK(events_of(R"(
{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":"weather","input":{}}}
{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}
{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"city\": "}}
{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"\"Rome\"}"}}
{"type":"content_block_stop","index":1}
{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_2","name":"now","input":{}}}
{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}}
{"type":"content_block_stop","index":2}
{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_3","name":"roll","input":{"player":"p2"}}}
{"type":"content_block_stop","index":3}
{"type":"message_delta","delta":{"stop_reason":"tool_use"}}
{"type":"message_stop"}
)") == "call 0 toolu_1 weather\ncall 0 {\"city\": \ncall 0 \"Rome\"}\ncall 1 toolu_2 now\ncall 1 {}\n"
       "call 2 toolu_3 roll\ncall 2 {\"player\":\"p2\"}\nfinished tool_calls as=tool_use\n");
}

TEST_CASE("Anthropic: blocks that are never closed are closed by the end of the message") {
  for (const std::string_view end : {R"({"type":"message_stop"})", ""})
    CHECK(
        events_of(fmt::format(
            "{}\n{}\n{}\n{}",
            R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f"}})",
            R"({"type":"content_block_start","index":1,"content_block":{"type":"thinking","thinking":"x","signature":"s"}})",
            R"({"type":"message_delta","delta":{"stop_reason":"tool_use"}})", end)) ==
        "call 0 t f\nreasoning [x]\ncall 0 {}\npayload signature=s\nfinished tool_calls as=tool_use\n");
}

TEST_CASE("Anthropic: the server's own tools, unknown blocks, deltas and events are passed over") {
  CHECK(ended_after(R"(
{"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","id":"srv","name":"web_search","input":{}}}
{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"q\":1}"}}
{"type":"content_block_stop","index":0}
{"type":"content_block_start","index":1,"content_block":{"type":"web_search_tool_result","content":[{"type":"text","text":"no"}]}}
{"type":"content_block_stop","index":1}
{"type":"content_block_start","index":2,"content_block":{"type":"brand_new","text":"no"}}
{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"no"}}
{"type":"content_block_stop","index":2}
{"type":"content_block_start","index":3,"content_block":{"type":"text","text":"from the start, "}}
{"type":"content_block_delta","index":3,"delta":{"type":"citations_delta","citation":{"text":"no"}}}
{"type":"content_block_delta","index":3,"delta":{"type":"brand_new_delta","text":"no"}}
{"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"yes"}}
{"type":"content_block_stop","index":3}
{"type":"brand_new_event","index":3,"delta":{"type":"text_delta","text":"no"}}
)") == "text [from the start, ]\ntext [yes]\nfinished stop as=end_turn\n");
}

TEST_CASE("Anthropic: text whose block was not announced is taken, tool input is not") {
  CHECK(ended_after(R"(
{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}
{"type":"content_block_delta","index":1,"delta":{"type":"thinking_delta","thinking":"b"}}
{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{"}}
{"type":"content_block_delta","index":3,"delta":{"type":"signature_delta","signature":"s"}}
{"type":"content_block_stop","index":9}
)") == "text [a]\nreasoning [b]\nfinished stop as=end_turn\n");
}

TEST_CASE("Anthropic: a repeated start is ignored, one with a new id begins blocks, counts and reason anew") {
  CHECK(events_of(R"(
{"type":"message_start","message":{"id":"m1","usage":{"input_tokens":5}}}
{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}
{"type":"message_start","message":{"id":"m1","usage":{"input_tokens":5}}}
{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{}"}}
{"type":"content_block_stop","index":0}
{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":3}}
{"type":"message_stop"}
{"type":"message_start","message":{"id":"m2","usage":{"input_tokens":7}}}
{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"ok"}}
{"type":"message_delta","delta":{"stop_reason":"end_turn"}}
{"type":"message_stop"}
)") == "identity id=m1\nusage input=5\ncall 0 t f\ncall 0 {}\nusage input=5 output=3\n"
       "identity id=m2\nusage input=7\ntext [ok]\nfinished stop as=end_turn\n");
  // Cut short in the second message: the first one's end does not count for it.
  CHECK(events_of(R"(
{"type":"message_start","message":{"id":"m1"}}
{"type":"message_delta","delta":{"stop_reason":"end_turn"}}
{"type":"message_stop"}
{"type":"message_start","message":{"id":"m2"}}
{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"half"}}
)") == "identity id=m1\nidentity id=m2\ntext [half]\nerror incomplete: the stream ended before the reply was "
       "complete\n");
}

TEST_CASE("Anthropic: a second start without an id is a repetition, a new one drops the blocks left open") {
  CHECK(ended_after(R"(
{"type":"message_start","message":{"id":"m1","model":"a"}}
{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}
{"type":"message_start","message":{"id":"","model":"b"}}
{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}}
{"type":"message_start","message":{"id":"m2","model":"c"}}
{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"1}"}}
)") == "identity id=m1 model=a\ncall 0 t f\ncall 0 {\"a\":\nidentity id=m2 model=c\nfinished stop as=end_turn\n");
}

TEST_CASE("Anthropic: an end without message_stop counts when the reason was given, none at all is incomplete") {
  CHECK(events_of(R"({"type":"message_delta","delta":{"stop_reason":"max_tokens"}})") ==
        "finished length as=max_tokens\n");
  CHECK(events_of(R"({"type":"message_stop"})") == "finished stop\n");
  CHECK(events_of(R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"half"}})") ==
        "text [half]\nerror incomplete: the stream ended before the reply was complete\n");
  CHECK(events_of(R"({"type":"message_delta","delta":{"stop_reason":null}})").starts_with("error incomplete: "));
  CHECK(transcribe(open_anthropic_stream, "").starts_with("error incomplete: "));
}

TEST_CASE("Anthropic: an error event fails with the provider's words, what came before is kept") {
  for (const std::string_view line :
       {R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})",
        R"({"type":"error","error":{"message":"Overloaded"},"request_id":"req_1"})",
        R"({"type":"error","message":"Overloaded"})", R"({"error":{"type":"api_error","message":"Overloaded"}})"}) {
    CAPTURE(line);
    const std::string got = ended_after(fmt::format(
        "{}\n{}", R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}})", line));
    CHECK(got.starts_with("text [a]\nerror "));
    CHECK(got.find("Overloaded") != std::string::npos);
    CHECK(got.find("finished") == std::string::npos);
  }
  CHECK(events_of(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})") ==
        "error overloaded: Overloaded\n");
}

TEST_CASE("Anthropic: event names stand in for a missing type, [DONE] after the end is accepted") {
  CHECK(transcribe(open_anthropic_stream,
                   "event: content_block_delta\r\ndata: {\"delta\":{\"type\":\"text_delta\",\"text\":\"hi\"}}\r\n\r\n"
                   "event: message_delta\r\ndata: {\"delta\":{\"stop_reason\":\"end_turn\"},\"error\":null}\r\n\r\n"
                   "event: message_stop\r\ndata: {}\r\n\r\nevent: data\r\ndata: [DONE]\r\n\r\n") ==
        "text [hi]\nfinished stop as=end_turn\n");
}

TEST_CASE("Anthropic: a surrogate pair split over two deltas is one character") {
  CHECK(ended_after(R"(
{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a\ud83d"}}
{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\ude00"}}
)") == "text [a]\ntext [\U0001F600]\nfinished stop as=end_turn\n");
}

TEST_CASE("Anthropic: a whole answer gives the events of a stream") {
  CHECK(body_events(R"({"id":"msg_1","type":"message","model":"claude","content":[
    {"type":"thinking","thinking":"hm","signature":"sig"},
    {"type":"redacted_thinking","data":"xx"},
    {"type":"text","text":"a"},
    {"type":"server_tool_use","id":"s","name":"code","input":{"x":1}},
    {"type":"tool_use","id":"t","name":"f","input":{"player":"p"}},
    {"type":"tool_use","id":"u","name":"g","input":{}},
    {"type":"text","text":"b"}],
    "stop_reason":"tool_use","usage":{"input_tokens":3,"cache_read_input_tokens":4,"output_tokens":5}})") ==
        "identity id=msg_1 model=claude\nreasoning [hm]\npayload signature=sig\npayload redacted=xx\ntext [a]\n"
        "call 0 t f\ncall 0 {\"player\":\"p\"}\ncall 1 u g\ncall 1 {}\ntext [b]\nusage input=7 output=5 cached=4\n"
        "finished tool_calls as=tool_use\n");
}

TEST_CASE("Anthropic: a whole answer that is an error, unfinished or something else is refused") {
  CHECK(body_events(R"({"type":"error","error":{"type":"not_found_error","message":"model: x"}})").find("model: x") !=
        std::string::npos);
  CHECK(body_events(R"({"content":[{"type":"text","text":"a"}],"stop_reason":null})") ==
        "text [a]\nerror incomplete: the stream ended before the reply was complete\n");
  for (const std::string_view body : {"", "[]", "null", "{", "{}", R"({"content":"text"})", R"({"choices":[]})"}) {
    CAPTURE(body);
    CHECK(body_events(body).starts_with("error protocol: "));
  }
}

TEST_CASE("Anthropic: members of a wrong type are survived") {
  CHECK(ended_after(R"(
{"type":"message_start"}
{"type":"message_start","message":[]}
{"type":"content_block_start","index":"x","content_block":null}
{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":1,"name":null,"input":"text"}}
{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":{"a":1}}}
{"type":"content_block_stop","index":1}
{"type":"content_block_delta","index":2,"delta":"text"}
{"type":"content_block_delta","index":2}
{"type":"message_delta","delta":null,"usage":[1]}
)") == "call 0\ncall 0 {}\nfinished stop as=end_turn\n");
}
