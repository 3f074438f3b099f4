#!/usr/bin/env bash
# Builds librdkafka, the native part of Confluent.Kafka, for a NuGet feed that lacks librdkafka.redist.
# Does nothing when it is already there. eng/PartialFeed.props picks it up from the same folder.
set -euo pipefail

version=2.15.1
sources=@confluentinc/kafka-javascript@1.10.1 # carries the C sources of that version
sources_sha256=ada7d703bb1d3237e2292bfabf438d663b6160c9f1ac2a2406b5dc4257c81b66
folder=${XDG_CACHE_HOME:-$HOME/.cache}/catfunctions/librdkafka-$version

fail() {
  echo "Cannot build librdkafka: $*" >&2
  exit 1
}

if [ -f "$folder/librdkafka.so" ]; then
  exit 0
fi

[ "$(uname -s)" = Linux ] || fail "this script knows Linux only; use a NuGet feed that has librdkafka.redist."
for tool in gcc make npm; do
  command -v "$tool" >/dev/null || fail "$tool is missing; install gcc, make and Node.js with npm."
done

echo "Building librdkafka $version into $folder, once; this takes about a minute." >&2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Only the C library, without debug symbols and at -O1: half the time of the default build. configure insists on a C++
# compiler that this never runs, so it is shown gcc.
build() {
  npm pack --silent "$sources" &&
    echo "$sources_sha256 *$(echo ./*.tgz)" | sha256sum --check &&
    tar -xzf ./*.tgz package/deps/librdkafka &&
    cd package/deps/librdkafka &&
    CC=gcc CXX=gcc CFLAGS=-O1 ./configure --disable-gssapi --disable-lz4-ext --disable-debug-symbols &&
    make -C src -j "$(getconf _NPROCESSORS_ONLN)" librdkafka.so.1
}

if ! (build) >log 2>&1; then
  tail -n 30 log >&2
  fail "see the messages above."
fi

# Moved within one file system, it is there as a whole or not at all, also when two of us build at once.
mkdir -p "$folder"
cp package/deps/librdkafka/src/librdkafka.so.1 "$folder/librdkafka.so.$$"
mv "$folder/librdkafka.so.$$" "$folder/librdkafka.so"
