#!/usr/bin/env python3
"""compare.py RUNS NETKIT FILE PACKETS: times netkit layer dump and its yardsticks in
turn (A B A B …) on FILE, output to /dev/null, and prints the medians of the elapsed
times, the largest memory, and the ratio beside the one that is wanted. tshark is
timed once: it takes minutes."""
import os
import shutil
import statistics
import subprocess
import sys
import time

FIVE = ["ip.src", "ip.dst", "tcp.srcport", "tcp.dstport", "frame.len"]
WORK = [
    ("tree", [], [(["tcpdump", "-nnvvv", "-r"], 2), (["tshark", "-V", "-r"], 20)]),
    ("one line", ["--oneline"], [(["tcpdump", "-nn", "-r"], 3)]),
    ("JSON lines", ["--format", "jsonl"], [(["tshark", "-T", "ek", "-r"], 30)]),
    ("csv, 5 fields", ["-T", ",".join(FIVE)], [(["tshark", "-T", "fields"] + [a for f in FIVE for a in ("-e", f)] + ["-r"], 20)]),
    ("statistics", ["--stats"], []),
    ("copy (-w)", ["-w", "/dev/null"], []),
]


def run(command):
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    took = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return took, usage.ru_maxrss / 1024


def main():
    runs, netkit, file, packets = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    for name, flags, peers in WORK:
        ours = [netkit, "layer", "dump", file] + flags
        peers = [(c, want) for c, want in peers if shutil.which(c[0])]
        run(ours)  # warms up
        mine, memory, theirs = [], 0, {i: [] for i in range(len(peers))}
        for n in range(runs):
            took, peak = run(ours)
            mine.append(took)
            memory = max(memory, peak)
            for i, (command, _) in enumerate(peers):
                if command[0] != "tshark" or n == 0:
                    theirs[i].append(run(command + [file]))
        a = statistics.median(mine)
        print(f"{name:14} netkit {a:8.3f} s {packets / a / 1000:7.0f} k/s {memory:5.0f} MiB", flush=True)
        for i, (command, want) in enumerate(peers):
            b = statistics.median(t for t, _ in theirs[i])
            words = " ".join(command[:3] if command[1] == "-T" else command[:2])
            print(f"{'':14} {words:15} {b:8.3f} s {packets / b / 1000:7.0f} k/s {max(m for _, m in theirs[i]):5.0f} MiB   "
                  f"{b / a:6.1f} times as fast; wanted {want}", flush=True)


main()
