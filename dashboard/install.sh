#!/bin/sh
# meson install: the built page, where there is one, into the folder $1.
set -eu
from=$MESON_SOURCE_ROOT/dashboard/dist
to=${DESTDIR:-}$1
if [ ! -d "$from" ]; then
  echo "the dashboard is not built (./run build does it): not installed"
  exit 0
fi
rm -rf "$to"
mkdir -p "$to"
cp -R "$from/." "$to"
