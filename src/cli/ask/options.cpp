// From arguments as typed to AskOptions: numbers, durations, headers, field edits.
#include "cli/ask/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"
#include "cli/reply_schema.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using std::chrono::milliseconds;

constexpr std::size_t kLargestHeaderFile = std::size_t{1} << 20;
constexpr std::size_t kLargestSystemFile = std::size_t{4} << 20;

std::unexpected<base::Error> bad_value(std::string_view option, std::string_view value, std::string_view wanted) {
  return fail(ErrorKind::usage, fmt::format("--{} cannot be {}", option, base::shell_quote(value)),
              fmt::format("it is {}", wanted));
}

Result<std::optional<std::int64_t>> integer(const Arguments& arguments, std::string_view option, std::int64_t least,
                                            std::int64_t most, std::string_view wanted) {
  const auto text = arguments.last(option);
  if (!text) return std::nullopt;
  const auto value = base::to_int(*text);
  if (!value || *value < least || *value > most) return bad_value(option, *text, wanted);
  return value;
}

Result<std::optional<double>> number(const Arguments& arguments, std::string_view option, double least, double most,
                                     std::string_view wanted) {
  const auto text = arguments.last(option);
  if (!text) return std::nullopt;
  const auto value = base::to_double(*text);
  if (!value || !std::isfinite(*value) || *value < least || *value > most) return bad_value(option, *text, wanted);
  return value;
}

// Seconds, or a number with ms, s, m or h.
Result<std::optional<milliseconds>> duration(const Arguments& arguments, std::string_view option) {
  const auto text = arguments.last(option);
  if (!text) return std::nullopt;
  struct Unit {
    std::string_view suffix;
    double factor;
  };
  constexpr Unit kUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"", 1000}};
  constexpr double kLongest = 1e10;  // about four months, in milliseconds
  for (const Unit& unit : kUnits) {
    if (!text->ends_with(unit.suffix)) continue;
    const auto value = base::to_double(std::string_view(*text).substr(0, text->size() - unit.suffix.size()));
    if (!value || !std::isfinite(*value) || *value < 0 || *value * unit.factor > kLongest) break;
    // A wish above zero never becomes "no limit".
    const double rounded = std::ceil(*value * unit.factor);
    return milliseconds(static_cast<std::int64_t>(rounded));
  }
  return bad_value(option, *text, "seconds, or a time such as 500ms, 30s or 2m; 0 is no limit");
}

constexpr std::string_view kForbiddenHeaders[] = {"Host",       "Content-Length", "Transfer-Encoding",
                                                  "Connection", "Expect",         "Accept-Encoding"};

bool is_header_name(std::string_view name) {
  // RFC 9110, section 5.6.2: token.
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

Result<core::Header> header(std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view name = base::trim(line.substr(0, colon));
  if (colon == std::string_view::npos || !is_header_name(name)) {
    return fail(ErrorKind::usage, "-H needs a name, a colon and a value", "write: -H 'X-Team: research'");
  }
  for (const std::string_view forbidden : kForbiddenHeaders) {
    if (base::iequals(name, forbidden)) {
      return fail(ErrorKind::usage, fmt::format("the header {} cannot be set: byok and libcurl own it", forbidden),
                  "leave it out");
    }
  }
  const std::string_view value = base::trim(line.substr(colon + 1));
  const bool has_control = std::ranges::any_of(
      value, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
  if (has_control) {
    return fail(ErrorKind::usage, fmt::format("the value of the header {} holds a control character", name),
                "a header is one line: remove line breaks and NUL from it");
  }
  return core::Header{.name = std::string(name), .value = std::string(value), .is_secret = base::is_secret_name(name)};
}

Result<std::vector<core::Header>> headers(const Arguments& arguments) {
  std::vector<core::Header> all;
  for (const std::string& value : arguments.all("header")) {
    if (!value.starts_with('@')) {
      BYOK_TRY(core::Header one, header(value));
      all.push_back(std::move(one));
      continue;
    }
    BYOK_TRY(const std::string text, base::read_file(value.substr(1), kLargestHeaderFile));
    for (const std::string_view line : base::split(text, '\n')) {
      if (base::trim(line).empty()) continue;
      BYOK_TRY(core::Header one, header(base::trim(line)));
      all.push_back(std::move(one));
    }
  }
  return all;
}

Result<std::vector<core::FieldEdit>> field_edits(const Arguments& arguments) {
  std::vector<core::FieldEdit> edits;
  for (const std::string& text : arguments.all("set")) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return fail(ErrorKind::usage, fmt::format("--set cannot be {}", base::shell_quote(text)),
                  "write PATH=VALUE, for example: --set metadata.team=research or --set top_k=40");
    }
    const std::string value = text.substr(equals + 1);
    // Depth is bounded where the body is built; here only the syntax is asked for.
    const bool is_json = nlohmann::json::accept(value);
    edits.push_back({.path = text.substr(0, equals), .json = is_json ? value : base::json_quote(value)});
  }
  return edits;
}

Result<core::Sampling> sampling(const Arguments& arguments) {
  core::Sampling sampling;
  constexpr std::int64_t kMost = 1'000'000'000;
  BYOK_TRY(sampling.max_output_tokens,
           integer(arguments, "max-output-tokens", 1, kMost, "a whole number of tokens, 1 or more"));
  BYOK_TRY(sampling.temperature, number(arguments, "temperature", 0, 2, "a number from 0 to 2"));
  BYOK_TRY(sampling.top_p, number(arguments, "top-p", 0, 1, "a number from 0 to 1"));
  BYOK_TRY(sampling.seed, integer(arguments, "seed", INT64_MIN, INT64_MAX, "a whole number"));
  sampling.stop = arguments.all("stop");
  if (const auto effort = arguments.last("reasoning-effort")) {
    sampling.reasoning_effort = core::reasoning_effort_from(*effort);
  }
  return sampling;
}

