// Tests of the Chat Completions decoder: text, reasoning in all its dialects, tool calls, usage, ends and errors.
#include "wire/openai_chat_decoder.hpp"

#include <fmt/format.h>

#include <ostream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "unit/wire/transcript.hpp"

using byok::test::stream_of;
using byok::test::transcribe;
using byok::wire::decode_chat_body;
using byok::wire::make_chat_decoder;

namespace {

std::string events_of(std::string_view lines) { return transcribe(make_chat_decoder, stream_of(lines)); }
std::string body_events(std::string_view body) { return transcribe(decode_chat_body, body); }

// Deltas, one a line, in chunks of their own, ended by a finish chunk; without the line of the finish.
std::string deltas(std::string_view lines, std::string_view reason = "stop") {
  std::string chunks;
  while (!lines.empty()) {
    const std::string_view delta = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), delta.size() + 1));
    if (!delta.empty()) chunks += fmt::format("{{\"choices\":[{{\"index\":0,\"delta\":{}}}]}}\n", delta);
  }
  chunks += fmt::format("{{\"choices\":[{{\"index\":0,\"delta\":{{}},\"finish_reason\":\"{}\"}}]}}\n[DONE]\n", reason);
  std::string events = events_of(chunks);
  const std::size_t last = events.rfind("finished ");
  REQUIRE(last != std::string::npos);
  return events.substr(0, last);
}

constexpr std::string_view kIncomplete = "error incomplete: the stream ended before the reply was complete\n";

}  // namespace

TEST_CASE("Chat: a text reply gives identity, deltas, usage and the finish") {
  CHECK(events_of(R"(
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null}
{"id":"chatcmpl-1","model":"gpt-4o","choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}],"usage":null}
{"id":"chatcmpl-1","model":"gpt-4o","choices":[{"index":0,"delta":{"content":"lo\n"},"finish_reason":null}]}
{"id":"chatcmpl-1","model":"gpt-4o","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}
{"id":"chatcmpl-1","model":"gpt-4o","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":1}}}
[DONE]
)") == "identity id=chatcmpl-1 model=gpt-4o\ntext [Hel]\ntext [lo\n]\n"
       "usage input=9 output=2 reasoning=1 cached=4\nfinished stop as=stop\n");
}

TEST_CASE("Chat: every finish reason has its meaning, an unknown one is shown as it is") {
  struct Row {
    std::string_view word, want;
  };
  for (const auto& [word, want] : std::initializer_list<Row>{{"stop", "stop"},
                                                             {"eos", "stop"},
                                                             {"end_turn", "stop"},
                                                             {"stop_sequence", "stop"},
                                                             {"length", "length"},
                                                             {"max_tokens", "length"},
                                                             {"model_length", "length"},
                                                             {"tool_calls", "tool_calls"},
                                                             {"function_call", "tool_calls"},
                                                             {"tool_use", "tool_calls"},
                                                             {"content_filter", "content_filter"},
                                                             {"insufficient_system_resource", "other"},
                                                             {"STOP", "stop"},
                                                             {"COMPLETE", "stop"},
                                                             {"completed", "stop"},
                                                             {"eos_token", "stop"},
                                                             {"MAX_TOKENS", "length"},
                                                             {"refusal", "refusal"}}) {
    const std::string finished = fmt::format("finished {} as={}\n", want, word);
    const std::string choice = fmt::format(R"("finish_reason":"{}"}}]}})", word);
    CHECK(events_of(R"({"choices":[{"delta":{},)" + choice) == finished);
    CHECK(body_events(R"({"choices":[{"message":{"content":""},)" + choice) == finished);
  }
}

