// The table of commands and options.
#include "cli/command_table.hpp"

#include <array>

namespace byok::cli {
namespace {

using enum ValueKind;

constexpr std::string_view kEfforts = "none|minimal|low|medium|high|xhigh|max";

constexpr Option kGlobal[] = {
    {"config", 0, file, "FILE", "General", "read this configuration file instead of the usual one"},
    {"verbose", 'v', none, "", "General", "log to stderr: what is done; twice: requests, sizes, timings"},
    {"quiet", 'q', none, "", "General", "no spinner, no reasoning, no warnings"},
    {"color", 0, choice, "auto|always|never", "General", "colour and styles; auto: on a terminal"},
    {"help", 'h', none, "", "General", "show this help"},
};

constexpr Option kProfile[] = {
    {"profile", 'p', profile, "NAME", "Profile", "profile to use"},
    {"model", 'm', model, "ID", "Profile", "model or deployment; overrides the profile's"},
};

constexpr Option kPrompt[] = {
    {"system", 's', text, "TEXT", "Prompt", "system instructions; @FILE reads a file"},
    {"file", 'f', file, "PATH", "Prompt", "add a text file to the prompt; repeatable"},
    {"attach", 'a', file, "PATH|URL", "Prompt", "add an image or a PDF; repeatable"},
    {"no-stdin", 'n', none, "", "Prompt", "do not read standard input"},
    {"strict-utf8", 0, none, "", "Prompt", "fail on invalid UTF-8 instead of replacing it"},
    {"max-input", 0, number, "BYTES", "Prompt", "largest prompt that is sent (default 4194304)"},
};

constexpr Option kConversation[] = {
    {"continue", 'c', none, "", "Conversation", "go on with the newest session"},
    {"session", 0, session, "ID", "Conversation", "go on with this session; the beginning of its id is enough"},
    {"save", 0, none, "", "Conversation", "keep this exchange as a session"},
    {"no-save", 0, none, "", "Conversation", "keep nothing of this exchange"},
};

constexpr Option kChatPrompt[] = {
    {"system", 's', text, "TEXT", "Prompt", "system instructions; @FILE reads a file"},
};

constexpr Option kChatOutput[] = {
    {"raw", 0, none, "", "Output", "replies as they are written, not as rendered Markdown"},
    {"show-reasoning", 0, none, "", "Output", "reasoning on stderr (default: when it is a terminal)"},
    {"hide-reasoning", 0, none, "", "Output", "no reasoning on stderr"},
    {"usage", 'u', none, "", "Output", "tokens and times after each reply (default: on a terminal)"},
};

constexpr Option kOutput[] = {
    {"output", 'o', file, "FILE", "Output", "write the answer to FILE, whole or not at all"},
    {"output-format", 0, choice, "text|json|stream-json", "Output", "how the reply is printed (default text)"},
    {"json", 0, none, "", "Output", "short for --output-format json"},
    {"schema", 0, text, "FILE|JSON", "Output", "ask for JSON of this schema, and check it"},
    {"schema-retries", 0, number, "N", "Output", "ask up to N times more for what is wrong (default 0)"},
    {"extract", 'x', none, "", "Output", "print only the first fenced code block"},
    {"no-stream", 0, none, "", "Output", "ask for the whole reply at once"},
    {"show-reasoning", 0, none, "", "Output", "reasoning on stderr (default: when it is a terminal)"},
    {"hide-reasoning", 0, none, "", "Output", "no reasoning on stderr"},
    {"usage", 'u', none, "", "Output", "tokens and times on stderr when done"},
};

constexpr Option kSampling[] = {
    {"max-output-tokens", 0, number, "N", "Sampling", "longest reply, in tokens"},
    {"temperature", 0, number, "T", "Sampling", "0 to 2"},
    {"top-p", 0, number, "P", "Sampling", "0 to 1"},
    {"stop", 0, text, "S", "Sampling", "stop at this text; repeatable"},
    {"seed", 0, number, "N", "Sampling", "for replies that can be repeated, where the model offers it"},
    {"reasoning-effort", 0, choice, kEfforts, "Sampling", "how much the model thinks before it answers"},
};

constexpr Option kRequest[] = {
    {"set", 0, text, "PATH=VALUE", "Request", "set a field of the request body; null removes; repeatable"},
    {"header", 'H', text, "NAME: VALUE", "Request", "add a header, or @FILE with one a line; repeatable"},
};

constexpr Option kDryRun[] = {
    {"dry-run", 0, none, "", "Request", "print the request without secrets and send nothing"},
    {"curl", 0, none, "", "Request", "print the request as a curl command and send nothing"},
};

constexpr Option kNetwork[] = {
    {"retries", 0, number, "N", "Network", "tries after the first (default 2)"},
    {"retry-max-wait", 0, seconds, "S", "Network", "longest wait before a retry (default 60)"},
    {"connect-timeout", 0, seconds, "S", "Network", "to connect (default 10; 0: no limit, here and below)"},
    {"first-token-timeout", 0, seconds, "S", "Network", "until the reply begins (default 600; on loopback none)"},
    {"idle-timeout", 0, seconds, "S", "Network", "between two pieces of the reply (default 300)"},
    {"timeout", 0, seconds, "S", "Network", "for the whole run (default none)"},
};

constexpr Option kListing[] = {
    {"json", 0, none, "", "Output", "print JSON"},
};
constexpr Option kNames[] = {
    {"names", 0, none, "", "Output", "print only the names, one a line"},
};
constexpr Option kNewProfile[] = {
    {"model", 'm', model, "M", "Profile", "model or deployment (default: the one that URL names)"},
    {"type", 0, choice, "openai|azure|anthropic", "Profile", "type of provider (default: what URL shows)"},
    {"wire-api", 0, choice, "completions|responses", "Profile", "wire API (default: what URL shows)"},
    {"api-version", 0, text, "V", "Profile", "Azure's api-version: a date, v1 or preview"},
    {"default", 0, none, "", "Profile", "make it the default profile"},
    {"key-env", 0, text, "VAR", "Key", "the key lies in this variable"},
    {"key-file", 0, file, "PATH", "Key", "the key lies in this file"},
    {"key-stdin", 0, none, "", "Key", "read the key from standard input, and keep it as keys/NAME"},
    {"key-command", 0, text, "ARGV", "Key", "a program prints the key: a JSON array of it and its arguments"},
    {"entra", 0, none, "", "Key", "sign in with Microsoft Entra ID: az prints a token"},
};
constexpr Option kConsent[] = {
    {"yes", 'y', none, "", "Editing", "write without asking"},
};
constexpr Option kModelsList[] = {
    {"json", 0, none, "", "Output", "print a JSON array"},
    {"filter", 0, text, "TEXT", "Output", "only models whose id or name holds TEXT"},
    {"refresh", 0, none, "", "Output", "ask the provider even when a list was kept within the hour"},
};

constexpr Option kSessionsList[] = {
    {"search", 0, text, "TEXT", "Output", "only sessions whose title, prompts or replies hold TEXT"},
    {"json", 0, none, "", "Output", "print a JSON array"},
    {"ids", 0, none, "", "Output", "print only the ids, one a line"},
};
constexpr Option kSessionsRm[] = {
    {"older-than", 0, text, "AGE", "Removal", "all whose last turn is older, such as 90d or 12h"},
    {"yes", 'y', none, "", "Removal", "remove without asking"},
};
constexpr Option kSessionsExport[] = {
    {"format", 0, choice, "markdown|json|jsonl", "Output", "of the document (default markdown)"},
    {"output", 'o', file, "FILE", "Output", "write it to FILE, whole or not at all"},
};

constexpr Option kDoctor[] = {
    {"all", 0, none, "", "Checks", "look at every profile in use, side by side"},
    {"offline", 0, none, "", "Checks", "only what needs no network and no command: the first four checks"},
    {"wire", 0, none, "", "Checks", "try every wire API that the provider could speak"},
    {"timeout", 0, seconds, "S", "Checks", "for each check (default 10)"},
    {"json", 0, none, "", "Output", "print the report as JSON"},
};

constexpr Option kMock[] = {
    {"port", 0, number, "N", "Server", "port on 127.0.0.1 (default: any free one)"},
    {"reply", 0, text, "TEXT", "Answers", "the answer to every prompt"},
    {"script", 0, file, "FILE", "Answers", "answers from JSON Lines: {match?, status, headers, body|chunks, delay_ms}"},
    {"delay-ms", 0, number, "N", "Answers", "wait before each piece of a reply"},
    {"chunk-size", 0, number, "N", "Answers", "bytes of text in each piece (default: a word)"},
    {"fault", 0, fault, "KIND", "Answers",
     "go wrong on purpose: status:N[,retry-after=S], stall[:N], truncate[:N], no-finish, error-in-stream, html, "
     "bad-json, split-utf8, crlf, comments, empty"},
};

constexpr std::span<const Option> kAskOptions[] = {kProfile, kPrompt, kConversation, kOutput, kSampling,
                                                   kRequest, kDryRun, kNetwork,      kGlobal};
constexpr std::span<const Option> kChatOptions[] = {kProfile,  kChatPrompt, kConversation, kChatOutput,
                                                    kSampling, kRequest,    kNetwork,      kGlobal};
constexpr std::span<const Option> kModelsListOptions[] = {kProfile, kModelsList, kNetwork, kGlobal};
constexpr std::span<const Option> kModelsShowOptions[] = {kProfile, kListing, kNetwork, kGlobal};
constexpr std::span<const Option> kProfilesListOptions[] = {kListing, kNames, kGlobal};
constexpr std::span<const Option> kListingOptions[] = {kListing, kGlobal};
constexpr std::span<const Option> kProfilesAddOptions[] = {kNewProfile, kConsent, kGlobal};
constexpr std::span<const Option> kEditingOptions[] = {kConsent, kGlobal};
constexpr std::span<const Option> kSessionsListOptions[] = {kSessionsList, kGlobal};
constexpr std::span<const Option> kSessionsRmOptions[] = {kSessionsRm, kGlobal};
constexpr std::span<const Option> kSessionsExportOptions[] = {kSessionsExport, kGlobal};
constexpr std::span<const Option> kDoctorOptions[] = {kProfile, kDoctor, kGlobal};
constexpr std::span<const Option> kMockOptions[] = {kMock, kGlobal};
constexpr std::span<const Option> kGlobalOptions[] = {kGlobal};

constexpr std::string_view kAskExamples[] = {
    "byok ask \"What does EXDEV mean?\"",
    "git diff | byok ask -p foundry \"Write a commit message for this change.\"",
    "byok ask -p claude -f main.cpp \"Where is the leak?\" --json | jq -r .content",
};
constexpr std::string_view kChatExamples[] = {
    "byok chat -p demo",
    "byok chat -p claude -s \"Answer in French.\" \"What is a monad?\"",
    "byok chat -c",
};
constexpr std::string_view kModelsListExamples[] = {
    "byok models list -p openai",
    "byok models list -p ollama --json",
    "byok models list --filter mini --refresh",
};
constexpr std::string_view kModelsShowExamples[] = {"byok models show -p openai gpt-4.1",
                                                    "byok models show -p ollama llama3.2 --json"};
constexpr std::string_view kProfilesListExamples[] = {"byok profiles list", "byok profiles list --json"};
constexpr std::string_view kProfilesShowExamples[] = {"byok profiles show", "byok profiles show foundry"};
constexpr std::string_view kProfilesAddExamples[] = {
    "byok profiles add openai https://api.openai.com/v1 --model gpt-5.2",
    "byok profiles add work https://NAME.services.ai.azure.com/api/projects/P --entra",
    "pass show openrouter | byok profiles add openrouter.ai --key-stdin --yes",
};
constexpr std::string_view kProfilesDefaultExamples[] = {"byok profiles default foundry"};
constexpr std::string_view kProfilesRmExamples[] = {"byok profiles rm old", "byok profiles rm old --yes"};
constexpr std::string_view kProfilesPathExamples[] = {"byok profiles path", "$EDITOR \"$(byok profiles path)\""};
constexpr std::string_view kSessionsListExamples[] = {"byok sessions list", "byok sessions list --search EXDEV",
                                                      "byok sessions list --json | jq -r '.[0].id'"};
constexpr std::string_view kSessionsShowExamples[] = {"byok sessions show", "byok sessions show 20261127-02 | less"};
constexpr std::string_view kSessionsRmExamples[] = {"byok sessions rm 20261127-02",
                                                    "byok sessions rm --older-than 90d --yes"};
constexpr std::string_view kSessionsExportExamples[] = {"byok sessions export -o conversation.md",
                                                        "byok sessions export 20261127-02 --format json | jq .turns"};
constexpr std::string_view kDoctorExamples[] = {
    "byok doctor -p foundry",
    "byok doctor --all --offline",
    "byok doctor -p ollama --json | jq .overall",
};
constexpr std::string_view kMockExamples[] = {
    "byok mock --port 8080",
    "byok mock --fault status:429,retry-after=2",
};
constexpr std::string_view kCompletionExamples[] = {
    "source <(byok completion bash)",
    "byok completion fish > ~/.config/fish/completions/byok.fish",
};

constexpr std::string_view kAskDetails =
    R"(The prompt is the words, then each --file, then standard input when it is not a
terminal; a word - puts standard input there instead. Words after -- are taken
as they are.

The profile is chosen by --profile, $BYOK_PROFILE, $BYOK_BASE_URL,
default_profile, or because there is only one; see byok-config(5). Secrets come
from where the profile says, never from the command line.

Exit codes: 0 a complete reply, 1 refused, 2 usage, 3 configuration, 4 key or
account, 5 network, 6 try later, 7 incomplete, 8 not the form asked for,
9 prompt too large.)";

constexpr std::string_view kChatDetails =
    R"(PROMPT is sent first. /help lists the commands that are typed at the prompt;
Ctrl-C stops a reply, Ctrl-D leaves. A prompt may have several lines: between
""" and """, behind a \ at the end of a line, pasted, or written in $VISUAL or
$EDITOR with Ctrl-G. Replies are rendered as Markdown on a terminal.

Where standard input is no terminal, each line is a prompt and no prompt is
shown; a line that fails does not end it, and the exit code is the last
failure's. On a terminal it is 0 however the turns went.)";

constexpr std::string_view kModelsDetails =
    R"(A profile's own models: list replaces the provider's. Otherwise the provider is
asked, and its answer kept for an hour. Azure lists base models, not your
deployments. The table is sorted by id; in a pipe and in JSON nothing is cut.)";