std::set<std::string, std::less<>> pinned(const core::Sampling& sampling) {
  std::set<std::string, std::less<>> names;
  if (sampling.max_output_tokens) names.insert("max_output_tokens");
  if (sampling.temperature) names.insert("temperature");
  if (sampling.top_p) names.insert("top_p");
  if (!sampling.stop.empty()) names.insert("stop");
  if (sampling.seed) names.insert("seed");
  if (sampling.reasoning_effort) names.insert("reasoning_effort");
  return names;
}

Result<> read_output(const Arguments& arguments, AskOptions& options) {
  const std::string format = arguments.last("output-format").value_or(arguments.has("json") ? "json" : "text");
  if (arguments.has("json") && format != "json") {
    return fail(ErrorKind::usage, fmt::format("--json and --output-format {} do not go together", format),
                "leave one of them out");
  }
  options.format = format == "json"          ? OutputFormat::json
                   : format == "stream-json" ? OutputFormat::stream_json
                                             : OutputFormat::text;
  options.output = arguments.last("output");
  if (options.output && options.output->empty())
    return fail(ErrorKind::usage, "-o needs a file's name", "-o answer.md");
  options.extracts = arguments.has("extract");
  options.streams = !arguments.has("no-stream");
  if (arguments.has("show-reasoning") && arguments.has("hide-reasoning")) {
    return fail(ErrorKind::usage, "--show-reasoning and --hide-reasoning do not go together", "leave one of them out");
  }
  if (arguments.has("show-reasoning")) options.shows_reasoning = true;
  if (arguments.has("hide-reasoning")) options.shows_reasoning = false;
  options.shows_usage = arguments.has("usage");
  options.is_curl = arguments.has("curl");
  options.is_dry_run = arguments.has("dry-run") || options.is_curl;
  return {};
}

Result<> read_schema(const Arguments& arguments, AskOptions& options) {
  constexpr std::int64_t kMostRetries = 5;
  BYOK_TRY(const auto retries, integer(arguments, "schema-retries", 0, kMostRetries, "a whole number from 0 to 5"));
  options.schema_retries = static_cast<int>(retries.value_or(0));
  const auto schema = arguments.last("schema");
  if (!schema && retries)
    return fail(ErrorKind::usage, "--schema-retries needs --schema", "say what is wanted: --schema FILE");
  if (!schema) return {};
  if (options.extracts) {
    return fail(ErrorKind::usage, "-x and --schema do not go together",
                "a reply of a schema's form is JSON as a whole: leave -x out");
  }
  BYOK_TRY(options.schema, read_reply_schema(*schema));
  return {};
}

}  // namespace

bool wants_json(const Arguments& arguments) {
  return arguments.has("json") || arguments.last("output-format").value_or("text") != "text";
}

Result<config::Overrides> read_overrides(const Arguments& arguments) {
  config::Overrides overrides;
  overrides.config_file = arguments.last("config");
  overrides.profile = arguments.last("profile");
  overrides.model = arguments.last("model");
  BYOK_TRY(const auto retries, integer(arguments, "retries", 0, 100, "a whole number from 0 to 100"));
  if (retries) overrides.retries = static_cast<int>(*retries);
  BYOK_TRY(overrides.retry_max_wait, duration(arguments, "retry-max-wait"));
  BYOK_TRY(overrides.connect_timeout, duration(arguments, "connect-timeout"));
  BYOK_TRY(overrides.first_token_timeout, duration(arguments, "first-token-timeout"));
  BYOK_TRY(overrides.idle_timeout, duration(arguments, "idle-timeout"));
  BYOK_TRY(overrides.timeout, duration(arguments, "timeout"));
  return overrides;
}

Result<AskOptions> read_ask_options(const Arguments& arguments) {
  AskOptions options;
  BYOK_TRY(options.overrides, read_overrides(arguments));
  BYOK_TRY(options.overrides.sampling, sampling(arguments));
  options.pinned = pinned(options.overrides.sampling);
  BYOK_TRY(options.overrides.headers, headers(arguments));
  if (const auto system = arguments.last("system")) {
    options.overrides.system = *system;
    if (system->starts_with('@')) {
      auto text = base::read_file(system->substr(1), kLargestSystemFile);
      if (!text && *system == "@-") {
        text.error().hint = "standard input goes into the prompt, where a word - says; -s takes a file or a text";
      }
      if (!text) return std::unexpected(std::move(text).error());
      options.overrides.system = base::to_valid_utf8(*text);
    }
  }
  BYOK_TRY(options.edits, field_edits(arguments));
  constexpr std::int64_t kMost = std::int64_t{1} << 32;
  BYOK_TRY(const auto max_input, integer(arguments, "max-input", 1, kMost, "a whole number of bytes, 1 or more"));
  if (max_input) options.max_input = static_cast<std::size_t>(*max_input);
  options.words = arguments.words;
  options.literal_words = arguments.literal_words;
  options.files = arguments.all("file");
  options.reads_stdin = !arguments.has("no-stdin");
  options.is_strict_utf8 = arguments.has("strict-utf8");
  options.attachments = arguments.all("attach");
  BYOK_CHECK(read_output(arguments, options));
  BYOK_CHECK(read_schema(arguments, options));
  BYOK_TRY(options.keep, read_keep_wish(arguments));
  options.keep.is_dry_run = options.is_dry_run;
  return options;
}

}  // namespace byok::cli