TEST_CASE("Chat: the end is a finish reason or [DONE]; with neither the reply is incomplete") {
  constexpr std::string_view kText = R"({"choices":[{"delta":{"content":"a"}}]})";
  CHECK(events_of(kText) == "text [a]\n" + std::string(kIncomplete));
  CHECK(events_of("") == kIncomplete);
  CHECK(events_of(fmt::format("{}\n[DONE]", kText)) == "text [a]\nfinished stop\n");
  for (const std::string_view reason : {"null", "\"\"", "7"}) {
    const std::string chunk =
        fmt::format(R"({{"choices":[{{"delta":{{"content":"a"}},"finish_reason":{}}}]}})", reason);
    CHECK(events_of(chunk) == "text [a]\n" + std::string(kIncomplete));
    CHECK(events_of(chunk + "\n[DONE]") == "text [a]\nfinished stop\n");
  }
  // A later reason refines an earlier one; an empty one does not.
  CHECK(events_of(R"(
{"choices":[{"delta":{},"finish_reason":"stop"}]}
{"choices":[{"delta":{"content":"more"},"finish_reason":"length"}]}
{"choices":[{"delta":{},"finish_reason":null}]}
)") == "text [more]\nfinished length as=length\n");
}

TEST_CASE("Chat: a stream is complete from its finish reason on, and done with its mark") {
  byok::test::Transcript transcript;
  const auto decoder = make_chat_decoder();
  REQUIRE(decoder->feed(stream_of(R"({"choices":[{"delta":{"content":"a"}}]})"), transcript));
  CHECK_FALSE(decoder->is_complete());
  REQUIRE(decoder->feed(stream_of(R"({"choices":[{"delta":{},"finish_reason":"stop"}]})"), transcript));
  CHECK(decoder->is_complete());
  CHECK_FALSE(decoder->is_done());
  REQUIRE(decoder->feed("data: [DONE]\n\n", transcript));
  CHECK(decoder->is_done());
  CHECK(decoder->is_complete());
}

TEST_CASE("Chat: whatever is null, missing or of another type is passed over") {
  for (const std::string_view chunk :
       {R"({})", R"({"choices":null})", R"({"choices":[]})", R"({"choices":[null,7,"x",[]]})", R"({"choices":{}})",
        R"({"choices":[{}]})", R"({"choices":[{"delta":null}]})", R"({"choices":[{"delta":{"content":null}}]})",
        R"({"choices":[{"delta":{"content":7}}]})", R"({"choices":[{"delta":{"content":{"text":"x"}}}]})",
        R"({"choices":[{"delta":{"content":""}}]})", R"({"choices":[{"delta":{"tool_calls":null}}]})",
        R"({"choices":[{"delta":{"tool_calls":[null,3]}}]})", R"({"choices":[{"delta":[]}]})",
        R"({"usage":null,"error":null,"id":"","model":"","x":1})", R"({"usage":{}})",
        R"({"usage":{"prompt_tokens":null}})",
        R"({"choices":[{"index":1,"delta":{"content":"another candidate"}}]})"}) {
    CAPTURE(chunk);
    CHECK(events_of(std::string(chunk) + "\n[DONE]") == "finished stop\n");
  }
}

TEST_CASE("Chat: id and model are said once each, when first known") {
  CHECK(events_of(R"(
{"id":"","model":"","choices":[]}
{"id":"a","model":"","choices":[]}
{"id":"b","model":"m","choices":[]}
{"id":"c","model":"n","choices":[]}
[DONE]
)") == "identity id=a\nidentity model=m\nfinished stop\n");
}

TEST_CASE("Chat: the last usage counts, whichever names its numbers go by") {
  CHECK(events_of(R"(
{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":5,"completion_tokens":1}}
{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2.0,"prompt_cache_hit_tokens":3,"prompt_tokens_details":null}}
{"choices":[],"x_groq":{"id":"r","usage":{"input_tokens":6,"output_tokens":"3","reasoning_tokens":2}}}
[DONE]
)") == "text [a]\nusage input=5 output=1\nusage input=5 output=2 cached=3\nusage input=6 output=3 reasoning=2\n"
       "finished stop\n");
  // A null beside Groq's own place takes nothing back, in either order.
  for (const std::string_view chunk : {R"({"choices":[],"x_groq":{"usage":{"prompt_tokens":6}},"usage":null})",
                                       R"({"choices":[],"usage":null,"x_groq":{"usage":{"prompt_tokens":6}}})"}) {
    CHECK(events_of(std::string(chunk) + "\n[DONE]") == "usage input=6\nfinished stop\n");
  }
  // DeepSeek's own count stands where the details hold none.
  CHECK(events_of(R"(
{"choices":[],"usage":{"prompt_cache_hit_tokens":3,"prompt_tokens_details":{"audio_tokens":0}}}
[DONE]
)") == "usage cached=3\nfinished stop\n");
}

TEST_CASE("Chat: reasoning is taken from every field that servers put it in, and never twice") {
  CHECK(deltas(R"({"reasoning_content":"hm"})") == "reasoning [hm]\n");
  CHECK(deltas(R"({"reasoning":"hm","content":""})") == "reasoning [hm]\n");
  CHECK(deltas(R"({"reasoning_text":"hm"})") == "reasoning [hm]\n");
  CHECK(deltas(R"({"reasoning_content":"hm","reasoning":"hm"})") == "reasoning [hm]\n");
  CHECK(deltas(R"({"reasoning_content":null,"reasoning":"hm","content":"4"})") == "reasoning [hm]\ntext [4]\n");
  CHECK(deltas(R"({"content":"hm","channel":"analysis"})") == "reasoning [hm]\n");
  CHECK(deltas(R"({"content":"4","channel":"final"})") == "text [4]\n");
  CHECK(deltas(R"({"reasoning":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"s"}]})") ==
        "reasoning [hm]\n");
  CHECK(
      deltas(
          R"({"reasoning_details":[{"type":"reasoning.text","text":"hm"},{"type":"reasoning.summary","summary":"!"}]})") ==
      "reasoning [hm]\nreasoning [!]\n");
  CHECK(deltas(R"({"reasoning_details":[{"type":"reasoning.encrypted","id":"r1","data":"xyz"}]})") ==
        "payload id=r1 encrypted=xyz\n");
}

TEST_CASE("Chat: content in parts gives thought and text in order") {
  CHECK(deltas(
            R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"two"},{"type":"text","text":" and"}]}]}
{"content":[{"type":"thinking","thinking":"two"},{"type":"text","text":"Four"},{"type":"reference","ids":[1]},"."]})") ==
        "reasoning [two]\nreasoning [ and]\nreasoning [two]\ntext [Four]\ntext [.]\n");
}

