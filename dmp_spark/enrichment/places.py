"""Where an IP address is, coarsely, by a MaxMind file. No pyspark here: workers import this."""

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from dmp_spark.enrichment.ip import address_of
from dmp_spark.enrichment.libraries import refuse_missing
from dmp_spark.errors import StageError

LANGUAGE = "en"


class Place(NamedTuple):
    """Where an address is (docs/reference/enrichment.md); null where it is not known."""

    country: str | None = None
    region: str | None = None
    city: str | None = None


class DatabaseError(StageError):
    """A file that cannot be used as a MaxMind database of places, in a sentence."""


def place_of(text: str | None, database: str, with_city: bool = False) -> Place:
    """The place of an IP address as `database` (a path) has it; all null where it is no address, private or not in it.

    `city` only where it is asked for: of few people, with a time, it says who they are.
    """
    address = address_of(text)
    if address is None or not address.is_global:
        return Place()
    try:
        found = opened(database).get(address)
    except ValueError:  # an IPv6 address, and a database of IPv4
        return Place()
    except RuntimeError:  # what maxminddb's InvalidDatabaseError is
        raise DatabaseError(f"the MaxMind database at {database} is damaged") from None
    if not isinstance(found, dict):
        return Place()
    country = found.get("country", {}).get("iso_code")
    divisions = found.get("subdivisions") or [{}]  # from the largest to the smallest
    division = divisions[0].get("iso_code")
    city = found.get("city", {}).get("names", {}).get(LANGUAGE) if with_city else None
    return Place(country, f"{country}-{division}" if country and division else None, city)


def build_of(database: str) -> str:
    """Which database a file is: its type and the second in which it was built, `GeoLite2-City 1716288000`.

    DatabaseError where it is none of places.
    """
    said = opened(database).metadata()
    kind = said.database_type
    if not any(word in kind for word in ("City", "Country", "Enterprise")):
        raise DatabaseError(f"{Path(database).name} is a database of {kind}, and one of cities or countries is needed")
    return f"{kind} {said.build_epoch}"


@lru_cache(maxsize=4)
def opened(database: str) -> Any:
    """The reader of a database, opened once a process (mapped into memory, so that processes of one machine share it)."""
    refuse_missing("ip")
    import maxminddb

    try:
        return maxminddb.open_database(database)
    except FileNotFoundError:
        raise DatabaseError(f"there is no MaxMind database at {database}; on a cluster each worker must see it there") from None
    except OSError:
        raise DatabaseError(f"the MaxMind database at {database} cannot be read") from None
    except (maxminddb.InvalidDatabaseError, ValueError):
        raise DatabaseError(f"{database} is no MaxMind database (.mmdb)") from None
