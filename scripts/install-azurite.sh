#!/usr/bin/env bash
# Installs Azurite, the emulator of Azure Storage, for the tests. Does nothing when it is already there.
set -euo pipefail

version=3.37.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/catfunctions
folder=$cache/azurite-$version

fail() {
  echo "Cannot install Azurite: $*" >&2
  exit 1
}

if [ -d "$folder" ]; then
  exit 0
fi

command -v npm >/dev/null || fail "npm is missing; install Node.js 20 or later."

echo "Installing Azurite $version into $folder, once; this takes about a minute." >&2

mkdir -p "$cache"
work=$(mktemp -d "$cache/azurite.XXXXXX")
trap 'rm -rf "$work"' EXIT
log=$(npm install --prefix "$work" --no-audit --no-fund --loglevel=error "azurite@$version" 2>&1) || fail "$log"

# Renaming is atomic, also when two scripts install at once.
[ -d "$folder" ] || mv "$work" "$folder"
