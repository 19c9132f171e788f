"""What is done to addresses last, when all that is derived from them is derived: they are cut."""

from collections.abc import Callable

from pyspark.sql import Column
from pyspark.sql import functions as F

OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
V4 = rf"^[ \t]*((?:{OCTET}\.){{3}}){OCTET}[ \t]*\z"  # group 1: three octets with their points
V4_TAIL = rf":((?:{OCTET}\.){{3}}{OCTET})\z"
V6_SIGNS = r"^[ \t]*([0-9A-Fa-f:.]{2,45})(?:%[^%/]*[^%/ \t])?[ \t]*\z"  # what stands behind % is a zone
GROUPS = r"[0-9a-f]{1,4}(?::[0-9a-f]{1,4})"
WHOLE = rf"^{GROUPS}{{7}}\z"
WITH_GAP = rf"^(?:{GROUPS}{{0,6}})?::(?:{GROUPS}{{0,6}})?\z"


def truncated_ip(address: Column) -> Column:
    """The address as text without its last octet (IPv4) or last 80 bits (IPv6); null where it is null or no address.

    An IPv4 address written as an IPv6 one is cut as IPv4. Without Python, row by row the same as `ip.truncated`.
    192.0.2.77 becomes 192.0.2.0, and 2001:db8:0:77::1 becomes 2001:db8::
    """
    v4 = F.regexp_extract(address, V4, 1)
    return F.when(v4 != "", F.concat(v4, F.lit("0"))).when(address.contains(":"), _cut_6(address))


def _cut_6(address: Column) -> Column:
    signs = F.lower(F.regexp_extract(address, V6_SIGNS, 1))
    return _with(signs, lambda text: _with(_without_points(text), lambda plain: _with(_groups(plain), _first_three)))


def _with(value: Column, then: Callable[[Column], Column]) -> Column:
    """`then(value)`, with the value computed once however often `then` uses it."""
    return F.get(F.transform(F.array(value), then), F.lit(0))


def _without_points(text: Column) -> Column:
    """An address that ends as IPv4 does, with that end as two groups of hex digits; another one as it is."""

    def hexed(tail: Column) -> Column:
        octets = [F.split_part(tail, F.lit("."), F.lit(number)).cast("int") for number in (1, 2, 3, 4)]
        high, low = (F.lower(F.hex(octets[first] * 256 + octets[first + 1])) for first in (0, 2))
        return F.concat(F.left(text, F.length(text) - F.length(tail)), high, F.lit(":"), low)

    return _with(F.regexp_extract(text, V4_TAIL, 1), lambda tail: F.when(tail == "", text).otherwise(hexed(tail)))


def _groups(text: Column) -> Column:
    """The eight groups of an IPv6 address as array<int>; null where it is none."""

    def numbers(groups: Column) -> Column:
        return F.transform(groups, lambda group: F.conv(group, 16, 10).cast("int"))

    def listed(half: Column) -> Column:
        return F.when(half == "", F.array().cast("array<string>")).otherwise(F.split(half, ":"))

    left, right = listed(F.substring_index(text, "::", 1)), listed(F.substring_index(text, "::", -1))
    missing = 8 - F.size(left) - F.size(right)
    filled = F.concat(left, F.array_repeat(F.lit("0"), missing), right)
    return F.when(text.rlike(WHOLE), numbers(F.split(text, ":"))).when(text.rlike(WITH_GAP) & (missing > 0), numbers(filled))


def _first_three(groups: Column) -> Column:
    """The first three groups in short form; of an IPv4 address, the text of its first three octets and a zero."""
    first, second, third = (F.get(groups, F.lit(number)) for number in range(3))
    high, low = F.get(groups, F.lit(6)), F.get(groups, F.lit(7))
    is_v4 = (F.get(groups, F.lit(5)) == 0xFFFF) & (F.array_max(F.slice(groups, 1, 5)) == 0)
    octets = [F.shiftright(high, 8), high.bitwiseAND(F.lit(255)), F.shiftright(low, 8)]
    v4 = F.concat_ws(".", *[octet.cast("string") for octet in octets], F.lit("0"))
    written = [F.lower(F.hex(group)) for group in (first, second, third)]
    v6 = (
        F.when(third != 0, F.concat(F.concat_ws(":", *written), F.lit("::")))
        .when(second != 0, F.concat(F.concat_ws(":", *written[:2]), F.lit("::")))
        .when(first != 0, F.concat(written[0], F.lit("::")))
        .otherwise("::")
    )
    return F.when(is_v4, v4).when(groups.isNotNull(), v6)
