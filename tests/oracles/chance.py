"""Chance in plain Python: XXH64 over 8-byte numbers, as https://github.com/Cyan4973/xxHash specifies it, chained as Spark does."""

import hashlib
import math
import struct

P1, P2, P3, P4, P5 = (
    11400714785074694791,
    14029467366897019727,
    1609587929392839161,
    9650029242287828579,
    2870177450012600261,
)
ALL = (1 << 64) - 1


def xxh64(number: int, seed: int) -> int:
    """XXH64 of the eight bytes of a signed number, little-endian, as an unsigned number."""
    (word,) = struct.unpack("<Q", struct.pack("<q", number))
    hashed = (seed + P5 + 8) & ALL
    hashed ^= (_turned((word * P2) & ALL, 31) * P1) & ALL
    hashed = (_turned(hashed, 27) * P1 + P4) & ALL
    hashed = ((hashed ^ (hashed >> 33)) * P2) & ALL
    hashed = ((hashed ^ (hashed >> 29)) * P3) & ALL
    return hashed ^ (hashed >> 32)


def bits(seed: int, name: str, *keys: int) -> int:
    """64 bits: the hash of the draw's salt and the keys, each hashed with the hash before as its seed, the first with 42."""
    (salt,) = struct.unpack(">q", hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8])
    hashed = 42
    for number in (salt, *keys):
        hashed = xxh64(number, hashed)
    return hashed


def uniform(seed: int, name: str, *keys: int) -> float:
    """The middle of one of 2^52 equal parts of (0, 1), that which the first 52 bits name."""
    return ((bits(seed, name, *keys) >> 12) + 0.5) / (1 << 52)


def normal(chance: float) -> float:
    """The quantile of the standard normal distribution, by halving; to nine digits."""
    low, high = -9.0, 9.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if 0.5 * math.erfc(-middle / math.sqrt(2)) < chance else (low, middle)
    return (low + high) / 2


def _turned(word: int, places: int) -> int:
    return ((word << places) | (word >> (64 - places))) & ALL
