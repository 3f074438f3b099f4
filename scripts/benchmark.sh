#!/usr/bin/env bash
# Builds the benchmarks and runs them. Passes all arguments on to CatFunctions.Benchmarks:
#   scripts/benchmark.sh pipeline [options]     the whole pipeline and what it can be compared with; --help lists the options
#   scripts/benchmark.sh --filter '*'           the micro benchmarks; see BenchmarkDotNet for more options
set -euo pipefail

root=$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
project=$root/CatFunctions.Benchmarks

dotnet build "$project" --configuration Release --verbosity quiet -consoleLoggerParameters:NoSummary >&2
exec dotnet "$project/bin/Release/net10.0/CatFunctions.Benchmarks.dll" "$@"
