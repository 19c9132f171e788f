"""IP addresses as texts. No Spark; the same cases in Spark are in test_truncation.py."""

import pytest

from dmp_spark.enrichment.ip import truncated

ADDRESSES = [  # text, what stays of it
    ("192.0.2.77", "192.0.2.0"),
    ("0.0.0.1", "0.0.0.0"),
    ("255.255.255.255", "255.255.255.0"),
    (" 192.0.2.77\t", "192.0.2.0"),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
    ("2001:DB8::1", "2001:db8::"),
    ("2001::1", "2001::"),
    ("2001:0:1::1", "2001:0:1::"),
    ("0:0:1::1", "0:0:1::"),
    ("::1", "::"),
    ("::", "::"),
    ("1::", "1::"),
    ("1::2:3:4:5:6:7", "1:0:2::"),
    ("1:2:3:4:5:6:7::", "1:2:3::"),
    ("::2:3:4:5:6:7:8", "0:2:3::"),
    ("00ab:000c::", "ab:c::"),
    ("::ffff:192.0.2.77", "192.0.2.0"),
    ("::FFFF:c000:24d", "192.0.2.0"),
    ("0:0:0:0:0:ffff:192.0.2.77", "192.0.2.0"),
    ("::192.0.2.77", "::"),
    ("64:ff9b::192.0.2.33", "64:ff9b::"),
    ("1:2:3:4:5:6:192.0.2.33", "1:2:3::"),
    ("fe80::1%eth0", "fe80::"),
    (" fe80::1%eth0 ", "fe80::"),
]
NO_ADDRESSES = [
    None, "", " ", "-", "unknown", "192.0.2", "192.0.2.256", "192.0.2.1.1", "192.0.2.01", "192.0.2.1:8080", "[2001:db8::1]", "192.0.2.1, 192.0.2.2",
    "192.0.2.1\n", "192.0.2.1 x", "1192.0.2.1", "192.0.2.-1", "192 .0.2.1", "１９２.0.2.1", "0x7f.0.0.1", "3221225985", ":", ":::", "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "1::2::3", "12345::", "g::", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "::192.0.2.256", "::192.0.2.1:1",
    "1:2:3:4:5:6:7:192.0.2.1", "fe80::1%", "fe80::1%a%b", "fe80::1%a/b", "%eth0", "192.0.2.1%eth0", "somebody@shop.example", "\x00", "1" * 10_000, ":" * 10_000,
]  # fmt: skip


@pytest.mark.parametrize(("address", "kept"), ADDRESSES)
def test_an_address_is_cut_so_that_it_names_no_machine(address: str, kept: str) -> None:
    assert truncated(address) == kept


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_is_null_and_never_the_text(text: str | None) -> None:
    assert truncated(text) is None
