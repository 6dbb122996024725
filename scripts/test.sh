#!/usr/bin/env bash
# Builds and runs all tests. Called by ./platform test. Usage:
#   test.sh ENGINE|all [project ...]         all projects, or those; where Orleans is the engine, on the embedded one too
#   test.sh ENGINE --kills N [--seed N]      the kills alone, N of them, with what each of them hit
set -uo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
engine="$1"; shift
case "$engine" in orleans) engines=(orleans embedded) ;; all) engines=(orleans embedded) ;; *) engines=("$engine") ;; esac
passed=0 failed=0 skipped=0 broken=0
solution="$root/Platform.sln" runner=()

take_number() { # option, value
  [[ "${2:-}" =~ ^[0-9]+$ ]] || { printf 'test: %s wants a whole number\n' "$1" >&2; exit 2; }
}
kills="" projects=()
while [ $# -gt 0 ]; do
  case "$1" in
    --kills) take_number "$@"; kills="$2"; export STREAMFORGE_KILLS="$2"; shift 2 ;;
    --seed) take_number "$@"; export STREAMFORGE_SEED="$2"; shift 2 ;;
    -*) printf 'test: unknown option %s\n' "$1" >&2; exit 2 ;;
    *) projects+=("$1"); shift ;;
  esac
done
if [ -n "$kills" ]; then
  projects=(EndToEnd) engines=("$engine") solution="$root/tests/EndToEnd/StreamForge.Tests.EndToEnd.csproj"
  runner=(-class StreamForge.Tests.EndToEnd.KillTests -showLiveOutput)
  [ "$engine" != all ] || engines=(orleans embedded)
fi

# Passing tests say nothing; skips and failures are shown whole: the runner indents what belongs to them. What a platform under test
# logs begins its line with a time, is no result, and stays in the file.
results() {
  grep -avE --line-buffered '^  (Discover(ing|ed)|Starting|Finished): |^xUnit.net|^[0-9]{2}:[0-9]{2}:[0-9.]+ (dbug|info|warn|fail|crit): ' | sed -u '/^ *$/d'
}

run_project() { # engine, project
  local name="StreamForge.Tests.$2" out status
  local exe="$root/artifacts/$1/bin/$name/release/$name"
  [ -x "$exe" ] || { printf 'test: %s was not built\n' "$name" >&2; broken=1; return; }
  printf '\n== %s on %s\n' "$2" "$1"
  out="$root/artifacts/$1/test-output/$2.log"
  mkdir -p "$(dirname "$out")"
  (cd "$root" && "$exe" -noColor "${runner[@]}" 2>&1) | tee "$out" | results; status=${PIPESTATUS[0]}
  local line total e p f s
  line=$(grep -aoE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$out" | tail -n 1)
  # Total, errors, failed, skipped; an error (a fixture that failed to clean up, say) is a failure.
  read -r total e f s <<<"$(printf '%s' "$line" | grep -oE '[0-9]+' | tr '\n' ' ')"
  f=$((${f:-0} + ${e:-0})) p=$((${total:-0} - ${f:-0} - ${s:-0}))
  # Anything but 0 without a failed test is a crash of the runner.
  if [ -z "$line" ] || [ "${total:-0}" -eq 0 ] || { [ "$status" -ne 0 ] && [ "${f:-0}" -eq 0 ]; }; then
    printf 'test: %s on %s ended with code %s and no failed test to show for it\n' "$2" "$1" "$status" >&2
    broken=1
  fi
  [ "${f:-0}" -eq 0 ] && [ "$status" -eq 0 ] || printf 'test: all that it wrote is in %s\n' "$out"
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
}

if ! command -v initdb >/dev/null && ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
  printf 'test: the programs of PostgreSQL (initdb, pg_ctl) are not here: tests that need them are skipped; the package postgresql has them\n'
fi
command -v helm >/dev/null || [ -d /usr/share/gocode/src/github.com/Masterminds/sprig ] ||
  printf 'test: neither helm nor Go with Sprig is here: the chart is not rendered; the packages golang-go, golang-github-masterminds-sprig-dev and golang-k8s-sigs-yaml-dev do it\n'
[ -d "$root/tests/Helm/Node/node_modules" ] ||
  printf 'test: tests/Helm/Node has no node_modules (npm install): no outside judge of chart, rules, Dockerfiles and compose file\n'
[ -d "$root/../shared/data" ] || printf 'test: ../shared/data is not here: tests on recordings are skipped\n'

for e in "${engines[@]}"; do
  printf 'test: building on %s ...\n' "$e"
  log="$(mktemp)"
  if ! dotnet build "$solution" -c Release -p:Engine="$e" -v q --nologo >"$log" 2>&1; then
    cat "$log"; rm -f "$log"
    printf 'test: the build on %s failed\n' "$e" >&2
    printf '0 passed, 1 failed, 0 skipped\n'
    exit 1
  fi
  rm -f "$log"
  if [ ${#projects[@]} -eq 0 ]; then
    for csproj in "$root"/tests/*/StreamForge.Tests.*.csproj; do
      p="$(basename "$(dirname "$csproj")")"
      # Several nodes on one thread: only the embedded engine has them.
      [ "$p" = Support ] || { [[ "$p" =~ ^(Simulation|Planted)$ ]] && [ "$e" != embedded ]; } || projects+=("$p")
    done
  fi
  for p in "${projects[@]}"; do run_project "$e" "$p"; done
done

[ "$broken" -eq 0 ] || failed=$((failed + 1))
printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
