#!/usr/bin/env python3
"""The fields that `netkit subnet calc` prints, computed with Python's ipaddress:
the yardstick for its speed, and a check of its values. Reads prefixes, writes one
JSON object a line with the fields of FIELDS, in their order."""
import ipaddress
import json
import sys

FIELDS = ("address,family,network,prefix_length,mask,wildcard,broadcast,first,last,"
          "usable,total,hex,integer,reverse_name")


def big(n):
    return n if n <= 2**53 - 1 else str(n)


def describe(line):
    i = ipaddress.ip_interface(line)
    n = i.network
    v4 = n.version == 4
    left = n.max_prefixlen - n.prefixlen
    first, last, usable = int(n.network_address), int(n.broadcast_address), n.num_addresses
    if left >= 2:
        first, usable = first + 1, usable - 1
        if v4:
            last, usable = last - 1, usable - 1
    addr = ipaddress.IPv4Address if v4 else ipaddress.IPv6Address
    out = {
        "address": str(i.ip),
        "family": n.version,
        "network": str(n),
        "prefix_length": n.prefixlen,
        "mask": str(n.netmask),
        "wildcard": str(n.hostmask),
    }
    if v4 and left >= 2:
        out["broadcast"] = str(n.broadcast_address)
    out["first"] = str(addr(first))
    out["last"] = str(addr(last))
    out["usable"] = big(usable)
    out["total"] = big(n.num_addresses)
    out["hex"] = "0x" + i.ip.packed.hex()
    out["integer"] = big(int(i.ip))
    out["reverse_name"] = i.ip.reverse_pointer
    return out


def main():
    write = sys.stdout.write
    dumps = json.JSONEncoder(separators=(",", ":")).encode
    for line in sys.stdin:
        write(dumps(describe(line.strip())) + "\n")


if __name__ == "__main__":
    main()
