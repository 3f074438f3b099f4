# shellcheck shell=bash
# Sourced by the other scripts: "restore SOLUTION" restores it from whatever NuGet feed this machine has.
# Where packages are missing from the feed, PartialFeed=true is exported for the commands that follow and what it
# needs is built (see eng/PartialFeed.props). A PartialFeed that is already set is kept, true or false.

scripts=$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")" && pwd)

restore() {
  if ! command -v dotnet >/dev/null; then
    echo "The .NET SDK is missing; install version 10 or later from https://dot.net/download." >&2
    return 1
  fi

  echo "Restoring the packages." >&2
  if [ -z "${PartialFeed:-}" ]; then
    local output
    output=$(dotnet restore "$1" --verbosity quiet 2>&1) && return

    case $output in
      *NU1301:*) echo "$output" >&2 && return 1 ;; # the feed cannot be reached, so it is not known what it lacks
      *NU1101:* | *NU1102:* | *NU1103:*) ;;        # it has no such package, or not that version
      *) echo "$output" >&2 && return 1 ;;
    esac

    export PartialFeed=true
    echo "This NuGet feed is not complete, so PartialFeed=true is set. $(first_error "$output")" >&2
  fi

  dotnet restore "$1" --verbosity quiet >&2 || return 1
  case $PartialFeed in
    [Tt]rue) "$scripts/build-librdkafka.sh" ;;
  esac
}

first_error() {
  echo "$1" | sed -n 's/.*: error \(NU[0-9]*: .*\) \[.*/\1/p' | head -n 1
}