TEST_CASE("Chat: a thought in tags is reasoning only at the start of the answer") {
  CHECK(deltas("{\"content\":\"<thi\"}\n{\"content\":\"nk>hm</think>\\n\\n\"}\n{\"content\":\"4 <think>\"}") ==
        "reasoning [hm]\ntext [4 <think>]\n");
  CHECK(deltas(R"({"content":"<thinner"})") == "text [<thinner]\n");
  CHECK(deltas(R"({"content":"<thi"})") == "text [<thi]\n");
}

TEST_CASE("Chat: a character escaped as two surrogates in two deltas is one character") {
  CHECK(deltas(R"({"content":"a\ud83d"}
{"content":"\ude00b"})") == "text [a]\ntext [\U0001F600b]\n");
  CHECK(deltas(R"({"content":"a\ud83d"})") == "text [a]\ntext [\uFFFD]\n");
  CHECK(deltas(R"({"reasoning":"\ud83d"}
{"content":"x"}
{"reasoning":"\ude00"})") == "text [x]\nreasoning [\U0001F600]\n");
}

TEST_CASE("Chat: tool calls are told apart by id and number, names and ids repeated or empty do not matter") {
  CHECK(deltas(R"({"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}
{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]}
{"tool_calls":[{"index":0,"id":"","function":{"name":"","arguments":"1}"}}]}
{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}}]})",
               "tool_calls") == "call 0 a f\ncall 0 {\"x\":\ncall 0 1}\ncall 1 b g {}\n");
  CHECK(deltas(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":{"x":[1]}}}]}
{"tool_calls":[{"index":0,"id":"b","function":{"name":"f","arguments":null}}]})") ==
        "call 0 a f {\"x\":[1]}\ncall 1 b f\n");
  CHECK(deltas(R"({"function_call":{"name":"f","arguments":"{"}}
{"function_call":{"arguments":"}"}})",
               "function_call") == "call 0  f {\ncall 0 }\n");
}

TEST_CASE("Chat: a call may stand alone, without its list") {
  CHECK(deltas(R"({"tool_calls":{"id":"a","function":{"name":"f","arguments":"{"}}}
{"tool_calls":{"function":{"arguments":"}"}}})",
               "tool_calls") == "call 0 a f {\ncall 0 }\n");
}

TEST_CASE("Chat: calls that come in one delta stay apart where neither id nor number tells them") {
  CHECK(deltas(R"({"tool_calls":[{"function":{"name":"f","arguments":"{}"}},{"function":{"name":"g","arguments":"{"}}]}
{"tool_calls":[{"function":{"arguments":"}"}}]})",
               "tool_calls") == "call 0  f {}\ncall 1  g {\ncall 1 }\n");
  // The first of a list may be the rest of the call before it.
  CHECK(deltas(R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{"}}]}
{"tool_calls":[{"function":{"arguments":"}"}},{"id":"b","function":{"name":"g","arguments":"{}"}}]})",
               "tool_calls") == "call 0 a f {\ncall 0 }\ncall 1 b g {}\n");
}

TEST_CASE("Chat: a reply that ends with stop after a tool call or a refusal is finished as that") {
  CHECK(events_of(
            R"({"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"f"}}]},"finish_reason":"stop"}]})") ==
        "call 0 a f\nfinished tool_calls as=stop\n");
  CHECK(events_of(R"({"choices":[{"delta":{"refusal":"I cannot."},"finish_reason":"stop"}]})") ==
        "refusal [I cannot.]\nfinished refusal as=stop\n");
  CHECK(events_of(R"({"choices":[{"delta":{"refusal":"I can"},"finish_reason":"length"}]})") ==
        "refusal [I can]\nfinished length as=length\n");
}

