// Tests of the Responses decoder: items, their order and their fallbacks; ends, errors and odd servers.
#include "wire/openai_responses_decoder.hpp"

#include <ostream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "unit/wire/transcript.hpp"

using byok::test::stream_of;
using byok::test::transcribe;
using byok::wire::decode_responses_body;
using byok::wire::open_responses_stream;

namespace {

std::string events_of(std::string_view lines) { return transcribe(open_responses_stream, stream_of(lines)); }
std::string body_events(std::string_view body) { return transcribe(decode_responses_body, body); }

constexpr std::string_view kCompleted = R"({"type":"response.completed","response":{"status":"completed"}})";

std::string completed_after(std::string_view lines) {
  return events_of(std::string(lines) + "\n" + std::string(kCompleted));
}

}  // namespace

TEST_CASE("Responses: text deltas, identity, usage and the finish come in order") {
  CHECK(events_of(R"(
{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","model":"gpt-5.2","status":"in_progress","error":null,"output":[],"usage":null}}
{"type":"response.in_progress","sequence_number":1,"response":{"id":"resp_1","model":"gpt-5.2","error":null}}
{"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message","content":[],"role":"assistant"}}
{"type":"response.content_part.added","content_index":0,"output_index":0,"part":{"type":"output_text","text":""}}
{"type":"response.output_text.delta","content_index":0,"delta":"Hel","item_id":"msg_1","logprobs":[],"output_index":0,"obfuscation":"x"}
{"type":"response.output_text.delta","content_index":0,"delta":"lo\n\u00e9 \ud83d\ude00","item_id":"msg_1","output_index":0}
{"type":"response.output_text.done","content_index":0,"output_index":0,"text":"Hello\n\u00e9 \ud83d\ude00"}
{"type":"response.content_part.done","content_index":0,"output_index":0,"part":{"type":"output_text","text":"Hello"}}
{"type":"response.output_item.done","output_index":0,"item":{"id":"msg_1","type":"message","content":[{"type":"output_text","text":"Hello"}]}}
{"type":"response.completed","response":{"id":"resp_1","model":"gpt-5.2","status":"completed","error":null,"incomplete_details":null,"output":[{"id":"msg_1","type":"message","content":[{"type":"output_text","text":"Hello"}]}],"usage":{"input_tokens":19,"input_tokens_details":{"cached_tokens":3},"output_tokens":102,"output_tokens_details":{"reasoning_tokens":64},"total_tokens":121}}}
)") == "identity id=resp_1 model=gpt-5.2\n"
       "text [Hel]\n"
       "text [lo\n\u00e9 \U0001F600]\n"
       "usage input=19 output=102 reasoning=64 cached=3\n"
       "finished stop as=completed\n");
}

