#!/usr/bin/env bash
# Builds and runs all tests. Usage: test.sh ENGINE|all [project ...]. Called by ./platform test.
# Where Orleans is the engine, what engines differ in runs on the embedded one too.
set -uo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
engine="$1"; shift
case "$engine" in orleans) engines=(orleans embedded) ;; all) engines=(orleans embedded) ;; *) engines=("$engine") ;; esac
passed=0 failed=0 skipped=0 broken=0

run_project() { # engine, project
  local name="StreamForge.Tests.$2" out status
  local exe="$root/artifacts/$1/bin/$name/release/$name"
  [ -x "$exe" ] || { printf 'test: %s was not built\n' "$name" >&2; broken=1; return; }
  printf '\n== %s on %s\n' "$2" "$1"
  out="$(mktemp)"
  (cd "$root" && "$exe" -noColor 2>&1) >"$out"; status=$?
  # Passing tests say nothing; skips and failures are shown whole. What a platform under test logs is no result.
  grep -avE '^ *(Discover|Starting|Finished)|^xUnit.net|^[0-9]{2}:[0-9]{2}:[0-9.]+ (dbug|info|warn|fail|crit): ' "$out" | sed '/^ *$/d' | head -n 400
  local line total e p f s
  line=$(grep -aoE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$out" | tail -n 1)
  rm -f "$out"
  # Total, errors, failed, skipped; an error (a fixture that failed to clean up, say) is a failure.
  read -r total e f s <<<"$(printf '%s' "$line" | grep -oE '[0-9]+' | tr '\n' ' ')"
  f=$((${f:-0} + ${e:-0})) p=$((${total:-0} - ${f:-0} - ${s:-0}))
  # Anything but 0 without a failed test is a crash of the runner.
  if [ -z "$line" ] || [ "${total:-0}" -eq 0 ] || { [ "$status" -ne 0 ] && [ "${f:-0}" -eq 0 ]; }; then
    printf 'test: %s on %s ended with code %s and no failed test to show for it\n' "$2" "$1" "$status" >&2
    broken=1
  fi
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
}

if ! command -v initdb >/dev/null && ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
  printf 'test: the programs of PostgreSQL (initdb, pg_ctl) are not here: tests that need them are skipped; the package postgresql has them\n'
fi
[ -d "$root/../shared/data" ] || printf 'test: ../shared/data is not here: tests on recordings are skipped\n'

for e in "${engines[@]}"; do
  printf 'test: building on %s ...\n' "$e"
  log="$(mktemp)"
  if ! dotnet build "$root/Platform.sln" -c Release -p:Engine="$e" -v q --nologo >"$log" 2>&1; then
    cat "$log"; rm -f "$log"
    printf 'test: the build on %s failed\n' "$e" >&2
    printf '0 passed, 1 failed, 0 skipped\n'
    exit 1
  fi
  rm -f "$log"
  if [ $# -gt 0 ]; then projects=("$@"); else
    projects=()
    for csproj in "$root"/tests/*/StreamForge.Tests.*.csproj; do
      p="$(basename "$(dirname "$csproj")")"
      [ "$p" = Support ] || projects+=("$p")
    done
  fi
  for p in "${projects[@]}"; do run_project "$e" "$p"; done
done

[ "$broken" -eq 0 ] || failed=$((failed + 1))
printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
