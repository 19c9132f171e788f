"""Making a table equal to rows: compare first, stage what differs, commit only that."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.contracts import HASH, Changes, Contract
from dmp_spark.lakehouse import catalog, compare
from dmp_spark.lakehouse.compare import ACTION, DELETE, INSERT, UPDATE
from dmp_spark.lakehouse.location import Location
from dmp_spark.lakehouse.scratch import Scratch
from dmp_spark.lakehouse.standing import standing

LARGE = 32 << 20
"""Bytes of a table's files from which rows that go are marked beside them: on small tables it costs more than it saves."""

MARKS = "delta.enableDeletionVectors"


class DuplicateKeyError(Exception):
    """Rows to be written are not unique by the contract's key: our bug, or a source that is not what it says."""


@dataclass(frozen=True)
class Part:
    """A part of a table: rows in `scope`, and those that share all columns of `keys` with one of these; neither: all rows."""

    scope: Column | None = None
    keys: DataFrame | None = None

    @property
    def is_all(self) -> bool:
        """Whether it is the whole table."""
        return self.scope is None and self.keys is None

    def of(self, rows: DataFrame) -> DataFrame:
        """The rows that lie in the part."""
        if self.keys is None:
            return rows if self.scope is None else rows.where(self.scope)
        if self.scope is None:
            return rows.join(self.keys, on=self.keys.columns, how="left_semi").select(*rows.columns)
        named = self.keys.distinct().withColumn("_is_named", F.lit(True))
        joined = rows.join(named, on=self.keys.columns, how="left")
        return joined.where(self.scope | F.col("_is_named").isNotNull()).select(*rows.columns)


EVERYTHING = Part()


def replace(
    location: Location,
    contract: Contract,
    rows: DataFrame,
    scratch: Scratch,
    before_commit: Callable[[], None],
    part: Part = EVERYTHING,
    deletes: bool = True,
    unique: int | None = None,
    number: int | None = None,
) -> Changes:
    """Make the table (or its rows in `part`) equal to `rows`; nothing is committed where nothing differs.

    Rows outside keys are left out of both sides: one that the table has would else count as new, and stand there twice.
    `before_commit` is called when all is staged, and before a table whose first write failed is taken away again. Rows that
    are unique by the key because of how they were made, `unique` in number, are not proven again; `number` is how many rows
    there are, where that is known.
    """
    new = compare.shaped(rows, contract)
    if not catalog.exists(new.sparkSession, location, contract.name):
        return _first(location, contract, new, before_commit, unique)
    if catalog.evolve(new.sparkSession, location, contract, is_whole=part.is_all and deletes):
        return _anew(location, contract, scratch.write(new, contract.name), before_commit, unique)
    if part.keys is not None:
        places = {name: compare.partition_value(name, contract) for name in contract.partitioned_by if name not in new.columns}
        placed = new.withColumns(places) if places else new  # a Connect session refuses to add no column
        new = part.of(placed).select(*new.columns)
    old = part.of(_table(location, contract, rows))
    staged = scratch.write(compare.differences(new, old, contract, deletes, number), contract.name)
    before_commit()
    return _commit(location, contract, staged, is_proven=unique is not None)


def append(
    location: Location, contract: Contract, rows: DataFrame, scratch: Scratch, before_commit: Callable[[], None]
) -> Changes:
    """Insert the rows whose key the table does not have; `before_commit` is called when they are staged."""
    new = compare.shaped(rows, contract)
    if not catalog.exists(new.sparkSession, location, contract.name):
        return _first(location, contract, new, before_commit)
    catalog.evolve(new.sparkSession, location, contract)
    fresh = compare.unseen(new, _table(location, contract, rows), contract)
    staged = scratch.write(fresh, contract.name)
    before_commit()
    return _insert(location, contract, staged)


def _table(location: Location, contract: Contract, rows: DataFrame) -> DataFrame:
    return catalog.rows(rows.sparkSession, location, contract.name)


def _first(
    location: Location, contract: Contract, new: DataFrame, before_commit: Callable[[], None], unique: int | None = None
) -> Changes:
    """The first write goes straight in; where it fails, or its keys turn out not to differ, the table is taken away again."""
    catalog.create(new.sparkSession, location, contract)
    try:
        _write(location, contract, new)
        return Changes(inserted=_proven(_first_rows(location, contract, new), contract) if unique is None else unique)
    except Exception:
        with suppress(Exception):  # what went wrong first is what people need to hear
            before_commit()  # a table in a lakehouse that another run has taken is no longer ours to take away
            catalog.drop(new.sparkSession, location, contract.name)
        raise


def _first_rows(location: Location, contract: Contract, new: DataFrame) -> DataFrame:
    """The keys that a first write left, read from its files where a folder holds them.

    They are all that the folder has, and Delta computes the state of a table before it reads it for the first time: of a
    small table that takes twice as long as the write.
    """
    if location.is_by_name:
        return _table(location, contract, new)
    keys = ", ".join(f"`{name}` {contract.types[name]}" for name in contract.key)
    return new.sparkSession.read.schema(keys).parquet(str(location.path(contract.name)))


