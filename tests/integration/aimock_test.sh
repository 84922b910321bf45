#!/usr/bin/env bash
# Runs the program against a mock that others wrote, npm's @copilotkit/aimock: aimock_test.sh BYOK CACHE_FOLDER.
#
# Each run is judged by what the program printed, by its exit code, and by the requests that the mock wrote down. The
# mock writes the name of a credential's header down and hides its value: it refuses a request in which any value is
# not its key, so that an answer proves the value. Of Responses and Messages it keeps the fields that Chat Completions
# has too, under their names there.
set -u

version=1.43.0
key=key-of-the-mock-0123456789
if [ $# -ne 2 ]; then
  echo "usage: aimock_test.sh BYOK CACHE_FOLDER" >&2
  exit 2
fi
byok=$(realpath "$1")
mkdir -p "$2" || exit 1
cache=$(realpath "$2")
work=$(mktemp -d)
server=

stop_server() {
  [ -n "$server" ] || return 0
  kill "$server" 2>/dev/null
  for _ in {1..50}; do
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  kill -9 "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  server=
}

finish() {
  stop_server
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 143' TERM INT

skip() {
  echo "skipped: $1"
  exit 77
}

install_mock() {
  command -v node >/dev/null || skip "node is not here"
  command -v npm >/dev/null || skip "npm is not here"
  node -e 'const [a, b] = process.versions.node.split(".").map(Number);
    process.exit(a > 20 || (a === 20 && b >= 15) ? 0 : 1)' ||
    skip "node is older than 20.15"
  mock=$cache/$version
  [ -e "$mock/installed" ] && return
  # The mark is written last: what an interrupted installation left behind is done again.
  rm -rf "$mock"
  mkdir -p "$mock"
  (cd "$mock" && npm_config_cache=$cache/npm npm_config_update_notifier=false timeout 120 npm install --prefix "$mock" \
    --save-exact --ignore-scripts --no-audit --no-fund --fetch-retries=1 --fetch-retry-mintimeout=1000 \
    --fetch-retry-maxtimeout=2000 --fetch-timeout=30000 "@copilotkit/aimock@$version" >"$work/npm" 2>&1 </dev/null) ||
    skip "npm cannot install the package: $(grep -m1 -i 'error' "$work/npm" || echo 'no registry')"
  touch "$mock/installed"
}

write_fixtures() {
  cat >"$work/fixtures.json" <<'JSON'
{"fixtures": [
  {"match": {"userMessage": "greet"}, "response": {"content": "Hello, wörld 😀 — 你好.\n\n  Second line\twith a tab."}},
  {"match": {"userMessage": "split"}, "response": {"content": "abcdef😀 and on"}},
  {"match": {"userMessage": "think", "model": "o3-mini"}, "response": {"content": "42",
    "reasoning": "Six times seven, then."}},
  {"match": {"userMessage": "weather"}, "response": {"toolCalls": [
    {"id": "call_1", "name": "get_weather", "arguments": {"city": "Zürich \"HB\"", "days": 3}},
    {"id": "call_2", "name": "get_time", "arguments": {}}]}},
  {"match": {"userMessage": "look"}, "response": {"content": "Let me look.",
    "toolCalls": [{"id": "call_3", "name": "get_weather", "arguments": {"city": "Paris"}}]}},
  {"match": {"userMessage": "count"}, "response": {"content": "counted",
    "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}}},
  {"match": {"userMessage": "code"}, "response": {"content": "Here:\n\n```sh\necho one\n```\n\nDone."}},
  {"match": {"userMessage": "too long"}, "response": {"content": "cut at the limit", "finishReason": "length"}},
  {"match": {"userMessage": "nothing"}, "response": {"content": ""}},
  {"match": {"userMessage": "break off"}, "response": {"content": "one two three four five six seven eight nine ten"},
    "truncateAfterChunks": 8, "chunkSize": 4, "latency": 30},
  {"match": {"userMessage": "busy", "sequenceIndex": 0}, "response": {"status": 429, "retryAfter": 1,
    "error": {"message": "Slow down.", "type": "rate_limit_error", "code": "rate_limit_exceeded"}}},
  {"match": {"userMessage": "busy"}, "response": {"content": "after the wait"}},
  {"match": {"userMessage": "an hour"}, "response": {"status": 429, "retryAfter": 3600,
    "error": {"message": "Come back later.", "type": "rate_limit_error", "code": "rate_limit_exceeded"}}},
  {"match": {"userMessage": "quota"}, "response": {"status": 429,
    "error": {"message": "You exceeded your current quota.", "type": "insufficient_quota",
      "code": "insufficient_quota"}}},
  {"match": {"userMessage": "forbidden"}, "response": {"status": 403,
    "error": {"message": "No access.", "type": "permission_error"}}},
  {"match": {"userMessage": "no model"}, "response": {"status": 404,
    "error": {"message": "There is no such model.", "type": "invalid_request_error", "code": "model_not_found"}}},
  {"match": {"userMessage": "huge"}, "response": {"status": 400,
    "error": {"message": "This model's maximum context length is 8192 tokens.", "type": "invalid_request_error",
      "code": "context_length_exceeded"}}},
  {"match": {"userMessage": "broken"}, "response": {"status": 500,
    "error": {"message": "It broke.", "type": "server_error"}}},
  {"match": {"userMessage": "overloaded"}, "response": {"status": 529,
    "error": {"message": "Overloaded", "type": "overloaded_error"}}}
]}
JSON
}

# Pieces of seven UTF-16 units: the emoji of `split` is sent as two halves, each in its own event.
start_server() {
  local program=$mock/node_modules/@copilotkit/aimock/dist/cli.js
  (cd "$work" && exec env AIMOCK_API_KEYS="$key" node "$program" --host 127.0.0.1 --port 0 --strict --chunk-size 7 \
    --fixtures "$work/fixtures.json") >"$work/server" 2>&1 </dev/null &
  server=$!
  for _ in {1..100}; do
    url=$(grep -os 'listening on http://[0-9.:]*' "$work/server") && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  url=${url#listening on }
  [ -n "$url" ] && return
  echo "FAIL the mock does not start"
  sed 's/^/  | /' "$work/server"
  exit 1
}

write_profiles() {
  mkdir -p "$work/home" "$work/here"
  (umask 077 && cat >"$work/config.yaml") <<YAML
profiles:
  chat:         {base_url: "$url/v1", api_key: $key, model: gpt-4o}
  responses:    {base_url: "$url/v1", api_key: $key, model: gpt-4o, wire_api: responses}
  messages:     {type: anthropic, base_url: "$url", api_key: $key, model: claude-sonnet-4-5}
  azure:        {type: azure, base_url: "$url", api_key: $key, model: my-deployment}
  azure-v1:     {type: azure, base_url: "$url", api_key: $key, model: my-deployment, azure: {api_version: v1}}
  azure-resp:   {type: azure, base_url: "$url", api_key: $key, model: my-deployment, wire_api: responses}
  azure-dated:  {type: azure, base_url: "$url", api_key: $key, model: my-deployment, wire_api: responses,
                 azure: {api_version: 2025-04-01-preview}}
  messages-tok: {type: anthropic, base_url: "$url", bearer_token: $key, model: claude-sonnet-4-5}
  azure-tok:    {type: azure, base_url: "$url", bearer_token: $key, model: my-deployment}
  bad-key:      {base_url: "$url/v1", api_key: another-key-9876543210, model: gpt-4o}
  no-key:       {base_url: "$url/v1", model: gpt-4o}
YAML
}

# Reads what the last run left behind, and says of each JavaScript expression whether it is true. One process for all
# runs: NUL ends a word, a second one the question; a line with a dot ends the answer.
write_judge() {
  cat >"$work/judge.mjs" <<'JS'
import { readFileSync } from "node:fs";
const [url, key, folder] = process.argv.slice(2);
const headers = { "x-api-key": key };
const greeting = JSON.parse(readFileSync(`${folder}/fixtures.json`, "utf8")).fixtures[0].response.content;
const parsed = (line) => {
  try { return JSON.parse(line); } catch { return line; }
};
async function facts() {
  const read = (file) => readFileSync(`${folder}/${file}`, "utf8");
  const [out, err, code] = [read("out"), read("err"), Number(read("code"))];
  const sent = await (await fetch(`${url}/__aimock/journal`, { headers })).json();
  await fetch(`${url}/v1/_requests`, { method: "DELETE", headers });
  const lines = out.split("\n").filter((line) => line !== "").map(parsed);
  const is_credential = (header) => /^(authorization|api-key|x-api-key|x-goog-api-key)$/.test(header);
  const credentials = sent.map((request) => Object.keys(request.headers).filter(is_credential).join());
  return { out, err, code, lines, reply: lines.at(-1) ?? {}, sent, one: sent[0], credentials, greeting, key };
}
async function judge(name, claims) {
  const known = await facts();
  let wrong = false;
  for (const claim of claims) {
    let verdict = false, reason = "";
    try {
      verdict = new Function(...Object.keys(known), `return (${claim});`)(...Object.values(known)) === true;
    } catch (error) {
      reason = ` (${error.message})`;
    }
    wrong ||= !verdict;
    console.log(`${verdict ? "ok" : "FAIL"} ${name}: ${claim}${reason}`);
  }
  if (!wrong) return;
  const { code, out, err } = known;
  const requests = known.sent.map(({ method, path, headers, body, response: { status } }) =>
    ({ method, path, headers, body, status }));
  console.log(JSON.stringify({ code, out, err, requests }, null, 1).replace(/^/gm, "  | "));
}
let text = "";
for await (const piece of process.stdin.setEncoding("utf8")) {
  text += piece;
  for (let end; (end = text.indexOf("\0\0")) >= 0; text = text.slice(end + 2)) {
    const [name, ...claims] = text.slice(0, end).split("\0");
    await judge(name, claims).catch((error) => console.log(`FAIL ${name}: ${error.stack}`));
    console.log(".");
  }
}
JS
}

start_judge() {
  coproc JUDGE { exec node "$work/judge.mjs" "$url" "$key" "$work" 2>&1; }
}

run() {  # run WORDS...: the program, with nothing of the caller's environment; what it left is for judge
  (cd "$work/here" && exec env -i PATH="$PATH" HOME="$work/home" LC_ALL=C.UTF-8 XDG_CONFIG_DIRS="$work/none" \
    BYOK_CONFIG="$work/config.yaml" timeout 30 "$byok" "$@") >"$work/out" 2>"$work/err" </dev/null
  echo $? >"$work/code"
}

passed=0
failed=0
judge() {  # judge NAME EXPRESSION...
  local line
  { printf '%s\0' "$@" && printf '\0'; } >&"${JUDGE[1]}"
  while IFS= read -r line <&"${JUDGE[0]}"; do
    case $line in
      .) return ;;
      'ok '*) passed=$((passed + 1)) ;;
      'FAIL '*) failed=$((failed + 1)) ;;
    esac
    printf '%s\n' "$line"
  done
  echo "FAIL $1: the judge has ended"
  exit 1
}

same='sent.length === 1 && one.method === "POST" && one.response.status === 200'

# A reply and a tool call on each route, streamed and not.
test_route() {  # test_route PROFILE PATH HEADER MODEL
  local way stream accept route="one.path === '$2' && credentials[0] === '$3' && one.body.model === '$4'"
  for way in streamed whole; do
    local option=()
    stream='one.body.stream === true'
    accept=text/event-stream
    if [ "$way" = whole ]; then
      option=(--no-stream)
      stream='one.body.stream !== true'
      accept=application/json
    fi
    run ask -p "$1" "${option[@]}" greet
    judge "$1, $way, text" 'code === 0' 'out === greeting + "\n"' 'err === ""' "$same" "$route" "$stream" \
      "one.headers.accept === '$accept' && one.headers['content-type'] === 'application/json'" \
      'JSON.stringify(one.body.messages) === `[{"role":"user","content":"greet"}]`'
    run ask -p "$1" "${option[@]}" --json greet
    judge "$1, $way, JSON" 'code === 0 && reply.ok === true && reply.exit_code === 0' 'lines.length === 1' \
      'reply.content === greeting' 'reply.finish_reason === "stop" && reply.attempts === 1' "$same && $stream" \
      "reply.profile === '$1' && reply.model === '$4'" 'reply.request_id === one.headers["x-request-id"]'
    run ask -p "$1" "${option[@]}" --json weather
    judge "$1, $way, tool calls" 'code === 0 && reply.finish_reason === "tool_calls" && reply.content === ""' "$same" \
      'reply.tool_calls.map((call) => call.id + " " + call.name).join() === "call_1 get_weather,call_2 get_time"' \
      'JSON.parse(reply.tool_calls[0].arguments).city === `Zürich "HB"`' 'reply.tool_calls[1].arguments === "{}"'
  done
}

# What streams differ in from wire to wire: halves of a character, reasoning, tokens, events, ends.
test_stream() {  # test_stream PROFILE
  local option
  run ask -p "$1" split
  judge "$1, a character in two events" 'code === 0 && out === "abcdef😀 and on\n"'
  for option in --show-reasoning --no-stream; do
    run ask -p "$1" -m o3-mini "$option" --json think
    judge "$1, reasoning ($option)" 'code === 0 && reply.content === "42"' \
      'reply.reasoning === "Six times seven, then."' \
      'one.body.model === "o3-mini"'
    run ask -p "$1" "$option" --json count
    judge "$1, tokens ($option)" 'code === 0 && reply.usage.input_tokens === 11 && reply.usage.output_tokens === 7'
    run ask -p "$1" "$option" --json look
    judge "$1, text and a tool call ($option)" 'code === 0 && reply.content === "Let me look."' \
      'reply.tool_calls.length === 1 && reply.tool_calls[0].id === "call_3"'
    run ask -p "$1" "$option" --json too long
    judge "$1, the limit ($option)" 'code === 7 && reply.ok === false && reply.content === "cut at the limit"' \
      'reply.finish_reason === "length" && reply.error.category === "incomplete"' 'sent.length === 1'
    run ask -p "$1" "$option" nothing
    judge "$1, an empty reply ($option)" 'code === 7 && out === "" && err !== ""'
  done
  run ask -p "$1" --show-reasoning -m o3-mini think
  judge "$1, reasoning stands on stderr" 'out === "42\n" && err.includes("Six times seven, then.")'
  run ask -p "$1" --output-format stream-json greet
  judge "$1, events" 'code === 0 && reply.type === "result" && reply.content === greeting' \
    'lines.filter((line) => line.type === "assistant.message_delta").length > 1' \
    'lines.map((line) => line.type === "assistant.message_delta" ? line.data.deltaContent : "").join("") === greeting' \
    'lines.filter((line) => line.type === "assistant.message").length === 1'
  run ask -p "$1" -x code
  judge "$1, the block of code" 'code === 0 && out === "echo one\n"'
  run ask -p "$1" --json break off
  judge "$1, broken off" 'code === 7 && reply.ok === false && reply.error.retryable === true' 'sent.length === 1' \
    'reply.content.length > 0 && "one two three four five six seven eight nine ten".startsWith(reply.content)'
}

test_request_fields() {
  local profile
  for profile in chat responses messages; do
    run ask -p "$profile" -s "Be brief." --max-output-tokens 50 --temperature 0.5 -H "X-Team: blue" greet
    judge "$profile, options" 'code === 0' \
      'one.body.messages[0].role === "system" && one.body.messages[0].content === "Be brief."' \
      'one.body.messages[1].content === "greet"' 'one.body.max_tokens === 50 && one.body.temperature === 0.5' \
      'one.headers["x-team"] === "blue"'
  done
  run ask -p chat --top-p 0.9 --seed 7 --stop END --reasoning-effort low --set metadata.team=blue greet
  judge "chat, more options" 'one.body.top_p === 0.9 && one.body.seed === 7 && one.body.reasoning_effort === "low"' \
    '[one.body.stop].flat().join() === "END" && one.body.metadata.team === "blue"' \
    'one.body.stream_options.include_usage === true && one.body.store === undefined'
  run ask -p azure --max-output-tokens 50 greet
  judge "azure, the name of the limit" 'one.body.max_completion_tokens === 50 && one.body.max_tokens === undefined'
  run ask -p messages greet
  judge "messages, what that wire requires" 'one.body.max_tokens === 8192' \
    'one.headers["anthropic-version"] === "2023-06-01"'
  run ask -p messages-tok greet
  judge "messages, bearer token" 'code === 0 && credentials[0] === "authorization"' \
    'one.headers["anthropic-version"] === "2023-06-01"'
  run ask -p azure-tok greet
  judge "azure, bearer token" 'code === 0 && credentials[0] === "authorization"'
  run ask -p chat -vv greet
  judge "chat, the log" 'code === 0 && err.includes("/v1/chat/completions") && !err.includes(key) && !out.includes(key)'
}

test_errors() {  # test_errors PROFILE
  # PROMPT, exit code, category, status, tries
  while read -r prompt code category status tries; do
    run ask -p "$1" --json --retries $((tries - 1)) "${prompt//_/ }"
    judge "$1, $prompt" "code === $code && reply.ok === false && reply.exit_code === $code" \
      "reply.error.category === '$category' && reply.error.status === $status" \
      "reply.attempts === $tries && sent.length === $tries" "sent.every((each) => each.response.status === $status)" \
      'err.includes(reply.error.message) && reply.content === ""'
  done <<'TABLE'
quota 4 quota 429 1
forbidden 4 auth 403 1
no_model 1 not_found 404 1
huge 9 context_length 400 1
broken 6 overloaded 500 2
overloaded 6 overloaded 529 1
TABLE
  run ask -p "$1" --json --retries 2 quota
  judge "$1, no second try for a spent quota" 'code === 4 && sent.length === 1'
  run ask -p "$1" --json --retries 2 an hour
  judge "$1, too long a wait is refused at once" 'code === 6 && sent.length === 1' \
    'reply.error.category === "rate_limit" && reply.error.retry_after_ms === 3600000'
  # The mock counts the requests of each X-Test-Id apart.
  run ask -p "$1" --json -H "X-Test-Id: $1" busy
  judge "$1, a second try after 429" 'code === 0 && reply.content === "after the wait" && reply.attempts === 2' \
    'sent.map((request) => request.response.status).join() === "429,200"' \
    'sent[1].timestamp - sent[0].timestamp >= 900' \
    'credentials[0] === credentials[1] && JSON.stringify(sent[0].body) === JSON.stringify(sent[1].body)'
}

# Faults that the mock makes when a header asks for them.
test_faults() {  # test_faults PROFILE
  local option
  for option in --json --no-stream; do
    run ask -p "$1" --json "$option" --retries 0 -H 'X-Aimock-Chaos-Disconnect: 1' greet
    judge "$1, no answer ($option)" 'code === 5 && reply.error.category === "network" && reply.error.retryable === true'
    run ask -p "$1" --json "$option" --retries 0 -H 'X-Aimock-Chaos-Drop: 1' greet
    judge "$1, dropped ($option)" 'code === 6 && reply.error.status === 500' \
      'reply.error.message === "Chaos: request dropped"'
    # `{malformed json: <<<chaos>>>`: junk, and JSON without an end as well.
    run ask -p "$1" --json "$option" --retries 0 -H 'X-Aimock-Chaos-Malformed: 1' greet
    judge "$1, junk ($option)" 'code === 1 || code === 7' \
      'reply.ok === false && reply.content === "" && reply.error.message !== ""'
  done
}

test_keys_and_models() {
  run ask -p bad-key --json greet
  judge "a key that is not known" 'code === 4 && reply.error.category === "auth" && reply.error.status === 401' \
    'reply.error.message === "Invalid API key" && reply.error.hint !== undefined && reply.attempts === 1' \
    '!(out + err).includes("another-key-9876543210")'
  run ask -p no-key --json greet
  judge "no key" 'code === 4 && reply.error.category === "auth" && reply.error.status === 401'
  local profile
  for profile in chat messages azure-v1; do
    run models list -p "$profile" --json
    judge "$profile, models" 'code === 0 && JSON.stringify(reply.map((model) => model.id)) === `["o3-mini"]`'
  done
  run models list -p azure --json
  judge "azure, models: a route that the mock has not" 'code === 1' \
    'reply.error.category === "route" && reply.error.status === 404'
}

install_mock
write_fixtures
write_judge
start_server
start_judge
write_profiles

test_route chat /v1/chat/completions authorization gpt-4o
test_route responses /v1/responses authorization gpt-4o
test_route messages /v1/messages x-api-key claude-sonnet-4-5
test_route azure '/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21' api-key my-deployment
test_route azure-v1 /openai/v1/chat/completions api-key my-deployment
test_route azure-resp /openai/v1/responses api-key my-deployment
test_route azure-dated '/openai/responses?api-version=2025-04-01-preview' api-key my-deployment
test_request_fields
for profile in chat responses messages; do
  test_stream "$profile"
  test_errors "$profile"
  test_faults "$profile"
done
test_keys_and_models

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 500 ]
