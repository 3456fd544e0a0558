#!/usr/bin/env python3
"""compare.py RUNS NAME OURS THEIRS: times two shell commands in turn (A B A B …),
their output going to a file, and prints the medians, the largest memory and the
median of the ratios of neighbouring runs. THEIRS may be empty or not installed."""
import os
import shutil
import statistics
import subprocess
import sys
import time


def run(command):
    with open("bench.out", "w") as out:
        start = time.monotonic()
        child = subprocess.Popen(["sh", "-c", "exec " + command], stdout=out)
        _, status, usage = os.wait4(child.pid, 0)
        took = time.monotonic() - start
    os.remove("bench.out")
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"failed: {command}")
    return took, usage.ru_maxrss / 1024


runs, name, ours, theirs = int(sys.argv[1]), *sys.argv[2:5]
if theirs and not shutil.which(theirs.split()[0]):
    print(f"{name:20} {theirs.split()[0]} is not installed")
    theirs = ""
a, b, peak_a, peak_b = [], [], 0, 0
for i in range(runs + 1 if runs > 1 else 1):
    t, m = run(ours)
    u, n = run(theirs) if theirs else (0, 0)
    if i > 0 or runs == 1:  # the first only warms up
        a.append(t)
        b.append(u)
        peak_a, peak_b = max(peak_a, m), max(peak_b, n)
line = f"{name:20} netkit {statistics.median(a):7.3f} s {peak_a:5.0f} MiB"
if theirs:
    ratio = statistics.median(y / x for x, y in zip(a, b))
    line += f"   {os.path.basename(theirs.split()[0]):12} {statistics.median(b):7.3f} s {peak_b:5.0f} MiB   {ratio:6.2f} times as fast"
print(line, flush=True)
