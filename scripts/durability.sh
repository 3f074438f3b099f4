#!/usr/bin/env bash
# Shows on real disks that the log keeps what it has acknowledged, when fsync fails, and when power is cut:
#   scripts/durability.sh [ROUNDS [FILE_SYSTEM...]]      50 rounds each on ext4, xfs and btrfs if not given
# A power cut is a copy of the disk's image at one moment. In a third of the rounds the recorder is killed before it, in
# another third killed and started again. fsync takes 0.1 s longer, so that many cuts come before its end. In one more round it
# only pretends, and the loss must be noticed. Takes about ten seconds for each round. Needs root, to mount images.
set -euo pipefail

root=$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
app=$root/CatFunctions.Local/bin/Release/net10.0/CatFunctions.Local.dll
rounds=${1:-50}
file_systems=("${@:2}")
[ ${#file_systems[@]} -gt 0 ] || file_systems=(ext4 xfs btrfs)
export LC_ALL=C DOTNET_EnableDiagnostics=0 # a killed process would leave their pipes in /tmp

missing=
[ "$(id -u)" -eq 0 ] || missing+=" root"
for tool in dotnet fsfreeze mkfs.ext4 strace; do
  command -v "$tool" >/dev/null || missing+=" $tool"
done
[ -z "$missing" ] || { echo "durability: this is missing:$missing" >&2 && exit 2; }

work=$(mktemp -d)
safe=$work/safe # a file system for the disk's image; it is frozen while that is copied, and the disk is not told
disk=$work/disk
run=(dotnet "$app" run --photos sample --rate 500 --schedule '* * * * * *' --port 0 --data)
host=
failed=false series_rounds=0 failures=0 cut_short=0

# Runs the pipeline with an fsync that strace tampers with.
start_host() {
  strace -D -f --seccomp-bpf -qq -o "$work/fsync.log" -e trace=fsync -e "inject=fsync:$1" "${run[@]}" "${@:2}" >"$work/host.log" 2>&1 &
  host=$! # the host and not strace, because of -D
}

kill_host() {
  [ -n "$host" ] || return 0
  kill -KILL "$host" 2>/dev/null || true
  wait "$host" 2>/dev/null || true
  host=
}

clean_up() {
  set +e
  fsfreeze --unfreeze "$safe" 2>/dev/null
  kill_host
  umount "$disk" 2>/dev/null
  umount "$safe" 2>/dev/null
  rm -rf --one-file-system "$work"
}

sleep_up_to_2s() { sleep "$((RANDOM % 2)).$(printf %03d $((RANDOM % 1000)))"; }

# The ids of the whole lines of a log.
ids() { (find "$1/events" -name '*.jsonl' -exec sed -n 's/^{"kafkapartition":.*,"id":"\([^"]*\)",.*}$/\1/p' {} + 2>/dev/null || true) | sort; }

# Says how many of the ids in a file the log does not hold.
check_held() {
  local lost
  lost=$(ids "$2" | comm -13 - "$work/$1" | wc -l)
  [ "$lost" -eq 0 ] || echo "$lost of $(wc -l <"$work/$1") $1 events are not $3"
}

is_whole() { dotnet "$app" verify --data "$1" 2>&1 | tee "$work/verify.log" | grep -qE '\(0 unfinished\), 0 missing, .* 0 problems$'; }

# Runs the pipeline again, as after a failure, until nothing is in flight: on a busy machine two seconds may be too few.
recover() {
  for _ in {1..5}; do
    "${run[@]}" "$1" --for 00:00:02 >"$work/run.log" 2>&1 || echo "the next run failed: $(tail -n 1 "$work/run.log")"
    ! is_whole "$1" || break
  done
  is_whole "$1" || tail -n 3 "$work/verify.log"
  [ -z "$(ids "$1" | uniq -d)" ] || echo "$(ids "$1" | uniq -d | wc -l) events appear twice"
}

# Lets the Nth fsync of each thread fail.
fail_fsync() {
  local data=$work/fsync-$1 result=0 produced
  start_host "error=EIO:when=$1" "$data" --for 00:00:03
  wait "$host" || result=$?
  host=
  grep -q INJECTED "$work/fsync.log" || echo "no fsync has failed"
  produced=$(sed -n 's/.* produced \([0-9,]*\),.*/\1/p' "$work/host.log" | tr -d ,)
  if [ "$result" -ne 0 ] || ! is_whole "$data" || [ "$(ids "$data" | wc -l)" -ne "$produced" ]; then
    grep -q '^\(error\|warning\): .*(Input/output error)' "$work/host.log" || echo "exit code $result and not a word about the disk"
  fi
  recover "$data"
  [ "$(ids "$data" | wc -l)" -ge "${produced:-1}" ] || echo "$(ids "$data" | wc -l) of $produced events are in the log"
}

# Cuts the power of a new disk while events are recorded to it.
cut_power() {
  local kind=$2 fsync=${3:-delay_enter=100000} at_least
  truncate -s 0 "$safe/disk.img"
  truncate -s 512M "$safe/disk.img"
  "mkfs.$1" "$safe/disk.img" >/dev/null 2>&1
  mount -o loop "$safe/disk.img" "$disk"
  start_host "$fsync" "$disk/data"
  until [ -n "$(ids "$disk/data")" ]; do
    kill -0 "$host" || { cat "$work/host.log" >&2 && return 1; }
    sleep 0.1
  done

  sleep_up_to_2s
  ids "$disk/data" >"$work/acknowledged" # in a second
  sleep 1.1
  # In half of the rounds the moment is that of a write, whose fsync has not ended.
  at_least=$(($(ids "$disk/data" | wc -l) + RANDOM % 2))
  until ids "$disk/data" >"$work/visible" && [ "$(wc -l <"$work/visible")" -ge "$at_least" ]; do
    kill -0 "$host" || { cat "$work/host.log" >&2 && return 1; }
  done # and the outbox holds them all, since they have been sent
  [ "$kind" = cut ] || kill_host
  if [ "$kind" = restart ]; then
    start_host "$fsync" "$disk/data"
    sleep_up_to_2s
  fi
  fsfreeze --freeze "$safe"
  cp --sparse=always "$safe/disk.img" "$work/cut.img"
  fsfreeze --unfreeze "$safe"
  kill_host
  umount "$disk"

  mv "$work/cut.img" "$safe/disk.img"
  mount -o loop "$safe/disk.img" "$disk"
  [ -z "$(check_held visible "$disk/data" there)" ] || cut_short=$((cut_short + 1))
  check_held acknowledged "$disk/data" "on the disk"
  recover "$disk/data"
  check_held visible "$disk/data" "in the log after the next run"
  umount "$disk"
}

# Counts a round, and prints what was wrong with it.
judge() {
  series_rounds=$((series_rounds + 1))
  [ -s "$work/wrong" ] || return 0
  failures=$((failures + 1))
  echo "$1: $(paste -sd ';' "$work/wrong")"
}

summarize() {
  echo "$1: $series_rounds rounds, $failures failures"
  [ "$failures" -eq 0 ] || failed=true
  series_rounds=0 failures=0 cut_short=0
}

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
dotnet build "$root/CatFunctions.Local" --configuration Release --verbosity quiet -consoleLoggerParameters:NoSummary >&2
mkdir "$safe" "$disk"
truncate -s 2G "$work/safe.img"
mkfs.ext4 -q "$work/safe.img"
mount -o loop "$work/safe.img" "$safe"

for n in 1 2 3 4 5 6 8 10 12 15; do
  fail_fsync "$n" >"$work/wrong"
  judge "EIO at fsync $n"
done
summarize "EIO at fsync"

kinds=(cut kill restart)
for file_system in "${file_systems[@]}"; do
  if ! command -v "mkfs.$file_system" >/dev/null; then
    echo "$file_system: skipped, since mkfs.$file_system is missing"
    continue
  fi
  for ((round = 0; round < rounds; round++)); do
    kind=${kinds[round % 3]}
    cut_power "$file_system" "$kind" >"$work/wrong"
    judge "$file_system, round $((round + 1)), $kind"
  done
  summarize "$file_system, $cut_short cuts before an fsync had ended"
  cut_power "$file_system" cut retval=0 >"$work/wrong"
  if ! grep -q acknowledged "$work/wrong"; then
    echo "$file_system: nothing is lost without fsync, so these rounds prove nothing"
    failed=true
  fi
done
! $failed
