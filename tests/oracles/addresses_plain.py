"""Addresses cut by Python's ipaddress, whose networks mask for themselves: imports nothing of what it judges."""

from ipaddress import IPv6Address, ip_address, ip_network


def truncated(text: str) -> str | None:
    """The address without its last octet (IPv4) or its last 80 bits (IPv6), in its short form; None where it is none.

    An IPv4 address written as an IPv6 one is cut as IPv4; a zone goes, and so do blanks around it.
    """
    try:
        address = ip_address(text.strip(" \t"))
    except ValueError:
        return None
    if address.version == 6:
        plain = IPv6Address(int(address))
        if plain.ipv4_mapped is None:
            return str(ip_network((plain, 48), strict=False).network_address)
        address = plain.ipv4_mapped
    return str(ip_network((address, 24), strict=False).network_address)
