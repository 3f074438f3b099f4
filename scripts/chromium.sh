# shellcheck shell=bash
# Sourced by test.sh: "ensure_chromium" installs the browser of the browser tests where it is missing and this can be
# done without asking: as root, with apt. Elsewhere those tests are skipped and say so.

ensure_chromium() {
  local name
  for name in "${CHROMIUM:-chromium}" chromium-browser google-chrome-stable google-chrome; do
    if command -v "$name" >/dev/null; then
      return
    fi
  done

  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "There is no Chromium, so the browser tests will be skipped; install the package chromium to run them." >&2
    return
  fi

  echo "Installing the package chromium, for the browser tests." >&2
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
    >/dev/null 2>&1 || echo "It cannot be installed, so the browser tests will be skipped." >&2
}