TEST_CASE("Responses: text that was never streamed comes from the next event that holds it, once") {
  struct Case {
    std::string_view what, lines;
  };
  for (const auto& [what, lines] : {
           Case{"output_text.done", R"(
{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"whole"}
{"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":[{"type":"output_text","text":"whole"}]}}
{"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"whole"}]}]}})"},
           Case{"output_item.done", R"(
{"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":[{"type":"output_text","text":"whole"}]}}
{"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"whole"}]}]}})"},
           Case{"the terminal event", R"(
{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":""}
{"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"whole"}]}]}})"},
           Case{"a terminal event without the text", R"(
{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"whole"}
{"type":"response.completed","response":{"status":"completed","output":[]}})"},
           Case{"positions that differ in the terminal event", R"(
{"type":"response.output_text.delta","output_index":2,"content_index":0,"delta":"whole"}
{"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"whole"}]}]}})"},
       }) {
    CAPTURE(what);
    CHECK(events_of(lines) == "text [whole]\nfinished stop as=completed\n");
  }
}

TEST_CASE("Responses: several message items are concatenated as sent, item ids that change do not matter") {
  CHECK(completed_after(R"(
{"type":"response.output_item.added","output_index":0,"item":{"id":"a","type":"message","phase":"commentary"}}
{"type":"response.output_text.delta","output_index":0,"content_index":0,"item_id":"b","delta":"Got"}
{"type":"response.output_text.delta","output_index":0,"content_index":0,"item_id":"c","delta":" it"}
{"type":"response.output_item.done","output_index":0,"item":{"id":"d","type":"message","content":[{"type":"output_text","text":"Got it"}]}}
{"type":"response.output_text.delta","output_index":2,"content_index":0,"item_id":"e","delta":"Here"}
{"type":"response.output_text.done","output_index":2,"content_index":0,"item_id":"f","text":"Here"}
)") == "text [Got]\ntext [ it]\ntext [Here]\nfinished stop as=completed\n");
}

TEST_CASE(
    "Responses: reasoning comes from summaries and from raw reasoning, parts apart, encrypted content at the end") {
  CHECK(completed_after(R"(
{"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"early"}}
{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}
{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"One"}
{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":" step"}
{"type":"response.reasoning_summary_text.done","output_index":0,"summary_index":0,"text":"One step"}
{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"Two"}
{"type":"response.output_item.done","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"One step"},{"type":"summary_text","text":"Two"}],"encrypted_content":"gAAA"}}
{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"4"}
)") == "reasoning [One]\nreasoning [ step]\nreasoning [\n\n]\nreasoning [Two]\npayload id=rs_1 encrypted=gAAA\n"
       "text [4]\nfinished stop as=completed\n");
  CHECK(completed_after(R"(
{"type":"response.reasoning_text.delta","output_index":0,"content_index":0,"delta":"raw"}
{"type":"response.reasoning_text.done","output_index":0,"content_index":0,"text":"raw"}
{"type":"response.output_item.done","output_index":0,"item":{"id":"rs","type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"raw"}]}}
)") == "reasoning [raw]\nfinished stop as=completed\n");
  CHECK(events_of(R"(
{"type":"response.completed","response":{"status":"completed","output":[{"id":"rs","type":"reasoning","summary":[{"type":"summary_text","text":"a"},{"type":"summary_text","text":"b"}],"encrypted_content":"xyz"}]}}
)") == "reasoning [a]\nreasoning [\n\n]\nreasoning [b]\npayload id=rs encrypted=xyz\nfinished stop as=completed\n");
}

TEST_CASE(
    "Responses: a function call begins with id and name, its arguments follow, parallel ones get their own index") {
  CHECK(completed_after(R"(
{"type":"response.output_item.added","output_index":1,"item":{"id":"fc_1","type":"function_call","status":"in_progress","arguments":"","call_id":"call_1","name":"weather"}}
{"type":"response.function_call_arguments.delta","output_index":1,"delta":"{\"city\":"}
{"type":"response.output_item.added","output_index":2,"item":{"id":"fc_2","type":"function_call","arguments":"","call_id":"call_2","name":"time"}}
{"type":"response.function_call_arguments.delta","output_index":2,"delta":"{}"}
{"type":"response.function_call_arguments.delta","output_index":1,"delta":"\"Rome\"}"}
{"type":"response.function_call_arguments.done","output_index":1,"arguments":"{\"city\":\"Rome\"}"}
{"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","arguments":"{\"city\":\"Rome\"}","call_id":"call_1","name":"weather"}}
{"type":"response.output_item.done","output_index":2,"item":{"type":"function_call","arguments":"{}","call_id":"call_2","name":"time"}}
)") == "call 0 call_1 weather\ncall 0 {\"city\":\ncall 1 call_2 time\ncall 1 {}\ncall 0 \"Rome\"}\n"
       "finished tool_calls as=completed\n");
}

TEST_CASE("Responses: arguments that were never streamed come from the next event that holds them, once") {
  constexpr std::string_view kAdded =
      R"({"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"c","name":"f","arguments":""}})";
  constexpr std::string_view kArgumentsDone =
      R"({"type":"response.function_call_arguments.done","output_index":0,"arguments":"{\"a\":1}"})";
  constexpr std::string_view kItemDone =
      R"({"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"c","name":"f","arguments":"{\"a\":1}"}})";
  constexpr std::string_view kEnd =
      R"({"type":"response.completed","response":{"status":"completed","output":[{"type":"reasoning","summary":[]},{"type":"function_call","call_id":"c","name":"f","arguments":"{\"a\":1}"}]}})";
  const std::string want = "call 0 c f\ncall 0 {\"a\":1}\nfinished tool_calls as=completed\n";
  CHECK(events_of(fmt::format("{}\n{}\n{}\n{}", kAdded, kArgumentsDone, kItemDone, kEnd)) == want);
  CHECK(events_of(fmt::format("{}\n{}\n{}", kAdded, kItemDone, kEnd)) == want);
  CHECK(events_of(fmt::format("{}\n{}", kAdded, kEnd)) == want);
  CHECK(events_of(fmt::format("{}\n{}\n{}", kItemDone, kItemDone, kEnd)) == want);
  CHECK(events_of(kEnd) == want);
}

