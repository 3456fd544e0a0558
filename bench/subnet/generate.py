#!/usr/bin/env python3
"""Writes the input files of the subnet benchmarks into a directory: a million
random prefixes and a million random addresses of each family, always the same."""
import random
import socket
import sys

N = 1_000_000


def main(directory):
    r = random.Random(42)

    def v4(n):
        return socket.inet_ntoa(n.to_bytes(4, "big"))

    def v6(n):
        return socket.inet_ntop(socket.AF_INET6, n.to_bytes(16, "big"))

    def write(name, lines):
        with open(f"{directory}/{name}", "w") as f:
            f.writelines(line + "\n" for line in lines)

    def prefixes(width, lo, hi, text, draw):
        for _ in range(N):
            length = r.randint(lo, hi)
            yield f"{text(draw() >> (width - length) << (width - length))}/{length}"

    def draw4():
        return r.getrandbits(32)

    def draw6():  # inside 2000::/3, where addresses are
        return r.getrandbits(125) | 1 << 125

    write("prefixes4.txt", prefixes(32, 22, 32, v4, draw4))
    write("prefixes4-wide.txt", prefixes(32, 16, 32, v4, draw4))
    write("prefixes6.txt", prefixes(128, 16, 128, v6, draw6))
    write("addresses4.txt", (v4(draw4()) for _ in range(N)))
    write("addresses6.txt", (v6(draw6()) for _ in range(N)))


main(sys.argv[1])
