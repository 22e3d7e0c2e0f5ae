#!/usr/bin/env bash
# Keeps the protocol compatible with what drivers in the world were built from: proto/landed.binpb, a FileDescriptorSet of all protos as they last
# landed. The example in Python carries a copy of it, from which it makes its messages.
#
#   proto/landed.sh breaking [FOLDER]   fails, naming each place, if the protos of FOLDER (default: these) take back anything that has landed
#   proto/landed.sh check               fails if the protos are not those that have landed
#   proto/landed.sh land                lands them
set -euo pipefail
cd "$(dirname "$0")/.."

landed=proto/landed.binpb
copy=examples/driver-python/oceanid/protocol.binpb
buf() { "${GO:-go}" tool -modfile=tools/go.mod buf "$@"; }
image() { buf build --as-file-descriptor-set --exclude-source-info -o "$1#format=binpb"; }

case "${1:-}" in
breaking)
  if ! buf breaking "${2:-.}" --against "$landed" --error-format text; then
    echo "proto: drivers that were built yesterday would no longer be understood: within v1 there are only additions" >&2
    exit 1
  fi
  ;;
check)
  now=$(mktemp)
  trap 'rm -f "$now"' EXIT
  image "$now"
  for file in "$landed" "$copy"; do
    if ! cmp -s "$now" "$file"; then
      echo "proto: $file is not of the protos as they are: run make proto and commit what it made, if they are meant to land" >&2
      exit 1
    fi
  done
  ;;
land)
  image "$landed"
  cp "$landed" "$copy"
  ;;
*)
  echo "usage: proto/landed.sh breaking [FOLDER] | check | land" >&2
  exit 2
  ;;
esac