TEST_CASE("Responses: calls that share one position are kept apart") {
  CHECK(completed_after(R"(
{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"a","name":"f"}}
{"type":"response.function_call_arguments.delta","output_index":0,"delta":"1"}
{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"b","name":"g"}}
{"type":"response.function_call_arguments.delta","output_index":0,"delta":"2"}
)") == "call 0 a f\ncall 0 1\ncall 1 b g\ncall 1 2\nfinished tool_calls as=completed\n");
}

TEST_CASE("Responses: arguments sent as an object become its text, a custom tool's input counts as arguments") {
  CHECK(completed_after(R"(
{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"c","name":"f","arguments":{"a":1}}}
)") == "call 0 c f\ncall 0 {\"a\":1}\nfinished tool_calls as=completed\n");
  CHECK(completed_after(R"(
{"type":"response.output_item.added","output_index":0,"item":{"type":"custom_tool_call","call_id":"c","name":"sh","input":""}}
{"type":"response.custom_tool_call_input.delta","output_index":0,"delta":"ls"}
{"type":"response.custom_tool_call_input.done","output_index":0,"input":"ls"}
{"type":"response.output_item.done","output_index":0,"item":{"type":"custom_tool_call","call_id":"c","name":"sh","input":"ls"}}
)") == "call 0 c sh\ncall 0 ls\nfinished tool_calls as=completed\n");
}

TEST_CASE("Responses: the provider's own tools and unknown events are passed over") {
  CHECK(completed_after(R"(
{"type":"response.output_item.added","output_index":0,"item":{"type":"web_search_call","id":"ws"}}
{"type":"response.web_search_call.searching","output_index":0}
{"type":"response.code_interpreter_call_code.delta","output_index":0,"delta":"import os"}
{"type":"response.mcp_call_arguments.delta","output_index":0,"delta":"{}"}
{"type":"response.output_item.done","output_index":0,"item":{"type":"mcp_call","name":"x","arguments":"{}","output":"y"}}
{"type":"response.something.new","delta":"zzz"}
{"delta":"no type"}
{"type":"response.output_text.delta","output_index":1,"delta":"ok"}
)") == "text [ok]\nfinished stop as=completed\n");
}

TEST_CASE("Responses: a refusal is content and its own finish") {
  CHECK(completed_after(R"(
{"type":"response.refusal.delta","output_index":0,"content_index":0,"delta":"I can"}
{"type":"response.refusal.delta","output_index":0,"content_index":0,"delta":"not."}
{"type":"response.refusal.done","output_index":0,"content_index":0,"refusal":"I cannot."}
)") == "refusal [I can]\nrefusal [not.]\nfinished refusal as=completed\n");
  CHECK(completed_after(R"({"type":"response.refusal.done","output_index":0,"content_index":0,"refusal":"No."})") ==
        "refusal [No.]\nfinished refusal as=completed\n");
  CHECK(body_events(
            R"({"status":"completed","output":[{"type":"message","content":[{"type":"refusal","refusal":"No."}]}]})") ==
        "refusal [No.]\nfinished refusal as=completed\n");
}

TEST_CASE("Responses: every terminal event decides the finish") {
  struct Case {
    std::string_view line, want;
  };
  for (
      const auto& [line, want] : {
          Case{R"({"type":"response.completed","response":{}})", "finished stop as=completed\n"},
          Case{
              R"({"type":"response.completed","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}})",
              "finished length as=max_output_tokens\n"},
          Case{
              R"({"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}})",
              "finished length as=max_output_tokens\n"},
          Case{R"({"type":"response.incomplete","response":{"incomplete_details":{"reason":"content_filter"}}})",
               "finished content_filter as=content_filter\n"},
          Case{R"({"type":"response.incomplete","response":{"incomplete_details":null}})",
               "finished length as=incomplete\n"},
          Case{R"({"type":"response.failed","response":{"status":"failed","error":null}})",
               "error overloaded: the provider says that the reply failed, not why\n"},
          Case{R"({"type":"response.cancelled","response":{"status":"cancelled"}})",
               "error incomplete: the provider cancelled the reply\n"},
          Case{R"({"type":"response.completed","response":{"status":"new_word"}})", "finished other as=new_word\n"},
          Case{R"({"type":"response.in_progress","response":{"status":"in_progress"}})",
               "error incomplete: the stream ended before the reply was complete\n"},
      }) {
    CAPTURE(line);
    CHECK(events_of(line) == want);
  }
}

