#!/usr/bin/env bash
# Builds everything, checks the style and runs all tests; sets up what it needs on any machine.
# Passes its arguments on to dotnet test: scripts/test.sh --filter FullyQualifiedName~Gallery
# The last line counts the tests; the exit code is 0 only when nothing failed, style included.
set -euo pipefail

cd "$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck source=scripts/chromium.sh
. scripts/chromium.sh

results=$PWD/TestResults
exit_code=0
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT

# The compilers, and hundreds of processes that the tests start, end soon: without this guard over compiled code they need a tenth
# less of the processor, and the compilers another fifth less without the profiles for a better compilation later.
export DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0

stop() {
  echo "No test ran: $*" >&2
  exit 1
}

problem() {
  echo "$*" >&2
  exit_code=1
}

# Prints "passed failed skipped". A test that crashed or hung its run is not counted there, but it leaves a Sequence file.
count() {
  local cut_short
  cut_short=$(find "$results" -mindepth 2 -maxdepth 2 -name 'Sequence_*.xml' | wc -l)
  cat "$results"/*.trx |
    sed -n 's/.*<Counters total="\([0-9]*\)" executed="\([0-9]*\)" passed="\([0-9]*\)".*/\1 \2 \3/p' |
    awk -v cut_short="$cut_short" '
      { total += $1; executed += $2; passed += $3 }
      END { print passed + 0, executed - passed + cut_short, total - executed }'
}

# Side by side, since most of it is waiting for the network.
scripts/install-azurite.sh &
azurite=$!
ensure_chromium &
chromium=$!
dotnet format whitespace . --folder --verify-no-changes & # the build checks the rest of the style
style=$!
scripts/restore.sh || stop "the packages could not be restored."
wait "$style" || problem "The style check failed: run dotnet format."

dotnet build CatFunctions.sln --configuration Release --no-restore || stop "the build failed."
wait "$azurite" || problem "Azurite is missing, so the tests of blobs will fail."
wait "$chromium"

rm -rf "$results"
dotnet test CatFunctions.Tests --configuration Release --no-build --logger trx --results-directory "$results" \
  --blame-hang-timeout 3m --blame-hang-dump-type none "$@" || problem "The test run failed."

ls "$results"/*.trx >/dev/null 2>&1 || stop "dotnet test left no results."
read -r passed failed skipped <<<"$(count)"
[ $((passed + failed + skipped)) -gt 0 ] || stop "no test matched."

skipped_part=
[ "$skipped" -eq 0 ] || skipped_part=", $skipped skipped"
echo "$passed passed, $failed failed$skipped_part"
exit "$exit_code"
