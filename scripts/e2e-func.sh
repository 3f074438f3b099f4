#!/usr/bin/env bash
# The function app from end to end, as the README says to run it: Kafka and Azurite in Docker, func start, and then the log
# is verified. It works on a copy of this folder and on containers of its own, and leaves neither behind.
# Needs Docker with Compose, Azure Functions Core Tools v4 and the .NET SDK; TheCatAPI; and the ports of
# docker-compose.kafka.yml and 7071 free.
set -euo pipefail

root=$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
enough=500   # events: those of about two ticks
patience=300 # seconds for them to come, the build included

step() { echo "--- $*" >&2; }

fail() {
  echo "e2e-func: $*" >&2
  exit 1
}

compose() {
  docker compose --project-name catfunctions-e2e --file "$copy/docker-compose.kafka.yml" "$@"
}

recorded() {
  find "$copy/data/events" -name '*.jsonl' -exec cat {} + 2>/dev/null | wc -l
}

is_running() { kill -0 "$func" 2>/dev/null; }

# Interrupts func and its worker, as Ctrl+C does.
stop_func() {
  kill -INT -- "-$func" 2>/dev/null || true
  local second
  for second in {1..30}; do
    is_running || break
    sleep 1
  done

  if is_running; then
    kill -KILL -- "-$func" 2>/dev/null || true
    func=
    fail "func did not stop within $second s."
  fi
  func=
}

clean_up() {
  local exit_code=$?
  trap - EXIT
  set +e
  if [ -n "$func" ]; then
    (stop_func)
  fi
  if [ "$exit_code" -ne 0 ] && [ -s "$log" ]; then
    step "The end of func's output:"
    tail -n 100 "$log" >&2
  fi
  if [ -f "$copy/docker-compose.kafka.yml" ]; then
    step "Removing the containers."
    compose down --volumes --remove-orphans >&2
  fi
  rm -rf "$work"
  exit "$exit_code"
}

for tool in docker dotnet func git; do
  command -v "$tool" >/dev/null || fail "$tool is missing."
done
docker compose version >/dev/null 2>&1 || fail "Docker Compose is missing."

work=$(mktemp -d)
copy=$work/catfunctions
log=$work/func.log
func=
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step "Copying the sources, with local.settings.json.example as settings."
mkdir "$copy"
git -C "$root" ls-files -z --cached --others --exclude-standard | tar -C "$root" --null -T - -cf - | tar -C "$copy" -xf -
cd "$copy"
cp local.settings.json.example local.settings.json

step "Starting Kafka and Azurite."
compose up --detach --wait --wait-timeout 120 kafka azurite >&2
# Not part of the wait: for Compose, a service that ends is one that failed.
compose run --rm kafka-topic >&2

step "Starting the function app."
set -m # a process group of its own, which does not ignore an interrupt
func start --script-root CatFunctions >"$log" 2>&1 </dev/null &
func=$!
set +m

until [ "$(recorded)" -ge "$enough" ]; do
  is_running || fail "func stopped unexpectedly."
  [ "$SECONDS" -lt "$patience" ] || fail "after $SECONDS s the log holds $(recorded) events, not $enough."
  sleep 1
done

step "The log holds $(recorded) events. Stopping the function app."
stop_func

step "Verifying the log."
scripts/run-local.sh verify --data data
