# bash completion for byok
_byok() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local first= second= seconds= options= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -*) ;;
      *) if [[ -z $first ]]; then first=${COMP_WORDS[i]}; elif [[ -z $second ]]; then second=${COMP_WORDS[i]}; fi ;;
    esac
  done
  case $before in
    --profile | -p) COMPREPLY=($(compgen -W "$(byok profiles list --names 2>/dev/null)" -- "$word")); return ;;
    --model | -m) return ;;
    --system | -s) return ;;
    --file | -f) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --attach | -a) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --max-input) return ;;
    --session) return ;;
    --output | -o) COMPREPLY=($(compgen -f -- "$word")); return ;;
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
    --config) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --color) COMPREPLY=($(compgen -W 'auto always never' -- "$word")); return ;;
    --filter) return ;;
    --port) return ;;
    --reply) return ;;
    --script) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --delay-ms) return ;;
    --chunk-size) return ;;
    --fault) return ;;
  esac
  if [[ -z $first ]]; then
    COMPREPLY=($(compgen -W 'ask models profiles doctor mock completion --help --version' -- "$word"))
    return
  fi
  case $first in
    models) seconds='list show' ;;
    profiles) seconds='list show path' ;;
  esac
  if [[ -n $seconds && -z $second ]]; then
    COMPREPLY=($(compgen -W "$seconds" -- "$word"))
    return
  fi
  [[ $first == completion ]] && COMPREPLY=($(compgen -W 'bash zsh fish' -- "$word"))
  case "$first${seconds:+ $second}" in
    'ask') options='--profile -p --model -m --system -s --file -f --attach -a --no-stdin -n --strict-utf8 --max-input --continue -c --session --save --no-save --output -o --output-format --json --schema --schema-retries --extract -x --no-stream --show-reasoning --hide-reasoning --usage -u --max-output-tokens --temperature --top-p --stop --seed --reasoning-effort --set --header -H --dry-run --curl --retries --retry-max-wait --connect-timeout --first-token-timeout --idle-timeout --timeout --config --verbose -v --quiet -q --color --help -h' ;;
    'models list') options='--profile -p --model -m --json --filter --refresh --retries --retry-max-wait --connect-timeout --first-token-timeout --idle-timeout --timeout --config --verbose -v --quiet -q --color --help -h' ;;
    'models show') options='--profile -p --model -m --json --retries --retry-max-wait --connect-timeout --first-token-timeout --idle-timeout --timeout --config --verbose -v --quiet -q --color --help -h' ;;
    'profiles list') options='--json --names --config --verbose -v --quiet -q --color --help -h' ;;
    'profiles show') options='--json --config --verbose -v --quiet -q --color --help -h' ;;
    'profiles path') options='--config --verbose -v --quiet -q --color --help -h' ;;
    'doctor') options='--profile -p --model -m --all --offline --wire --timeout --json --config --verbose -v --quiet -q --color --help -h' ;;
    'mock') options='--port --reply --script --delay-ms --chunk-size --fault --config --verbose -v --quiet -q --color --help -h' ;;
    'completion') options='--config --verbose -v --quiet -q --color --help -h' ;;
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  fi
}
complete -o default -F _byok byok
