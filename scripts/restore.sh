# shellcheck shell=bash
# Sourced by the other scripts: restore SOLUTION restores it from whatever NuGet feed this machine has.
# When the normal restore fails, the feed may carry only a part of the public gallery: PartialFeed=true is then
# exported for the commands that follow (see eng/PartialFeed.props). A PartialFeed that is already set is kept.

scripts=$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")" && pwd)

restore() {
  if ! command -v dotnet >/dev/null; then
    echo "The .NET SDK is missing; install version 10 or later from https://dot.net/download." >&2
    return 1
  fi

  if [ -n "${PartialFeed:-}" ]; then
    dotnet restore "$1" --verbosity quiet >&2 || return 1
  else
    local normal
    if normal=$(dotnet restore "$1" --verbosity quiet 2>&1); then
      return
    fi

    export PartialFeed=true
    if ! dotnet restore "$1" --verbosity quiet >/dev/null 2>&1; then
      echo "$normal" >&2
      return 1
    fi
    echo "The normal restore fails ($(first_error "$normal")), so this runs with PartialFeed=true." >&2
  fi

  case $PartialFeed in
    [Tt]rue) "$scripts/build-librdkafka.sh" ;;
  esac
}

first_error() {
  echo "$1" | sed -n 's/.*: error \(NU[0-9]*: .*\) \[.*/\1/p' | head -n 1
}
