"""IP addresses as texts, read. No pyspark here: workers import this."""

from ipaddress import IPv4Address, IPv6Address, ip_address

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
