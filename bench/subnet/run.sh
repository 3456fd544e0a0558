#!/bin/sh
# Measures netkit subnet beside iprange, netipx, grepcidr, prips and Python's
# ipaddress, whole program against whole program, in turn, and prints the medians
# of the elapsed times. Needs Go and python3; a yardstick that is not installed is
# left out. Usage: bench/subnet/run.sh [RUNS]
set -eu
cd "$(dirname "$0")/../.."
runs=${1:-5}
dir=${TMPDIR:-/tmp}/netkit-bench-subnet
mkdir -p "$dir"
go build -o "$dir/netkit" ./cmd/netkit
(cd bench && go build -o "$dir/netipxmerge" ./subnet/netipxmerge)
[ -s "$dir/addresses6.txt" ] || python3 bench/subnet/generate.py "$dir"
here=$PWD
cd "$dir"
fields=$(python3 -c "import sys; sys.path.insert(0, '$here/bench/subnet'); import calc; print(calc.FIELDS)")
echo "$(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg), $runs runs each, elapsed seconds"
export NETKIT_NO_CONFIG=1
time=$here/bench/subnet/compare.py

python3 "$time" "$runs" "merge IPv4"        "./netkit subnet merge prefixes4.txt" "iprange prefixes4.txt"
python3 "$time" "$runs" "merge IPv4, wide"  "./netkit subnet merge prefixes4-wide.txt" "iprange prefixes4-wide.txt"
python3 "$time" "$runs" "merge IPv4"        "./netkit subnet merge prefixes4.txt" "./netipxmerge prefixes4.txt"
python3 "$time" "$runs" "merge IPv6"        "./netkit subnet merge prefixes6.txt" "./netipxmerge prefixes6.txt"
python3 "$time" "$runs" "lookup IPv4"       "./netkit subnet lookup --matched prefixes4.txt addresses4.txt" "grepcidr -f prefixes4.txt addresses4.txt"
python3 "$time" "$runs" "lookup IPv4, wide" "./netkit subnet lookup --matched prefixes4-wide.txt addresses4.txt" "grepcidr -f prefixes4-wide.txt addresses4.txt"
python3 "$time" "$runs" "lookup IPv6"       "./netkit subnet lookup --matched prefixes6.txt addresses6.txt" "grepcidr -f prefixes6.txt addresses6.txt"
python3 "$time" "$runs" "list 10.0.0.0/8"   "./netkit subnet list 10.0.0.0/8" "prips 10.0.0.0/8"
python3 "$time" 1       "calc IPv4 to jsonl" "./netkit subnet calc --format jsonl --field $fields prefixes4.txt" "python3 $here/bench/subnet/calc.py <prefixes4.txt"
python3 "$time" 1       "calc IPv6 to jsonl" "./netkit subnet calc --format jsonl --field $fields prefixes6.txt" "python3 $here/bench/subnet/calc.py <prefixes6.txt"
python3 "$time" "$runs" "calc, all fields"  "./netkit subnet calc --format jsonl prefixes4.txt" ""

# The same answers: iprange writes single addresses without /32.
same() { if cmp -s "$2" "$3"; then echo "same output: $1"; else echo "OUTPUT DIFFERS: $1"; exit 1; fi; }
./netkit subnet merge prefixes4.txt >ours
./netipxmerge prefixes4.txt >theirs && same "merge IPv4, netipx" ours theirs
if command -v iprange >/dev/null; then iprange prefixes4.txt | sed 's,^[^/]*$,&/32,' >theirs && same "merge IPv4, iprange" ours theirs; fi
./netkit subnet merge prefixes6.txt >ours
./netipxmerge prefixes6.txt >theirs && same "merge IPv6, netipx" ours theirs
for f in 4 6; do
	./netkit subnet lookup --matched prefixes$f.txt addresses$f.txt | cut -f1 >ours
	if command -v grepcidr >/dev/null; then grepcidr -f prefixes$f.txt addresses$f.txt >theirs && same "lookup IPv$f, grepcidr" ours theirs; fi
	./netkit subnet calc --format jsonl --field "$fields" prefixes$f.txt >ours
	python3 "$here/bench/subnet/calc.py" <prefixes$f.txt >theirs && same "calc IPv$f, ipaddress" ours theirs
done
rm -f ours theirs
