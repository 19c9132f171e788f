"""The row by which one run holds a lakehouse: whoever commits it first has it, because Delta refuses the second commit.

No pyspark at module level: the rules of the lock are tried without Spark.
"""

from dataclasses import astuple, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from dmp_spark.contracts import Contract
from dmp_spark.functions.instants import instant_of
from dmp_spark.lakehouse.location import Location

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CONFLICTS = ("DELTA_CONCURRENT", "DELTA_PROTOCOL_CHANGED", "DELTA_METADATA_CHANGED")
"""How Delta's errors begin where another commit came first (the latter two: the first of a new table)."""


@dataclass(frozen=True)
class Holder:
    """Who holds the lakehouse, since when, and until when unless it says so again."""

    run_id: str
    owner: str
    taken_at: datetime
    expires_at: datetime


class LockTable:
    """The one row of the contract's table, read and committed through Spark."""

    def __init__(self, spark: "SparkSession", location: Location, contract: Contract) -> None:
        self._spark, self._location, self._contract = spark, location, contract

    def holder(self) -> Holder | None:
        """Who holds the lakehouse or held it last; None before the first."""
        from dmp_spark.lakehouse import catalog

        if not catalog.exists(self._spark, self._location, self._contract.name):
            return None
        rows = catalog.rows(self._spark, self._location, self._contract.name)
        found = rows.selectExpr("run_id", "owner", "unix_micros(taken_at)", "unix_micros(expires_at)").collect()  # one row
        return Holder(found[0][0], found[0][1], instant_of(found[0][2]), instant_of(found[0][3])) if found else None

    def take(self, new: Holder) -> None:
        """Commit a holder where nobody holds the lakehouse when it begins; else, or where another was faster, nothing."""
        from dmp_spark.lakehouse import catalog

        try:
            if not catalog.exists(self._spark, self._location, self._contract.name):
                catalog.create(self._spark, self._location, self._contract)
            self._merge(new, "t.expires_at <= s.taken_at", "WHEN NOT MATCHED THEN INSERT *")
        except Exception as error:
            if not _lost_to_another(error):
                raise

    def keep(self, new: Holder) -> None:
        """Commit another expiry of a run that holds the lakehouse; nothing where it does not, or while another takes it."""
        try:
            self._merge(new, "t.run_id = s.run_id")
        except Exception as error:
            if not _lost_to_another(error):
                raise

    def _merge(self, new: Holder, condition: str, otherwise: str = "") -> None:
        from dmp_spark.functions.frames import few
        from dmp_spark.lakehouse.compare import shaped

        (key,) = self._contract.key
        row = shaped(few(self._spark, [("lakehouse", *astuple(new))], self._contract.types), self._contract)
        self._spark.sql(
            f"MERGE INTO {self._location.sql_name(self._contract.name)} t USING {{row}} s ON t.{key} = s.{key}\n"
            f"WHEN MATCHED AND {condition} THEN UPDATE SET *\n{otherwise}",
            row=row,
        )


def _lost_to_another(error: Exception) -> bool:
    """By its text: in Python these errors have a class of their own or not, as the session and the commit have it."""
    return any(name in str(error) for name in CONFLICTS)