constexpr std::string_view kModelsShowDetails =
    R"(ID may be an alias, or the beginning of an id, where only one model fits.)";

constexpr std::string_view kProfilesAddDetails =
    R"(URL is any address that a portal or a document shows: an endpoint or a base, of
a project, a deployment, a gateway or a local server, or a bare host. The keys
that follow from it are put into the configuration file, whose comments and
order stay; the change is shown first. Without NAME, the host lends one; without
URL, NAME is a built-in profile.

With no key option, the key is asked for on a terminal and kept as keys/NAME
beside the configuration, readable by you alone; elsewhere the provider's usual
variable is read. A key never belongs on the command line.

Where nobody can be asked, --yes is needed: without it nothing is written, exit
code 2. A file that cannot be edited safely is left as it is, and the block to
paste is printed, exit code 3.)";

constexpr std::string_view kProfilesRmDetails =
    R"(A profile that others extend stays. A default_profile that names it goes with it,
as does a key that add keeps as keys/NAME. On a terminal it asks before.)";

constexpr std::string_view kSessionsListDetails =
    R"(Newest first: id, age, profile, model, turns, title. A session is one file of
JSON Lines in $XDG_STATE_HOME/byok/sessions, or ~/.local/state/byok/sessions.)";

constexpr std::string_view kSessionsShowDetails =
    R"(ID is the beginning of an id; without one, the newest session is meant. On a
