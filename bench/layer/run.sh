#!/bin/sh
# Measures netkit layer dump beside tcpdump and tshark, whole program against whole
# program, output to /dev/null, in turn in one run, and prints the medians of the
# elapsed times, the largest memory and the ratios beside those that are wanted. The
# capture is made of real ones: see generate.py. Needs Go and python3; a yardstick
# that is not installed is left out.
# Usage: bench/layer/run.sh [RUNS [PACKETS [CAPTURES]]]
set -eu
cd "$(dirname "$0")/../.."
runs=${1:-3} packets=${2:-500000} captures=${3:-../shared/captures}
dir=${TMPDIR:-/tmp}/netkit-bench-layer
mkdir -p "$dir"
go build -o "$dir/netkit" ./cmd/netkit
file=$dir/$packets.pcap
[ -s "$file" ] || python3 bench/layer/generate.py "$file" "$packets" "$captures"
export NETKIT_NO_CONFIG=1 TZ=UTC
echo "$(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg), $runs runs each, elapsed seconds"
exec python3 bench/layer/compare.py "$runs" "$dir/netkit" "$file" "$packets"
