"""Answers questions with Python's ipaddress, one a line, for the tests."""
import ipaddress
import sys


def facts(text):
    i = ipaddress.ip_interface(text)
    n = i.network
    return [i.ip, n, n.netmask, n.hostmask, n.broadcast_address, n.num_addresses,
            int(i.ip), i.ip.reverse_pointer, i.ip.is_multicast]


def cover(first, last):
    return ipaddress.summarize_address_range(ipaddress.ip_address(first), ipaddress.ip_address(last))


def merge(*nets):
    nets = [ipaddress.ip_network(n) for n in nets]
    out = []
    for version in (4, 6):
        out += ipaddress.collapse_addresses(n for n in nets if n.version == version)
    return out


def exclude(outer, inner):
    a, b = ipaddress.ip_network(outer), ipaddress.ip_network(inner)
    return sorted(a.address_exclude(b))


def split(net, bits):
    return ipaddress.ip_network(net).subnets(new_prefix=int(bits))


for line in sys.stdin:
    verb, *args = line.split()
    print(*globals()[verb](*args))
