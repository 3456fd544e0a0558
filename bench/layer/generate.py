#!/usr/bin/env python3
"""generate.py OUT PACKETS DIR: writes a pcap file of that many real packets, made
of the Ethernet captures below DIR, round after round. Each round shifts the IPv4
and the ARP addresses, so that its conversations are new; IPv4, TCP, UDP and ICMP
checksums are carried along (RFC 1624), so that right stays right and wrong wrong."""
import os
import struct
import sys


def records(path):
    with open(path, "rb") as f:
        data = f.read()
    if len(data) < 24:
        return
    magic = data[:4]
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}.get(magic)
    if order is None or struct.unpack(order + "I", data[20:24])[0] & 0xFFFF != 1:
        return
    nano = magic in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
    at = 24
    while at + 16 <= len(data):
        s, frac, n, orig = struct.unpack(order + "IIII", data[at:at + 16])
        if n > 262144 or at + 16 + n > len(data):
            return
        yield s, frac // 1000 if nano else frac, orig, data[at + 16:at + 16 + n]
        at += 16 + n


def update(old, before, after):
    """RFC 1624 equation 3 for one 16-bit word."""
    s = (~old & 0xFFFF) + (~before & 0xFFFF) + after
    s = (s & 0xFFFF) + (s >> 16)
    s = (s & 0xFFFF) + (s >> 16)
    return ~s & 0xFFFF


def shift(packet, r):
    """The packet with the middle octets of its addresses moved by r."""
    b = bytearray(packet)
    at = 12
    while len(b) >= at + 2 and b[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    kind, at = bytes(b[at:at + 2]), at + 2
    spots = []
    sums = []
    if kind == b"\x08\x00" and len(b) >= at + 20 and b[at] >> 4 == 4:
        spots = [at + 12, at + 16]
        sums = [at + 10]
        transport = at + 4 * (b[at] & 15)
        if b[at + 6] & 0x1F == 0 and b[at + 7] == 0:
            if b[at + 9] == 6 and len(b) >= transport + 18:
                sums.append(transport + 16)
            elif b[at + 9] == 17 and len(b) >= transport + 8 and b[transport + 6:transport + 8] != b"\0\0":
                sums.append(transport + 6)
    elif kind == b"\x08\x06" and len(b) >= at + 28 and b[at + 2:at + 4] == b"\x08\x00":
        spots = [at + 14, at + 24]
    for spot in spots:
        if b[spot] >= 224 or b[spot:spot + 4] == b"\0\0\0\0":
            continue  # a group, or nobody
        before = b[spot] << 8 | b[spot + 1], b[spot + 2] << 8 | b[spot + 3]
        middle = (b[spot + 1] << 8 | b[spot + 2]) + r & 0xFFFF
        b[spot + 1], b[spot + 2] = middle >> 8, middle & 255
        after = b[spot] << 8 | b[spot + 1], b[spot + 2] << 8 | b[spot + 3]
        for s in sums:
            c = b[s] << 8 | b[s + 1]
            for x, y in zip(before, after):
                c = update(c, x, y)
            b[s], b[s + 1] = c >> 8, c & 255
    return b


def main():
    out, count, top = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    source = []
    for folder, folders, names in sorted(os.walk(top)):
        for name in sorted(names):
            if name.endswith(".pcap"):
                source += [(orig, data) for _, _, orig, data in records(os.path.join(folder, name))]
    if not source:
        sys.exit(f"no Ethernet captures in {top}")
    written, r, clock = 0, 0, 1_750_000_000_000_000
    with open(out + ".new", "wb", buffering=1 << 20) as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        while written < count:
            for orig, data in source[:count - written]:
                b = shift(data, r) if r else data
                clock += 37
                f.write(struct.pack("<IIII", clock // 1_000_000, clock % 1_000_000, len(b), orig))
                f.write(b)
            written += len(source[:count - written])
            r += 1
    os.rename(out + ".new", out)
    print(f"{out}: {written} packets, {r} rounds of {len(source)}, {os.path.getsize(out) / 1e6:.0f} MB")


main()
