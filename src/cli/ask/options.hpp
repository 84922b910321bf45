// AskOptions: what `byok ask` was asked to do, judged and typed.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/keeper.hpp"
#include "config/config.hpp"
#include "core/request.hpp"
#include "session/json_schema.hpp"

namespace byok::cli {

enum class OutputFormat { text, json, stream_json };

struct AskOptions {
  config::Overrides overrides;             // profile, model, sampling, limits, headers
  std::vector<std::string> words;          // may hold `-`
  std::vector<std::string> literal_words;  // after `--`
  std::vector<std::string> files;
  std::vector<std::string> attachments;  // paths and URLs
  bool reads_stdin = true;
  bool is_strict_utf8 = false;
  std::size_t max_input = std::size_t{4} << 20;
  std::optional<std::string> output;
  OutputFormat format = OutputFormat::text;
  bool extracts = false;
  std::optional<session::JsonSchema> schema;
  int schema_retries = 0;
  bool streams = true;
  std::optional<bool> shows_reasoning;
  bool shows_usage = false;
  std::vector<core::FieldEdit> edits;
  std::set<std::string, std::less<>> pinned;  // Sampling fields given here
  bool is_dry_run = false;
  bool is_curl = false;
  KeepWish keep;
};

// Reads @FILE values. Fails with ErrorKind::usage, naming the option and what to write.
[[nodiscard]] base::Result<AskOptions> read_ask_options(const Arguments& arguments);

// The part that `models list` shares: profile, model, configuration file, limits.
[[nodiscard]] base::Result<config::Overrides> read_overrides(const Arguments& arguments);

// "json" or "stream-json" were asked for, whatever else is wrong with the options.
[[nodiscard]] bool wants_json(const Arguments& arguments);

}  // namespace byok::cli
