#!/usr/bin/env bash
# Builds the quinn peer in the folder $1, without a network, from the sources that Debian's
# librust-quinn-dev has put into /usr/share/cargo/registry. The program is $1/release/quinn-peer.
set -euo pipefail
readonly SOURCES=/usr/share/cargo/registry
cd "$(dirname "$0")"
[ -d "$SOURCES/quinn-0.9.3" ] || compgen -G "$SOURCES/quinn-0.9.*" > /dev/null \
    || { echo "no quinn 0.9 in $SOURCES: apt-get install librust-quinn-dev" >&2; exit 1; }
# Debian's own compiler before another one: its packages are made for it.
for cargo in /usr/bin/cargo "$(command -v cargo || true)"; do
    [ -x "$cargo" ] && break
done
[ -x "$cargo" ] || { echo "there is no cargo: apt-get install cargo rustc" >&2; exit 1; }
# Beside its output, for cargo writes a lock file that fits only this machine's packages.
mkdir -p "$1"
cp -pr Cargo.toml src "$1"
cd "$1"
PATH=$(dirname "$cargo"):$PATH exec "$cargo" build --quiet --offline --release --target-dir . \
    --config 'source.crates-io.replace-with="debian"' \
    --config "source.debian.directory=\"$SOURCES\""