terminal the replies are rendered, elsewhere they are Markdown as they came.)";

constexpr std::string_view kSessionsRmDetails =
    R"(ID is the beginning of an id. On a terminal it asks before. A session that is in
use stays, exit code 2.)";

constexpr std::string_view kSessionsExportDetails =
    R"(ID is the beginning of an id; without one, the newest session is meant. json is
one object with all turns; jsonl are the events as they stand in the file.)";

constexpr std::string_view kDoctorDetails =
    R"(The checks, in order: config file, profile rules, credential, address, DNS,
connect, proxy and TLS, route and key, model, and a short reply. Each is ok, warn,
fail or skip; for warn and fail the line after -> is what to write or to run.
A short reply costs a few tokens.

The exit code is 0 when nothing failed, otherwise that of the first failure.)";

constexpr std::string_view kMockDetails =
    R"(The first line on stdout is the base URL. Chat Completions, Responses, Anthropic
Messages, the Azure routes and model lists are served, each checked as the real
service does. Any key is accepted but those that begin with bad.)";

constexpr Command kCommands[] = {
    {"ask", "[PROMPT...]", "one prompt, one reply: for the shell and for scripts", kAskDetails, kAskExamples,
     kAskOptions, true},
    {"chat", "[PROMPT...]", "a conversation in the terminal", kChatDetails, kChatExamples, kChatOptions, true},
    {"models list", "", "the models that a profile can use", kModelsDetails, kModelsListExamples, kModelsListOptions},
    {"models show", "ID", "what is known of one model", kModelsShowDetails, kModelsShowExamples, kModelsShowOptions,
     true},
    {"profiles list", "", "every profile, and what is wrong with it", "", kProfilesListExamples, kProfilesListOptions},
    {"profiles show", "[NAME]", "a profile's values, each with where it comes from", "", kProfilesShowExamples,
     kListingOptions, true},
    {"profiles add", "[NAME] [URL]", "a new profile from an address, written into the configuration file",
     kProfilesAddDetails, kProfilesAddExamples, kProfilesAddOptions, true},
    {"profiles default", "NAME", "the profile that is used when none is named", "", kProfilesDefaultExamples,
     kEditingOptions, true},
    {"profiles rm", "NAME", "take a profile out of the configuration file", kProfilesRmDetails, kProfilesRmExamples,
     kEditingOptions, true},
    {"profiles path", "", "where the configuration file is", "", kProfilesPathExamples, kGlobalOptions},
    {"sessions list", "", "the conversations that were kept", kSessionsListDetails, kSessionsListExamples,
     kSessionsListOptions},
    {"sessions show", "[ID]", "a conversation to read", kSessionsShowDetails, kSessionsShowExamples, kListingOptions,
     true},
    {"sessions rm", "[ID...]", "remove conversations", kSessionsRmDetails, kSessionsRmExamples, kSessionsRmOptions,
     true},
    {"sessions export", "[ID]", "a conversation as a document", kSessionsExportDetails, kSessionsExportExamples,
     kSessionsExportOptions, true},
    {"doctor", "", "find out why a profile does not work, and say how to mend it", kDoctorDetails, kDoctorExamples,
     kDoctorOptions},
    {"mock", "", "a loopback provider that speaks all the wire APIs: for tests and demos", kMockDetails, kMockExamples,
     kMockOptions},
    {"completion", "bash|zsh|fish", "a completion script for your shell", "", kCompletionExamples, kGlobalOptions,
     true},
};

