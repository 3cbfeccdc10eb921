#!/bin/sh
# Double-click: opens the app in the browser; the first time it gets what is needed, once.
cd "$(dirname "$0")" || exit 1
if [ ! -x .venv/bin/python ] || [ ! -e .venv/ready ] || [ requirements.lock -nt .venv/ready ]; then
  python=""
  for name in python3.14 python3.13 python3.12 python3.11 python3 python; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$name
      break
    fi
  done
  if [ -z "$python" ]; then
    echo "Python 3.11 or newer is needed. Get it from python.org, then open this again."
    printf "Press Enter to close."
    read -r _
    exit 1
  fi
  echo "Getting what is needed: about 1 GB, some minutes, once. Please leave this window open."
  [ -x .venv/bin/python ] || "$python" -m venv .venv || exit 1
  if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
      -r requirements.lock ||
    ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .; then
    echo "That did not work. Check that this computer is online, then open this again."
    printf "Press Enter to close."
    read -r _
    exit 1
  fi
  touch .venv/ready
fi
exec .venv/bin/python -m analysis.app