TEST_CASE("Responses: a stream that ends without a terminal event is incomplete, what came is kept") {
  CHECK(events_of(R"({"type":"response.output_text.delta","output_index":0,"delta":"half"})") ==
        "text [half]\nerror incomplete: the stream ended before the reply was complete\n");
  CHECK(transcribe(open_responses_stream, "") == "error incomplete: the stream ended before the reply was complete\n");
}

TEST_CASE("Responses: errors are found in each shape, and usage that came with a failure is reported") {
  struct Case {
    std::string_view line, message;
  };
  for (
      const auto& [line, message] : {
          Case{R"({"type":"error","code":"server_error","message":"It broke.","param":null,"sequence_number":3})",
               "It broke."},
          Case{
              R"({"type":"error","sequence_number":2,"error":{"type":"too_many_requests","code":"too_many_requests","message":"Too Many Requests","param":null}})",
              "Too Many Requests"},
          Case{
              R"({"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"Sorry."}}})",
              "Sorry."},
          Case{R"({"error":{"message":"Bad gateway","code":502}})", "Bad gateway"},
      }) {
    CAPTURE(line);
    const std::string got =
        events_of(fmt::format("{}\n{}\n{}", R"({"type":"response.output_text.delta","delta":"a"})", line, kCompleted));
    CHECK(got.starts_with("text [a]\nerror "));
    CHECK(got.find(message) != std::string::npos);
    CHECK(got.find("finished") == std::string::npos);
  }
  CHECK(events_of(R"({"type":"response.failed","response":{"error":{"message":"x"},"usage":{"input_tokens":7}}})")
            .starts_with("usage input=7\nerror "));
}

TEST_CASE("Responses: a null error is none, and event lines stand in for a missing type") {
  CHECK(transcribe(open_responses_stream,
                   "event: response.output_text.delta\ndata: {\"delta\":\"hi\",\"error\":null}\n\n"
                   "event: response.completed\ndata: {\"response\":{\"error\":null}}\n\n") ==
        "text [hi]\nfinished stop as=completed\n");
  CHECK(transcribe(open_responses_stream, "event: error\ndata: {\"message\":\"gone\"}\n\n").find("gone") !=
        std::string::npos);
}

TEST_CASE("Responses: [DONE] is accepted and ends the stream, comments and a missing last newline do not matter") {
  const std::string text = stream_of(R"({"type":"response.output_text.delta","delta":"hi"})");
  const std::string end = "data: " + std::string(kCompleted);
  const std::string want = "text [hi]\nfinished stop as=completed\n";
  CHECK(transcribe(open_responses_stream, ": OPENROUTER PROCESSING\n\n" + text + end + "\n\ndata: [DONE]\n\n") == want);
  CHECK(transcribe(open_responses_stream, text + end + "\n\ndata: [DONE]\n\n" + text) == want);
  CHECK(transcribe(open_responses_stream, text + end) == want);
}

TEST_CASE("Responses: a second response in the same body goes on, with places of its own") {
  CHECK(events_of(R"(
{"type":"response.created","response":{"id":"r1","model":"m"}}
{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"a","name":"f"}}
{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{}"}
{"type":"response.completed","response":{"id":"r1","status":"completed","usage":{"input_tokens":1}}}
{"type":"response.created","response":{"id":"r2","model":"m"}}
{"type":"response.output_text.delta","output_index":0,"delta":"done"}
{"type":"response.completed","response":{"id":"r2","status":"completed","usage":{"input_tokens":2}}}
)") == "identity id=r1 model=m\ncall 0 a f\ncall 0 {}\nusage input=1\n"
       "identity id=r2 model=m\ntext [done]\nusage input=2\nfinished stop as=completed\n");
}

