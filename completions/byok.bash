# bash completion for byok
_byok_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$word")
}
_byok() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local first= second= seconds= options= i
  # --name=value comes as three words.
  if [[ $word == = ]]; then word=; elif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --profile | -p | --model | -m | --system | -s | --file | -f | --attach | -a | --max-input | --session | --output | -o | --output-format | --schema | --schema-retries | --max-output-tokens | --temperature | --top-p | --stop | --seed | --reasoning-effort | --set | --header | -H | --retries | --retry-max-wait | --connect-timeout | --first-token-timeout | --idle-timeout | --timeout | --config | --color | --filter | --type | --wire-api | --api-version | --key-env | --key-file | --key-command | --search | --older-than | --format | --port | --reply | --script | --delay-ms | --chunk-size | --fault) [[ ${COMP_WORDS[i + 1]} == = ]] && ((i++)); ((i++)) ;;
      -*) ;;
      *) if [[ -z $first ]]; then first=${COMP_WORDS[i]}; elif [[ -z $second ]]; then second=${COMP_WORDS[i]}; fi ;;
    esac
  done
  case $before in
    --profile | -p) COMPREPLY=($(compgen -W "$(byok profiles list --names 2>/dev/null)" -- "$word")); return ;;
    --model | -m) return ;;
    --system | -s) return ;;
    --file | -f) _byok_files; return ;;
    --attach | -a) _byok_files; return ;;
    --max-input) return ;;
    --session) COMPREPLY=($(compgen -W "$(byok sessions list --ids 2>/dev/null)" -- "$word")); return ;;
    --output | -o) _byok_files; return ;;
    --output-format) COMPREPLY=($(compgen -W 'text json stream-json' -- "$word")); return ;;
    --schema) return ;;
    --schema-retries) return ;;
    --max-output-tokens) return ;;
    --temperature) return ;;
    --top-p) return ;;
    --stop) return ;;
    --seed) return ;;
    --reasoning-effort) COMPREPLY=($(compgen -W 'none minimal low medium high xhigh max' -- "$word")); return ;;
    --set) return ;;
    --header | -H) return ;;
    --retries) return ;;
    --retry-max-wait) return ;;
    --connect-timeout) return ;;
    --first-token-timeout) return ;;
    --idle-timeout) return ;;
    --timeout) return ;;
    --config) _byok_files; return ;;
    --color) COMPREPLY=($(compgen -W 'auto always never' -- "$word")); return ;;
    --filter) return ;;
    --type) COMPREPLY=($(compgen -W 'openai azure anthropic' -- "$word")); return ;;
    --wire-api) COMPREPLY=($(compgen -W 'completions responses' -- "$word")); return ;;
    --api-version) return ;;
    --key-env) return ;;
    --key-file) _byok_files; return ;;
    --key-command) return ;;
    --search) return ;;
    --older-than) return ;;
    --format) COMPREPLY=($(compgen -W 'markdown json jsonl' -- "$word")); return ;;
    --port) return ;;
    --reply) return ;;
    --script) _byok_files; return ;;
    --delay-ms) return ;;
    --chunk-size) return ;;
    --fault) COMPREPLY=($(compgen -W 'status:429 stall truncate no-finish error-in-stream html bad-json split-utf8 crlf comments empty' -- "$word")); return ;;
  esac
  if [[ -z $first ]]; then
    COMPREPLY=($(compgen -W 'ask chat models profiles sessions doctor mock completion help --config --verbose -v --quiet -q --color --help -h --version' -- "$word"))
    return
  fi
  case $first in
    help) COMPREPLY=($(compgen -W 'ask chat models profiles sessions doctor mock completion' -- "$word")); return ;;
    models) seconds='list show' ;;
    profiles) seconds='list show add default rm path' ;;
    sessions) seconds='list show rm export' ;;
  esac
  if [[ -n $seconds && -z $second ]]; then
    COMPREPLY=($(compgen -W "$seconds --help" -- "$word"))
    return
  fi
  case "$first${seconds:+ $second}" in
    'ask') options='--profile -p --model -m --system -s --file -f --attach -a --no-stdin -n --strict-utf8 --max-input --continue -c --session --save --no-save --output -o --output-format --json --schema --schema-retries --extract -x --no-stream --show-reasoning --hide-reasoning --usage -u --max-output-tokens --temperature --top-p --stop --seed --reasoning-effort --set --header -H --dry-run --curl --retries --retry-max-wait --connect-timeout --first-token-timeout --idle-timeout --timeout --config --verbose -v --quiet -q --color --help -h' ;;
    'chat') options='--profile -p --model -m --system -s --continue -c --session --save --no-save --raw --show-reasoning --hide-reasoning --usage -u --max-output-tokens --temperature --top-p --stop --seed --reasoning-effort --set --header -H --retries --retry-max-wait --connect-timeout --first-token-timeout --idle-timeout --timeout --config --verbose -v --quiet -q --color --help -h' ;;
    'models list') options='--profile -p --model -m --json --filter --refresh --retries --retry-max-wait --connect-timeout --first-token-timeout --idle-timeout --timeout --config --verbose -v --quiet -q --color --help -h' ;;
    'models show') options='--profile -p --model -m --json --retries --retry-max-wait --connect-timeout --first-token-timeout --idle-timeout --timeout --config --verbose -v --quiet -q --color --help -h' ;;
    'profiles list') options='--json --names --config --verbose -v --quiet -q --color --help -h' ;;
    'profiles show') COMPREPLY=($(compgen -W "$(byok profiles list --names 2>/dev/null)" -- "$word")); options='--json --config --verbose -v --quiet -q --color --help -h' ;;
    'profiles add') options='--model -m --type --wire-api --api-version --default --key-env --key-file --key-stdin --key-command --entra --yes -y --config --verbose -v --quiet -q --color --help -h' ;;
    'profiles default') COMPREPLY=($(compgen -W "$(byok profiles list --names 2>/dev/null)" -- "$word")); options='--yes -y --config --verbose -v --quiet -q --color --help -h' ;;
    'profiles rm') COMPREPLY=($(compgen -W "$(byok profiles list --names 2>/dev/null)" -- "$word")); options='--yes -y --config --verbose -v --quiet -q --color --help -h' ;;
    'profiles path') options='--config --verbose -v --quiet -q --color --help -h' ;;
    'sessions list') options='--search --json --ids --config --verbose -v --quiet -q --color --help -h' ;;
    'sessions show') COMPREPLY=($(compgen -W "$(byok sessions list --ids 2>/dev/null)" -- "$word")); options='--json --config --verbose -v --quiet -q --color --help -h' ;;
    'sessions rm') COMPREPLY=($(compgen -W "$(byok sessions list --ids 2>/dev/null)" -- "$word")); options='--older-than --yes -y --config --verbose -v --quiet -q --color --help -h' ;;
    'sessions export') COMPREPLY=($(compgen -W "$(byok sessions list --ids 2>/dev/null)" -- "$word")); options='--format --output -o --config --verbose -v --quiet -q --color --help -h' ;;
    'doctor') options='--profile -p --model -m --all --offline --wire --timeout --json --config --verbose -v --quiet -q --color --help -h' ;;
    'mock') options='--port --reply --script --delay-ms --chunk-size --fault --config --verbose -v --quiet -q --color --help -h' ;;
    'completion') COMPREPLY=($(compgen -W 'bash zsh fish' -- "$word")); options='--config --verbose -v --quiet -q --color --help -h' ;;
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  fi
}
complete -o default -F _byok byok
