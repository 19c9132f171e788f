"""Addresses cut without Python, row by row the same as Python's ipaddress."""

import ipaddress
import random

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from dmp_spark.enrichment.truncation import truncated_ip
from tests.enrichment.test_ip import ADDRESSES, NO_ADDRESSES

SPELLINGS = ("{0}", " {0}", "{0}\t")


def drawn_addresses(count: int) -> dict[str, str | None]:
    """Texts that are addresses, nearly or not at all, and what ipaddress says: low bits zero, or None."""
    drawn = random.Random(2026)
    texts: dict[str, str | None] = {}
    while len(texts) < count:
        text = drawn.choice((four, six, six, mapped, noise))(drawn)
        texts[text] = cut(text)
    return texts


def cut(text: str) -> str | None:
    """The twin: by networks of ipaddress, which masks for itself."""
    try:
        address = ipaddress.ip_address(text.strip(" \t"))
    except ValueError:
        return None
    if address.version == 6:
        plain = ipaddress.IPv6Address(int(address))
        if plain.ipv4_mapped is None:
            return str(ipaddress.ip_network((plain, 48), strict=False).network_address)
        address = plain.ipv4_mapped
    return str(ipaddress.ip_network((address, 24), strict=False).network_address)


def four(drawn: random.Random) -> str:
    return drawn.choice(SPELLINGS).format(ipaddress.IPv4Address(drawn.getrandbits(32)))


def six(drawn: random.Random) -> str:
    """An IPv6 address with runs of zeros, spelled short, long, in capitals or with IPv4 at its end."""
    groups = [drawn.choice((0, 0, drawn.getrandbits(4), drawn.getrandbits(16))) for _ in range(8)]
    address = ipaddress.IPv6Address(sum(group << (112 - 16 * place) for place, group in enumerate(groups)))
    tail = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    spelled = drawn.choice(
        (str(address), address.exploded, str(address).upper(), ":".join(f"{group:x}" for group in groups[:6]) + f":{tail}")
    )
    return drawn.choice((*SPELLINGS, "{0}%eth0")).format(spelled)


def mapped(drawn: random.Random) -> str:
    address = ipaddress.IPv4Address(drawn.getrandbits(32))
    begin = drawn.choice(("::ffff:", "::FFFF:", "0:0:0:0:0:ffff:", "0000::ffff:"))
    return begin + (str(address) if drawn.random() < 0.5 else f"{int(address) >> 16:x}:{int(address) & 0xFFFF:x}")


def noise(drawn: random.Random) -> str:
    """An address with one sign put in, taken out or changed."""
    text = drawn.choice((four, six, mapped))(drawn)
    place = drawn.randrange(len(text))
    return text[:place] + drawn.choice(("", ":", "::", ".", "0", "f", "g", "%", " ", "-")) + text[place + drawn.randrange(2) :]


def test_addresses_are_cut_as_ipaddress_cuts_them(spark: SparkSession) -> None:
    expected: dict[str | None, str | None] = {**dict(ADDRESSES), **dict.fromkeys(NO_ADDRESSES), **drawn_addresses(6_000)}
    assert sum(value is None for value in expected.values()) > 300
    rows = [(number, text) for number, text in enumerate(expected)]
    frame = spark.createDataFrame(rows, "number bigint, text string")
    got = {row["text"]: row["cut"] for row in frame.select("text", truncated_ip(F.col("text")).alias("cut")).collect()}
    assert {text: (got[text], kept) for text, kept in expected.items() if got[text] != kept} == {}
