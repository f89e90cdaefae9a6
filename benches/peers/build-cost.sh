#!/usr/bin/env bash
# What a clean debug build of a server with one tool costs: on the peer, and on ours. Prints a Markdown table.
#
#   benches/peers/build-cost.sh [ROUNDS]      # 1 round unless told; the figures are those of each round
#
# CARGO_BUILD_JOBS is cargo's own limit on parallel jobs, and holds here as everywhere; it decides the wall time.
set -euo pipefail

rounds=${1:-1}
peers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The crates of a tree, the server itself among them; the marks on repeated and on macro crates are no part of a name.
crates() {
    cargo tree --manifest-path "$1" -p "$2" -e normal,build --prefix none | sed -E 's/ \(\*\)$//' | sort -u | wc -l
}

# build NAME MANIFEST PACKAGE ARGUMENT...: one row, of a build into a target folder of its own.
build() {
    local name=$1 manifest=$2 package=$3 target="$scratch/target" processor wall user sys
    shift 3
    rm -rf "$target"
    # The three figures of `time` go to a file, for stderr belongs to cargo. Not incremental, because that would
    # cost only the crates that cargo finds by path, and our users find ours in the registry as they find the peer's.
    TIMEFORMAT='%R %U %S'
    if ! { time CARGO_INCREMENTAL=0 CARGO_TARGET_DIR="$target" \
        cargo build --quiet --offline --manifest-path "$manifest" -p "$package" "$@" 2>"$scratch/errors"; } 2>"$scratch/times"; then
        cat "$scratch/errors" >&2
        echo "build-cost.sh: $name does not build" >&2
        return 1
    fi
    read -r wall user sys <"$scratch/times"
    processor=$(awk -v user="$user" -v sys="$sys" 'BEGIN { printf "%.1f", user + sys }')
    printf '| %s | %s | %s | %s |\n' "$name" "$processor" "$wall" "$(crates "$manifest" "$package")"
}

# Downloads are no part of a build.
cargo fetch --quiet --manifest-path "$peers/hello-rmcp/Cargo.toml"
cargo fetch --quiet --manifest-path "$peers/hello-mcpwright/Cargo.toml"

printf '| server | user + sys, s | wall, s | crates |\n|---|--:|--:|--:|\n'
for _ in $(seq "$rounds"); do
    build 'hello on rmcp' "$peers/hello-rmcp/Cargo.toml" hello-rmcp
    build 'hello on mcpwright' "$peers/hello-mcpwright/Cargo.toml" hello-mcpwright
done
