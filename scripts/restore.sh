#!/usr/bin/env bash
# Restores the packages of the solution from whatever NuGet feed this machine has. Where the feed lacks the Kafka extension
# of the Functions worker, it leaves a mark by which every later build takes the stand-in: see eng/PartialFeed.targets.
# A PartialFeed that is set in the environment is kept, true or false.
set -euo pipefail

cd "$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
solution=CatFunctions.sln
mark=.partial-feed
package=Microsoft.Azure.Functions.Worker.Extensions.Kafka

if ! command -v dotnet >/dev/null; then
  echo "The .NET SDK is missing; install version 10 or later from https://dot.net/download." >&2
  exit 1
fi

echo "Restoring the packages." >&2
if [ -z "${PartialFeed:-}" ]; then
  if output=$(PartialFeed=false dotnet restore "$solution" --verbosity quiet 2>&1); then
    rm -f "$mark"
    exit 0
  fi

  # NU1101: it has no such package. NU1102 and NU1103: not that version.
  if ! grep -q "NU110[123]: Unable to find .*$package" <<<"$output"; then
    echo "$output" >&2
    exit 1
  fi

  echo "This NuGet feed lacks $package, so this and every later build uses a stand-in." >&2
  touch "$mark"
fi

dotnet restore "$solution" --verbosity quiet >&2
