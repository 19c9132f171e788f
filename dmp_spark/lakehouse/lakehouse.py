"""The tables of one lakehouse, as a stage may see them."""

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from dmp_spark.contracts import Changes, Contract
from dmp_spark.functions.frames import few
from dmp_spark.lakehouse import catalog, changes, fault, write
from dmp_spark.lakehouse.location import Location
from dmp_spark.lakehouse.scratch import Scratch
from dmp_spark.lakehouse.standing import standing


class Lakehouse:
    """Reads and writes tables by their contracts; a stage's own view refuses what the stage did not declare.

    `root` is the folder of the files beside the tables. `before_commit` is called before each commit: it raises where the
    run no longer holds the lakehouse. A table whose first write fails is not there afterwards.
    """

    def __init__(
        self,
        spark: SparkSession,
        location: Location,
        contracts: Mapping[str, Contract],
        run_id: str,
        stage: str,
        reads: Iterable[str],
        writes: Iterable[str],
    ) -> None:
        self.spark = spark
        self.location = location
        self.root = location.root
        self.scratch = Scratch(location.root, run_id, stage)
        self._contracts = contracts
        self._stage = stage
        self._reads, self._writes = tuple(reads), tuple(writes)
        self._commits = 0
        self.before_commit: Callable[[], None] = lambda: None

    def read(self, table: str) -> DataFrame:
        """The table's rows as of now, without `_content_hash`; an empty frame of its columns where it is not made yet."""
        contract = self._allowed(table, self._reads + self._writes)
        if not catalog.exists(self.spark, self.location, table):
            return few(self.spark, (), contract.types)
        rows = catalog.rows(self.spark, self.location, table)
        have = set(rows.columns)  # a column that the table gets with its next write is null until then
        return rows.select(*[c.name if c.name in have else F.lit(None).cast(c.type).alias(c.name) for c in contract.columns])

    def exists(self, table: str) -> bool:
        """Whether the table has been made."""
        self._allowed(table, self._reads + self._writes)
        return catalog.exists(self.spark, self.location, table)

    def changes(self, table: str, after: int, until: int) -> DataFrame | None:
        """The rows that changed after version `after` up to `until`, as they were and as they are; None where none did.

        The range must be whole (`Standing.is_whole`).
        """
        self._allowed(table, self._reads + self._writes)
        if standing(self.location).is_empty(table, after, until):
            return None
        return changes.feed(self.spark, self.location, table, after, until)

    def replace(
        self,
        table: str,
        rows: DataFrame,
        scope: Column | None = None,
        keys: DataFrame | None = None,
        unique: int | None = None,
    ) -> Changes:
        """Make the table, or its rows in `scope` and those that share all columns of `keys` with one of these, equal to `rows`.

        Only differences are committed. With `keys`, rows outside are passed over: they are said to stand already.
        `unique` is the number of rows that come out of an aggregation by the key: proving that again would take as long.
        """
        contract = self._allowed(table, self._writes)
        self._before()
        part = write.Part(scope, keys)
        return self._after(write.replace(self.location, contract, rows, self.scratch, self.before_commit, part, unique=unique))

    def upsert(self, table: str, rows: DataFrame, number: int | None = None) -> Changes:
        """Insert or update `rows` by key where they differ; rows that only the table has stay.

        `number` is how many rows there are, where that is known: few are compared without moving the table's.
        """
        contract = self._allowed(table, self._writes)
        self._before()
        changes = write.replace(self.location, contract, rows, self.scratch, self.before_commit, deletes=False, number=number)
        return self._after(changes)

    def append(self, table: str, rows: DataFrame) -> Changes:
        """Insert the rows whose key is new: the write of a ledger."""
        contract = self._allowed(table, self._writes)
        self._before()
        return self._after(write.append(self.location, contract, rows, self.scratch, self.before_commit))

    def fault(self, point: str) -> None:
        """Reach a named point of this stage at which a test may kill the run."""
        fault.reach(self._stage, point)

    def _before(self) -> None:
        if not self._commits:
            self.fault("before_write")
        self.before_commit()

    def _after(self, changes: Changes) -> Changes:
        self._commits += 1
        fault.reach(self._stage, "after_commit", self._commits)
        return changes

    def _allowed(self, table: str, names: tuple[str, ...]) -> Contract:
        if not any(fnmatchcase(table, name) for name in names):
            raise PermissionError(f"the stage {self._stage} did not declare {table}: add it to READS or WRITES in its tables.py")
        return self._contracts[table]
