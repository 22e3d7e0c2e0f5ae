#!/usr/bin/env bash
# What `make test` needs besides Go: a C compiler for the race detector, Debian's gRPC for the example driver in Python, and the lab. Where something
# cannot be had it says what is left out and why; in CI (CI=true) that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

missing() {
  echo "make test: left out: $1" >&2
  if [ -n "${CI:-}" ] && [ "$CI" != false ] && [ "$CI" != 0 ]; then
    echo "make test: in CI nothing may be left out" >&2
    exit 1
  fi
}

if [ "$(uname -s)" != Linux ]; then
  missing "every test on real servers (HTCondor, Slurm, OpenSSH, Redis): the lab needs Linux, this is $(uname -s)"
  exit 0
fi
if [ "$(id -u)" != 0 ]; then
  missing "every test on real servers (HTCondor, Slurm, OpenSSH, Redis): the lab needs root, for namespaces and mounts; run it as root to have them"
  exit 0
fi
if ! command -v gcc >/dev/null; then
  if ! command -v apt-get >/dev/null; then
    echo "make test: the race detector needs a C compiler; install gcc" >&2
    exit 1
  fi
  echo "make test: installing gcc for the race detector"
  apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends gcc libc6-dev >/dev/null
fi
if ! /usr/bin/python3 -c 'import google.protobuf, grpc' 2>/dev/null; then
  if command -v apt-get >/dev/null; then
    echo "make test: installing Debian's gRPC for Python, for examples/driver-python"
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends python3 python3-grpcio python3-protobuf >/dev/null
  else
    missing "the tests of examples/driver-python: /usr/bin/python3 needs grpcio and protobuf, which this machine cannot install"
  fi
fi
if ! command -v apt-get >/dev/null; then
  missing "every test on real servers (HTCondor, Slurm, OpenSSH, Redis): the lab is made with debootstrap, which this machine cannot install"
  exit 0
fi
go run ./lab/cmd/lab build