def _anew(
    location: Location, contract: Contract, staged: DataFrame, before_commit: Callable[[], None], unique: int | None
) -> Changes:
    """The table made anew of these rows, which are all it will have: no row of another shape is left to compare with."""
    inserted = _proven(staged, contract) if unique is None else unique
    deleted = _table(location, contract, staged).count()
    before_commit()
    catalog.create(staged.sparkSession, location, contract, anew=True)
    _write(location, contract, staged)
    return Changes(inserted=inserted, deleted=deleted)


def _insert(location: Location, contract: Contract, staged: DataFrame) -> Changes:
    inserted = _proven(staged, contract)
    if inserted:
        _write(location, contract, staged)
    return Changes(inserted=inserted)


def _write(location: Location, contract: Contract, rows: DataFrame) -> None:
    rows.write.format("delta").mode("append").saveAsTable(location.sql_name(contract.name))


def _proven(staged: DataFrame, contract: Contract) -> int:
    """The number of rows, after it is proven that their keys differ: MERGE would insert equal new keys in silence."""
    # hashes of the keys are told apart faster than keys; only where two meet, the keys themselves are
    for keys in (F.xxhash64(*contract.key), F.struct(*contract.key)):
        rows, distinct = staged.agg(F.count("*"), F.count_distinct(keys)).first() or (0, 0)
        if rows == distinct:
            return int(rows)
    raise DuplicateKeyError(f"{rows - distinct} rows for {contract.name} share a key ({', '.join(contract.key)}) with another")


def _commit(location: Location, contract: Contract, staged: DataFrame, is_proven: bool) -> Changes:
    """Commit staged differences: an append where all are inserts, else one MERGE."""
    if not (staged.count() if is_proven else _proven(staged, contract)):
        return Changes()
    places = [compare.partition_value(name, contract).alias(f"_new_{name}") for name in contract.partitioned_by]
    olds = [F.col(f"_old_{name}") for name in contract.partitioned_by]
    # bounded: actions times the partitions that changed
    groups = staged.groupBy(ACTION, *places, *olds).agg(F.count("*").alias("rows")).collect()
    count = {action: sum(g["rows"] for g in groups if g[ACTION] == action) for action in (INSERT, UPDATE, DELETE)}
    changes = Changes(inserted=count[INSERT], updated=count[UPDATE], deleted=count[DELETE])
    columns = [c.name for c in contract.columns if not c.generated] + [HASH]
    if not changes.updated and not changes.deleted:
        _write(location, contract, staged.select(*columns))
        return changes
    pruning = [
        _within(name, {g[f"_new_{name}"] for g in groups} | {g[f"_old_{name}"] for g in groups})
        for name in contract.partitioned_by
    ]
    _mark_deletions(location, contract, staged)
    _merge(location, contract, staged, columns, pruning)
    return changes


def _mark_deletions(location: Location, contract: Contract, staged: DataFrame) -> None:
    """Have a large table mark rows that go (Delta's deletion vectors), where MERGE would write their files again whole.

    Said once, since the statement commits even where nothing changes, and not where somebody said otherwise.
    """
    table = standing(location).opened(contract.name)
    if table.size() >= LARGE and table.setting(MARKS) is None:
        marked = f"{catalog.quoted(MARKS)} = 'true'"
        staged.sparkSession.sql(f"ALTER TABLE {location.sql_name(contract.name)} SET TBLPROPERTIES ({marked})")


def _merge(location: Location, contract: Contract, staged: DataFrame, columns: list[str], pruning: Iterable[str]) -> None:
    view = "dmp_staged_" + contract.name.replace(".", "_")
    staged.createOrReplaceTempView(view)
    on = " AND ".join([f"t.`{name}` = s.`{name}`" for name in contract.key] + list(pruning))
    pairs = ", ".join(f"t.`{name}` = s.`{name}`" for name in columns)
    names = ", ".join(f"`{name}`" for name in columns)
    values = ", ".join(f"s.`{name}`" for name in columns)
    staged.sparkSession.sql(
        f"MERGE INTO {location.sql_name(contract.name)} t USING {view} s ON {on}\n"
        f"WHEN MATCHED AND s.{ACTION} = '{DELETE}' THEN DELETE\n"
        f"WHEN MATCHED THEN UPDATE SET {pairs}\n"
        f"WHEN NOT MATCHED AND s.{ACTION} = '{INSERT}' THEN INSERT ({names}) VALUES ({values})"
    )
    staged.sparkSession.catalog.dropTempView(view)


def _within(name: str, values: set[Any]) -> str:
    """The partitions of the old and the new rows as literals: an old row in an unnamed one would be lost in silence."""
    literals = sorted(_literal(value) for value in values if value is not None)
    inside = f"t.`{name}` IN ({', '.join(literals)})" if literals else "false"
    return f"({inside} OR t.`{name}` IS NULL)" if None in values else inside


def _literal(value: date | datetime | bool | str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):  # collected as the session's wall clock, which is UTC
        return f"TIMESTAMP '{value.astimezone(UTC) if value.tzinfo else value}Z'".replace("+00:00", "")
    if isinstance(value, date):
        return f"DATE '{value}'"
    return catalog.quoted(value)
