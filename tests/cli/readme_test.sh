#!/usr/bin/env bash
# Runs what README.md shows: readme_test.sh BYOK SOURCE_DIR.
#
#   ```sh              run as it stands, with the built-in demo provider as the profile
#   ```sh dry-run      run with --dry-run at the end of each `byok ask`
#   ```text transcript each `$ command` must print the lines that follow it
#   ```yaml            together, the configuration file
#   ```console         not run
set -u

byok=$(realpath "$1")
source=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/fences" "$work/bin"
ln -s "$byok" "$work/bin/byok"
passed=0
failed=0

# One file a fence, named by its number, its line and its words.
awk -v folder="$work/fences" '
  /^```/ && file == "" {
    words = substr($0, 4)
    gsub(/ /, "-", words)
    file = sprintf("%s/%03d.%d.%s", folder, ++count, NR, words)
    printf "" > file
    next
  }
  /^```$/ { close(file); file = ""; next }
  file != "" { print > file }
' "$source/README.md"

# Stands in for the program of the same name.
cat >"$work/bin/git" <<'SCRIPT'
#!/bin/sh
printf '%s\n' 'diff --git a/hello.c b/hello.c' '-  return 1;' '+  return 0;'
SCRIPT
chmod +x "$work/bin/git"

# A home with the configuration of the page and the files that its commands name.
make_home() {
  rm -rf "${work:?}/home"
  mkdir -p "$work/home/.config/byok" "$work/home/.keys" "$work/home/here" "$work/home/run"
  chmod 700 "$work/home/run"
  # `profiles:` stands at the head of each fence; in one file it stands once.
  cat "$work"/fences/*.yaml | awk '!/^profiles:$/ || !seen++' >"$work/home/.config/byok/config.yaml"
  chmod 600 "$work/home/.config/byok/config.yaml"
  (umask 077 && echo dummy-key-from-a-file >"$work/home/.keys/openai")
  echo 'int main(void) { return 0; }' >"$work/home/here/main.c"
  echo 'int twice(int n) { return 2 * n; }' >"$work/home/here/util.c"
  printf 'Buy milk.\nCall Ada.\n' >"$work/home/here/notes.txt"
  printf 'a fish\na bicycle\n' >"$work/home/here/things.txt"
}

# in_home [NAME=VALUE...] COMMAND...: runs with nothing of the caller's environment.
in_home() {
  (cd "$work/home/here" && env -i PATH="$work/bin:$PATH" HOME="$work/home" LC_ALL=C.UTF-8 XDG_CONFIG_DIRS="$work/none" \
    XDG_RUNTIME_DIR="$work/home/run" OPENAI_API_KEY=dummy-key-openai AZURE_OPENAI_API_KEY=dummy-key-azure \
    FOUNDRY_API_KEY=dummy-key-foundry ANTHROPIC_API_KEY=dummy-key-anthropic LITELLM_API_KEY=dummy-key-litellm \
    WORK_OPENAI_KEY=dummy-key-work "$@" </dev/null)
}

check() {  # check NAME CODE: counts, and shows the output of what failed
  if [ "$2" -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED (exit %s): %s\n' "$2" "$1"
    sed 's/^/  | /' "$work/output"
  fi
}

run_script() {  # run_script NAME SCRIPT [NAME=VALUE...]
  local name=$1 script=$2
  shift 2
  make_home
  in_home "$@" timeout 60 bash -eu -o pipefail "$script" >"$work/output" 2>&1
  check "$name" $?
}

run_dry() {
  # `byok ask` may stand behind a redirection: an option is one wherever it stands on the line.
  sed 's/^\( *byok ask .*\)$/\1 --dry-run/' "$2" >"$work/dry.sh"
  run_script "$1" "$work/dry.sh"
  if grep -q 'dummy-key' "$work/output"; then
    echo "a key stands in the dry run" >>"$work/output"
    check "$1, without keys" 1
  fi
}

run_transcript() {
  make_home
  : >"$work/output"
  while IFS= read -r line; do
    case $line in
      '$ '*) { printf '%s\n' "$line"; in_home timeout 60 bash -c "${line#'$ '}" 2>&1; } >>"$work/output" ;;
    esac
  done <"$2"
  diff -u "$2" "$work/output" >"$work/difference"
  local code=$?
  mv "$work/difference" "$work/output"
  check "$1" "$code"
}

needs_missing_program() {
  grep -qw jq "$1" && ! command -v jq >/dev/null
}

for fence in "$work"/fences/*; do
  name=$(basename "$fence")
  line=${name#*.}
  where="README.md:${line%%.*}"
  kind=${line#*.}
  case $kind in
    sh | sh-dry-run | text-transcript)
      if needs_missing_program "$fence"; then
        echo "skipped: $where needs jq"
        continue
      fi
      ;;
  esac
  case $kind in
    sh) run_script "$where" "$fence" BYOK_PROFILE=demo ;;
    sh-dry-run) run_dry "$where" "$fence" ;;
    text-transcript) run_transcript "$where" "$fence" ;;
    yaml | console) ;;
    *)
      echo "the words of this fence are unknown: $kind" >"$work/output"
      check "$where" 1
      ;;
  esac
done

# The whole configuration of the page is sound: every profile, not only those that a command names.
make_home
in_home byok profiles list --json >"$work/output" 2>&1
check "profiles list" $?
errors=$(grep -o '"severity":"error","code":"[^"]*","where":"[^"]*config.yaml[^"]*","summary":"[^"]*"' "$work/output")
printf '%s\n' "$errors" >"$work/output"
check "no profile of the page has an error" "$([ -z "$errors" ] && echo 0 || echo 1)"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 2 ]
