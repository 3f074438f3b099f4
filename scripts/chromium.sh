# shellcheck shell=bash
# Sourced by test.sh: "ensure_chromium" installs the browser of the browser tests where it is missing and this can be
# done without asking: as root, with apt. Elsewhere those tests are skipped and say so.

# The tests look for these too, in this order.
chromium_names=(chromium-headless-shell chromium chromium-browser google-chrome-stable google-chrome)

ensure_chromium() {
  local name
  for name in ${CHROMIUM:+"$CHROMIUM"} "${chromium_names[@]}"; do
    if command -v "$name" >/dev/null; then
      return
    fi
  done

  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "There is no Chromium, so the browser tests will be skipped; install the package chromium-headless-shell or chromium to run them." >&2
    return
  fi

  echo "Installing Chromium, for the browser tests." >&2
  apt-get update -qq >/dev/null 2>&1 || true
  for name in "${chromium_names[@]:0:2}"; do # the first is smaller and faster, and Ubuntu has only the second
    if DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$name" >/dev/null 2>&1; then
      return
    fi
  done
  echo "It cannot be installed, so the browser tests will be skipped." >&2
}