const Option* find_letter(const Command& command, char letter) {
  for (const std::span<const Option> group : command.options) {
    for (const Option& option : group) {
      if (option.letter == letter) return &option;
    }
  }
  return nullptr;
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

const Command* find_command(std::string_view name) {
  for (const Command& command : kCommands) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

const Option* find_option(const Command& command, std::string_view name) {
  for (const std::span<const Option> group : command.options) {
    for (const Option& option : group) {
      if (option.name == name) return &option;
    }
  }
  return nullptr;
}

OptionWord read_option_word(const Command& command, std::string_view word) {
  if (word.starts_with("--")) {
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(2, equals == std::string_view::npos ? equals : equals - 2);
    return {.option = find_option(command, name), .value_at = equals == std::string_view::npos ? equals : equals + 1};
  }
  OptionWord read;
  for (std::size_t at = 1; at < word.size(); ++at) {
    read.option = find_letter(command, word[at]);
    if (read.option == nullptr) return {};
    if (read.option->kind == ValueKind::none) continue;
    if (at + 1 < word.size()) read.value_at = at + 1;
    return read;
  }
  return read;
}

std::string_view family_of(const Command& command) { return command.name.substr(0, command.name.find(' ')); }

std::string_view family_summary(std::string_view family) {
  if (family == "models") return "what a profile can use";
  if (family == "sessions") return "conversations that were kept";
  if (family == "profiles") return "what there is, and what is wrong with it";
  const Command* const command = find_command(family);
  return command != nullptr ? command->summary : std::string_view();
}

std::span<const Option> global_options() { return kGlobal; }

}  // namespace byok::cli
