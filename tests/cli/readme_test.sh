#!/usr/bin/env bash
# Runs what README.md shows: readme_test.sh BYOK SOURCE_DIR.
#
#   ```sh              run as it stands; the built-in demo provider answers where no profile is named
#   ```sh dry-run HOST run with --dry-run at the end of each `byok ask`; every request goes to HOST
#   ```text transcript each `$ command` must print the lines that follow it
#   ```yaml            together, the configuration file
#   ```console         not run
#
# The blocks of one section run in one shell, in their order, as a reader pastes them.
set -u

byok=$(realpath "$1")
source=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/fences" "$work/bin"
cat >"$work/bin/byok" <<SCRIPT
#!/bin/sh
case " \$* " in
  *" --dry-run "*) exec "$byok" "\$@" ;;
  *) BYOK_PROFILE=\${BYOK_PROFILE-demo} exec "$byok" "\$@" ;;
esac
SCRIPT
chmod +x "$work/bin/byok"
passed=0
failed=0

# One file a fence, named by its section, its number, its line and its words.
awk -v folder="$work/fences" '
  /^## / && file == "" { section++ }
  /^```/ && file == "" {
    words = substr($0, 4)
    gsub(/ /, "-", words)
    file = sprintf("%s/%02d.%03d.%d.%s", folder, section, ++count, NR, words)
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
  printf '\211PNG\r\n\032\n' >"$work/home/here/photo.png"
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

# Adds a block to the script of its section. Where it stops is told by the last line that it printed.
add_block() {  # add_block WHERE SECTION FENCE [HOST]
  local where=$1 script=$work/section.$2 fence=$3 host=${4-}
  [ -s "$script" ] || echo 'set -eu -o pipefail' >"$script"
  echo "echo '== $where'" >>"$script"
  if [ -z "$host" ]; then
    cat "$fence" >>"$script"
    return
  fi
  # `byok ask` may stand behind a redirection: an option is one wherever it stands on the line.
  sed 's/^\( *byok ask .*\)$/\1 --dry-run/' "$fence" >>"$script"
  echo "echo '== all to $host'" >>"$script"
}

# Each request that a dry run printed goes to the host that its block names.
misled() {
  awk '/^== all to / { for (i in urls) if (urls[i] !~ "^https?://" $4 "/") print where ": " urls[i]; delete urls; next }
       /^== / { where = $2; delete urls; next }
       /^POST / { urls[NR] = $2 }' "$1"
}

run_section() {  # run_section SCRIPT
  make_home
  in_home timeout 120 bash "$1" >"$work/output" 2>&1
  local code=$?
  check "section ${1##*.}, up to $(grep '^== README' "$work/output" | tail -n 1)" "$code"
  cp "$work/output" "$work/all"
  misled "$work/all" >"$work/output"
  check "section ${1##*.}: the requests go where the page says" "$([ -s "$work/output" ] && echo 1 || echo 0)"
  if grep 'dummy-key' "$work/all" >"$work/output"; then check "section ${1##*.}: no key stands in a dry run" 1; fi
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
  IFS=. read -r section _ line kind <<<"$(basename "$fence")"
  where="README.md:$line"
  case $kind in
    sh* | text-transcript)
      if needs_missing_program "$fence"; then
        echo "skipped: $where needs jq"
        continue
      fi
      ;;
  esac
  case $kind in
    sh) add_block "$where" "$section" "$fence" ;;
    sh-dry-run-*) add_block "$where" "$section" "$fence" "${kind#sh-dry-run-}" ;;
    text-transcript) run_transcript "$where" "$fence" ;;
    yaml | console) ;;
    *)
      echo "the words of this fence are unknown: $kind" >"$work/output"
      check "$where" 1
      ;;
  esac
done
for script in "$work"/section.*; do run_section "$script"; done

# The whole configuration of the page is sound: every profile, not only those that a command names.
make_home
in_home byok profiles list --json >"$work/output" 2>&1
check "profiles list" $?
errors=$(grep -o '"severity":"error","code":"[^"]*","where":"[^"]*config.yaml[^"]*","summary":"[^"]*"' "$work/output")
printf '%s\n' "$errors" >"$work/output"
check "no profile of the page has an error" "$([ -z "$errors" ] && echo 0 || echo 1)"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 2 ]
