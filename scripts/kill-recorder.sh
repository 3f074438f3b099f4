#!/usr/bin/env bash
# Kills the recorder at random moments, while events are produced, and checks that none is lost and none appears twice:
#   scripts/kill-recorder.sh [KILLS_OVER_FILES [KILLS_OVER_BLOBS]]      500 and 100 if not given; 0 leaves one out
# Takes about two seconds for each kill. The test suite does the same with few.
set -euo pipefail

cd "$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

scripts/restore.sh
scripts/install-azurite.sh
dotnet build CatFunctions.Tests --configuration Release --no-restore --verbosity quiet

kill_recorder() {
  local place=$1 kills=$2
  [ "$kills" -gt 0 ] || return 0
  echo "Killing a recorder to $place $kills times." >&2
  CATFUNCTIONS_KILLS=$kills dotnet test CatFunctions.Tests --configuration Release --no-build \
    --filter "FullyQualifiedName~KilledRecorderTests.A_recorder_to_$place"
}

kill_recorder files "${1:-500}"
kill_recorder blobs "${2:-100}"
