"""IP addresses as texts: read, and cut so that they name no machine. No pyspark here: workers import this."""

from ipaddress import IPv4Address, IPv6Address, ip_address

KEPT_OF_4, KEPT_OF_6 = 24, 48  # bits that stay: the last octet of IPv4 and the last 80 bits of IPv6 become zero

Address = IPv4Address | IPv6Address


def address_of(text: str | None) -> Address | None:
    """The address of a text, blanks around it or not; None where it is none, so also behind a port or in a list.

    An IPv4 address that is written as an IPv6 one (`::ffff:192.0.2.1`) is the IPv4 address; a zone (`%eth0`) goes.
    """
    if text is None:
        return None
    try:
        address = ip_address(text.strip(" \t"))
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(address.packed)


def truncated(text: str | None) -> str | None:
    """The address without its last octet (IPv4) or its last 80 bits (IPv6), in its short form; None where it is none.

    `truncated_ip` of truncation.py gives the same as a Column. How many bits go: what Google Analytics did for
    `anonymize_ip` (support.google.com/analytics/answer/2763052).
    """
    address = address_of(text)
    if address is None:
        return None
    kept = KEPT_OF_4 if isinstance(address, IPv4Address) else KEPT_OF_6
    size = address.max_prefixlen
    return str(type(address)(int(address) >> (size - kept) << (size - kept)))
