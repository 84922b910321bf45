#!/usr/bin/env bash
# The program loads no library that it could do without, since each start pays for it: libraries_test.sh BYOK.
set -u

needed=$(LC_ALL=C readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p') || exit 1
[ -n "$needed" ] || { echo "readelf shows no library of $1"; exit 1; }
if more=$(printf '%s\n' "$needed" | grep -vE '^(libcurl|libc|libm|ld-linux[^.]*)\.so\.[0-9]+$'); then
  printf '%s is loaded at every start\n' $more
  exit 1
fi
echo "loaded at every start:" $needed