TEST_CASE("Responses: nothing of a first response is taken for part of the second") {
  CHECK(events_of(R"(
{"type":"response.created","response":{"id":"r1"}}
{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"one"}
{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","call_id":"a","name":"f"}}
{"type":"response.completed","response":{"status":"completed"}}
{"type":"response.created","response":{"id":"r2"}}
{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"two"}
{"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","call_id":"b","name":"g","arguments":"{}"}}
)") == "identity id=r1\ntext [one]\ncall 0 a f\nidentity id=r2\ntext [two]\ncall 1 b g\ncall 1 {}\n"
       "error incomplete: the stream ended before the reply was complete\n");
}

TEST_CASE("Responses: calls that come whole at one position are kept apart") {
  CHECK(completed_after(R"(
{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"a","name":"f","arguments":"1"}}
{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"b","name":"g","arguments":"2"}}
)") == "call 0 a f\ncall 0 1\ncall 1 b g\ncall 1 2\nfinished tool_calls as=completed\n");
}

TEST_CASE("Responses: usage figures may come as floats, absent ones stay absent") {
  CHECK(
      events_of(
          R"({"type":"response.completed","response":{"usage":{"input_tokens":25.0,"output_tokens":18,"total_tokens":43}}})") ==
      "usage input=25 output=18\nfinished stop as=completed\n");
  CHECK(events_of(R"({"type":"response.completed","response":{"usage":{}}})") == "finished stop as=completed\n");
}

TEST_CASE("Responses: a whole answer gives the events of a stream") {
  CHECK(
      body_events(
          R"({"id":"resp_1","object":"response","created_at":1.0,"model":"m","status":"completed","error":null,"output":[
    {"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"think"}],"encrypted_content":"e"},
    {"type":"web_search_call","id":"ws"},
    {"type":"message","content":[{"type":"output_text","text":"a","annotations":[]},{"type":"output_text","text":"b"}]},
    {"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},
    {"type":"function_call","call_id":"c2","name":"g","arguments":"[1]"}],
    "usage":{"input_tokens":5,"output_tokens":6}})") ==
      "identity id=resp_1 model=m\nreasoning [think]\npayload id=rs encrypted=e\ntext [a]\ntext [b]\n"
      "call 0 c1 f\ncall 0 {}\ncall 1 c2 g\ncall 1 [1]\nusage input=5 output=6\nfinished tool_calls as=completed\n");
  CHECK(body_events(
            R"({"object":"response","output":[{"type":"message","content":[{"type":"output_text","text":"a"}]}]})") ==
        "text [a]\nfinished stop as=completed\n");
  CHECK(body_events(R"({"status":"queued","output":[]})") ==
        "error incomplete: the provider answered before the reply was finished\n");
}

TEST_CASE("Responses: a whole answer that is an error or something else is refused") {
  CHECK(body_events(R"({"error":{"message":"Provider returned error","code":502}})").find("Provider returned error") !=
        std::string::npos);
  for (const std::string_view body : {"", "[]", "null", "\"text\"", "{\"output\":", "{}", R"({"choices":[]})"}) {
    CAPTURE(body);
    CHECK(body_events(body).starts_with("error protocol: "));
  }
}

TEST_CASE("Responses: members of a wrong type are survived") {
  CHECK(completed_after(R"(
{"type":"response.output_text.delta","output_index":"x","content_index":null,"delta":{"a":1}}
{"type":"response.output_text.delta","delta":null}
{"type":"response.output_text.delta"}
{"type":"response.output_item.added","item":null}
{"type":"response.output_item.done","item":[]}
{"type":"response.output_item.done","item":{"type":"message","content":7}}
{"type":"response.function_call_arguments.delta","output_index":7,"delta":"{}"}
{"type":"response.function_call_arguments.done","output_index":7,"arguments":"{}"}
{"type":7,"delta":"x"}
{"type":"response.created"}
)") == "finished stop as=completed\n");
  CHECK(events_of(R"({"type":"response.completed"})") == "finished stop as=completed\n");
}
