#!/usr/bin/env bash
# What the completions offer, asked of the shells themselves: completion_test.sh BYOK SOURCE_DIR.
#
# A shell that is not installed is skipped, and says so.
set -u

byok=$(realpath "$1")
source=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$byok" "$work/bin/byok"
sessions=$work/.local/state/byok/sessions
mkdir -p "$sessions"
for id in 20261120-100000-aaaaa 20261120-110000-bbbbb; do
  echo '{"type":"session.start","data":{"title":"t"}}' >"$sessions/$id.jsonl"
done
passed=0
failed=0

has() { command -v "$1" >/dev/null; }

clean() {
  (cd "$work" && env -i PATH="$work/bin:$PATH" HOME="$work" LC_ALL=C.UTF-8 TERM=xterm SOURCE="$source" "$@" </dev/null 2>/dev/null)
}

# Each offers what stands behind a command line, one a line.
offers_bash() {
  # shellcheck disable=SC2016 # for the inner shell, which splits at = and : as a real line is split
  clean bash --norc -c '
    . "$SOURCE/completions/byok.bash"
    compopt() { :; }
    words=$1; COMP_WORDS=()
    while [[ $words =~ ^([^ =]+|=|\ +)(.*)$ ]]; do
      [[ ${BASH_REMATCH[1]} == " "* ]] || COMP_WORDS+=("${BASH_REMATCH[1]}")
      words=${BASH_REMATCH[2]}
    done
    [[ $1 == *" " ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _byok
    printf "%s\n" "${COMPREPLY[@]}"' bash "$1"
}

offers_fish() {
  # shellcheck disable=SC2016
  clean fish --no-config -c 'source "$SOURCE/completions/byok.fish"; complete -C $argv[1]' "$1" | cut -f1
}

# zsh completes only where someone types: a shell on a pseudo-terminal whose list of matches is printed.
offers_zsh() {
  # shellcheck disable=SC2016
  clean zsh -f -c '
    zmodload zsh/zpty
    zpty inner zsh -f -i
    say() { zpty -w inner "$1"; }
    say "PROMPT=; unsetopt zle_bracketed_paste; fpath=($SOURCE/completions \$fpath)"
    say "autoload -U compinit && compinit -u -D"
    say "compadd() { local -a out; builtin compadd -O out \"\$@\"; (( \$#out )) && print -rl -- \"@\"\${^out}; builtin compadd \"\$@\" }"
    say "zstyle \":completion:*\" list-max 0; bindkey \"^I\" complete-word; bindkey \"^X\" kill-whole-line; print READY-\$((1+1))"
    zpty -r inner seen "*READY-2*"
    zpty -n -w inner "$1"$'"'"'\t\x18print DONE-$((1+1))\n'"'"'
    zpty -r inner seen "*DONE-2*"
    print -r -- $seen' zsh "$1" | tr -d '\r' | sed -n 's/^.*@\(.*\)$/\1/p'
}

check() {  # check SHELL LINE WORD...: each word is offered; one with ! before it is not
  local shell=$1 line=$2 word offered problem=
  shift 2
  offered=$("offers_$shell" "$line")
  for word in "$@"; do
    if [ "${word#!}" != "$word" ]; then
      grep -qxF -- "${word#!}" <<<"$offered" && problem+=" ${word#!} is offered;"
    else
      grep -qxF -- "$word" <<<"$offered" || problem+=" $word is not offered;"
    fi
  done
  if [ -z "$problem" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: %s: "%s":%s\n' "$shell" "$line" "$problem"
    printf '%s\n' "$offered" | head -20 | sed 's/^/  | /'
  fi
}

for shell in bash zsh fish; do
  if ! has "$shell"; then
    echo "skipped: the completions of $shell, which is not installed"
    continue
  fi
  check "$shell" 'byok ' ask models profiles mock completion '!list'
  check "$shell" 'byok -q ' ask models
  check "$shell" 'byok --color never ' ask models '!list'
  check "$shell" 'byok --color ' auto never
  check "$shell" 'byok --co' --config --color '!--continue'
  check "$shell" 'byok ask --re' --retries --retry-max-wait --reasoning-effort
  check "$shell" 'byok --color never ask --re' --retries
  check "$shell" 'byok ask models --ref' '!--refresh'
  check "$shell" 'byok ask -p ' demo ollama
  check "$shell" 'byok models ' list show '!ask'
  check "$shell" 'byok -q models ' list show
  check "$shell" 'byok models list --re' --refresh --retries
  check "$shell" 'byok profiles show ' demo ollama
  check "$shell" 'byok sessions ' list show rm export '!ask'
  check "$shell" 'byok sessions show ' 20261120-100000-aaaaa 20261120-110000-bbbbb
  check "$shell" 'byok sessions rm 20261120-10' 20261120-100000-aaaaa '!20261120-110000-bbbbb'
  check "$shell" 'byok ask --session 20261120-11' 20261120-110000-bbbbb '!20261120-100000-aaaaa'
  check "$shell" 'byok sessions export --format ' markdown json jsonl
  check "$shell" 'byok mock --fault st' stall status:429
  check "$shell" 'byok completion ' bash zsh fish
done
has bash && check bash 'byok ask --output-format=j' json '!text'
has bash && check bash 'byok ask --output-format=' json text stream-json
has fish && check fish 'byok ask --output-format=j' --output-format=json

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
