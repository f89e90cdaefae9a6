#!/usr/bin/env bash
# Measures a clean debug build of a server with one tool, on rmcp and on mcpwright. Prints a Markdown table.
#
#   benches/peers/build-cost.sh [ROUNDS]      # default: 1 round; each round prints its own rows
#
# CARGO_BUILD_JOBS limits cargo's parallel jobs, which determines the wall time.
set -euo pipefail

rounds=${1:-1}
peers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Prints the number of crates in a dependency tree, including the server. Removes cargo's marks of repeated crates.
crates() {
    cargo tree --manifest-path "$1" -p "$2" -e normal,build --prefix none | sed -E 's/ \(\*\)$//' | sort -u | wc -l
}

# build NAME MANIFEST PACKAGE ARGUMENT...: builds into a separate target folder, and prints a row.
build() {
    local name=$1 manifest=$2 package=$3 target="$scratch/target" processor wall user sys
    shift 3
    rm -rf "$target"
    # The output of `time` goes to a file, since cargo writes to stderr. Incremental compilation is off: it applies
    # only to path dependencies, but users get mcpwright from the registry, as they get rmcp.
    TIMEFORMAT='%R %U %S'
    if ! { time CARGO_INCREMENTAL=0 CARGO_TARGET_DIR="$target" \
        cargo build --quiet --offline --manifest-path "$manifest" -p "$package" "$@" 2>"$scratch/errors"; } 2>"$scratch/times"; then
        cat "$scratch/errors" >&2
        echo "build-cost.sh: build of $name failed" >&2
        return 1
    fi
    read -r wall user sys <"$scratch/times"
    processor=$(awk -v user="$user" -v sys="$sys" 'BEGIN { printf "%.1f", user + sys }')
    printf '| %s | %s | %s | %s |\n' "$name" "$processor" "$wall" "$(crates "$manifest" "$package")"
}

# Downloads are not measured.
cargo fetch --quiet --manifest-path "$peers/hello-rmcp/Cargo.toml"
cargo fetch --quiet --manifest-path "$peers/hello-mcpwright/Cargo.toml"

printf '| server | user + sys, s | wall, s | crates |\n|---|--:|--:|--:|\n'
for _ in $(seq "$rounds"); do
    build 'hello on rmcp' "$peers/hello-rmcp/Cargo.toml" hello-rmcp
    build 'hello on mcpwright' "$peers/hello-mcpwright/Cargo.toml" hello-mcpwright
done