TEST_CASE("Chat: an error in the stream ends it, in every shape it is sent in, and what came before stays") {
  constexpr std::string_view kText = R"({"choices":[{"delta":{"content":"a"}}]})";
  for (const std::string_view error :
       {R"({"error":{"message":"Boom","type":"server_error","code":500}})",
        R"({"error":{"message":"Boom","code":"500"}})", R"({"error":"Boom","status_code":500})",
        R"({"choices":[],"error":{"message":"Boom","code":502}})",
        R"({"choices":[{"delta":{"content":""},"finish_reason":"error"}],"error":{"message":"Boom","code":502}})",
        R"({"choices":[{"delta":{},"finish_reason":"error","error":{"message":"Boom","code":502}}]})",
        R"({"object":"error","message":"Boom","type":"InternalServerError","code":500})",
        R"({"type":"error","message":"Boom","code":500})"}) {
    CAPTURE(error);
    const std::string events = events_of(fmt::format("{}\n{}\n[DONE]", kText, error));
    CHECK(events.starts_with("text [a]\nerror "));
    CHECK(events.ends_with(": Boom\n"));
    CHECK(events.find("finished") == std::string::npos);
  }
  CHECK(events_of(R"({"choices":[{"delta":{},"finish_reason":"error"}]})") ==
        "error overloaded: the provider ended the reply with an error and gave no reason\n");
}

TEST_CASE("Chat: an event named error is one, with or without JSON in it") {
  CHECK(transcribe(make_chat_decoder, "event: error\ndata: {\"message\":\"Boom\",\"code\":400}\n\n") ==
        "error bad_request: Boom\n");
  CHECK(
      transcribe(make_chat_decoder, "event: error\ndata: upstream went away\n\n").ends_with(": upstream went away\n"));
  CHECK(transcribe(make_chat_decoder, "error: {\"code\":500,\"message\":\"Boom\"}\n\n") == "error overloaded: Boom\n");
}

TEST_CASE("Chat: events that a server ran together are all read, up to the mark") {
  CHECK(transcribe(make_chat_decoder,
                   "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n"
                   "data: {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\ndata: [DONE]\n\n"
                   "data: {\"choices\":[{\"delta\":{\"content\":\"c\"}}]}\n\n") ==
        "text [a]\ntext [b]\nfinished stop\n");
  std::string many = "data: {}";
  for (int i = 0; i < 20'000; ++i) many += "\ndata: {}";
  CHECK(transcribe(make_chat_decoder(), many + "\ndata: [DONE]\n\n", many.size() + 64) == "finished stop\n");
}

TEST_CASE("Chat: a whole answer gives the same events as a stream") {
  CHECK(
      body_events(
          R"({"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Four","refusal":null,
    "reasoning_content":"two","annotations":[]},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1},"error":null})") ==
      "identity id=c model=m\nreasoning [two]\ntext [Four]\nusage input=3 output=1\nfinished stop as=stop\n");
  CHECK(body_events(R"({"choices":[{"message":{"content":"x"},"delta":{"content":""}}]})") ==
        "text [x]\nfinished stop\n");
  CHECK(body_events(R"({"choices":[]})") == "finished stop\n");
}

TEST_CASE("Chat: in a whole answer every tool call is one of its own, also without ids and numbers") {
  CHECK(body_events(R"({"choices":[{"message":{"content":null,"tool_calls":[
    {"function":{"name":"f","arguments":"{}"}},{"function":{"name":"g","arguments":{"a":1}}},
    {"index":0,"id":"","function":{"name":"h","arguments":""}}]},"finish_reason":"tool_calls"}]})") ==
        "call 0  f {}\ncall 1  g {\"a\":1}\ncall 2  h\nfinished tool_calls as=tool_calls\n");
}

TEST_CASE("Chat: a body that is no completion says what it is") {
  CHECK(body_events(R"({"error":{"message":"Provider returned error","code":502}})") ==
        "error overloaded: Provider returned error\n");
  CHECK(body_events(R"({"object":"error","message":"No such thing","code":404})").ends_with(": No such thing\n"));
  CHECK(body_events(R"({"detail":"Not authenticated"})").ends_with(": Not authenticated\n"));
  CHECK(body_events(R"({"statusCode":401,"message":"Access denied"})") == "error auth: Access denied\n");
  for (const std::string_view body : {R"({"object":"list","data":[]})", "{}", "[]", "7", ""}) {
    CAPTURE(body);
    CHECK(body_events(body) == "error protocol: the answer is JSON, but no chat completion: it has no choices\n");
  }
}
