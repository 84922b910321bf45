#!/usr/bin/env bash
# The documents say what the program says: docs_test.sh BYOK SOURCE_DIR.
#
# Man pages are clean; every option of every command stands in man/byok.1, README.md and the completions; the committed
# completions are those that the program prints, and their shells can read them.
set -u

byok=$(realpath "$1")
source=$(realpath "$2")
cd "$source" || exit 1
passed=0
failed=0

check() {  # check NAME COMMAND...: the command succeeds and prints nothing that it complains about
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: %s\n' "$name"
    [ -z "$output" ] || printf '%s\n' "$output" | head -20 | sed 's/^/  | /'
  fi
}

has() { command -v "$1" >/dev/null; }

lints() {
  local output
  output=$(mandoc -Tlint -W warning "$1" 2>&1 | grep -v 'outdated mandoc.db')
  printf '%s' "$output"
  [ -z "$output" ]
}

same() { diff -u "$1" - < <(env -i PATH="$PATH" HOME=/nonexistent "$byok" completion "$2"); }

# Whether an option, without its dashes, stands in a file, written as that file writes it.
in_man() { grep -qE -- "Fl -$1( |$)" man/byok.1; }
in_readme() { grep -qE -- "--$1([^a-z0-9-]|$)" README.md; }
in_bash() { grep -qE -- "--$1([^a-z0-9-]|$)" completions/byok.bash; }
in_zsh() { grep -qE -- "--$1([^a-z0-9-]|$)" completions/_byok; }
in_fish() { grep -qE -- "-l $1( |$)" completions/byok.fish; }

for page in man/byok.1 man/byok-config.5; do
  if has mandoc; then
    check "$page is clean" lints "$page"
  else
    echo "skipped: $page is not judged, mandoc is not installed"
  fi
done

commands=$("$byok" --help | sed -n '/^Commands:/,/^$/s/^  byok \([a-z]*\( [a-z][a-z]*\)\{0,1\}\)  .*/\1/p')
check "byok --help lists commands that can be read from it" \
  test "$(printf '%s\n' "$commands" | wc -l)" -eq "$("$byok" --help | sed -n '/^Commands:/,/^$/p' | grep -c '^  byok ')"

count=0
while IFS= read -r command; do
  # shellcheck disable=SC2086 # a command may be two words
  options=$("$byok" $command --help | sed -n 's/^  \(-[A-Za-z],\|   \) --\([a-z0-9-]*\).*/\2/p')
  check "byok $command is described in man/byok.1" grep -qE "^\.Ss byok $command( |$)" man/byok.1
  check "byok $command is described in README.md" grep -q "^###.* byok $command" README.md
  for option in $options; do
    count=$((count + 1))
    for place in man readme bash zsh fish; do
      check "byok $command --$option: $place" "in_$place" "$option"
    done
  done
done <<<"$commands"
check "options were found in the help" test "$count" -gt 50

check "completions/byok.bash is current" same completions/byok.bash bash
check "completions/_byok is current" same completions/_byok zsh
check "completions/byok.fish is current" same completions/byok.fish fish
for shell in bash:byok.bash zsh:_byok fish:byok.fish; do
  if has "${shell%%:*}"; then
    check "${shell%%:*} reads its completions" "${shell%%:*}" -n "completions/${shell#*:}"
  else
    echo "skipped: completions/${shell#*:} is not read, ${shell%%:*} is not installed"
  fi
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
