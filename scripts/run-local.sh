#!/usr/bin/env bash
# Runs the pipeline on this machine and builds it first where needed. Passes all arguments on to CatFunctions.Local:
#   scripts/run-local.sh [run|produce|record|stats|verify|dead-letters] [options]      scripts/run-local.sh --help lists them
set -euo pipefail

root=$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
output=$root/artifacts # a build of its own, quick because it leaves out the analyzers
app=$output/publish/CatFunctions.Local/release/CatFunctions.Local.dll
built=$output/run-local.built # as old as the sources that the last build read

is_built() {
  [ -f "$app" ] && [ -f "$built" ] && [ -z "$(find "$root"/CatFunctions.{Local,Core} "$root"/Directory.* \
    \( -name bin -o -name obj \) -prune -o -newer "$built" -print)" ]
}

# Without the guard over compiled code the compiler, which compiles itself first, takes a fifth less of the processor.
publish() {
  DOTNET_EnableWriteXorExecute=0 dotnet publish "$root/CatFunctions.Local" --configuration Release --artifacts-path "$output" --verbosity quiet \
    -property:RunAnalyzers=false "$@" >"$built.log" 2>&1
}

build() {
  touch "$built.next"
  echo "Building CatFunctions.Local." >&2

  # Compiled to machine code it starts faster, but not every platform and feed has that compiler.
  if ! publish --use-current-runtime --no-self-contained -property:PublishReadyToRun=true && ! publish; then
    cat "$built.log" >&2
    return 1
  fi
  mv "$built.next" "$built"
}

if ! command -v dotnet >/dev/null; then
  echo "The .NET SDK is missing; install version 10 or later from https://dot.net/download." >&2
  exit 1
fi

if ! is_built; then
  mkdir -p "$output"
  (
    if command -v flock >/dev/null; then # macOS has none
      flock 9 # when several start at once, one of them builds
    fi
    is_built || build 9>&-
  ) 9>"$output/run-local.lock"
fi

exec dotnet "$app" "$@"
