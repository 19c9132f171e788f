"""What differs between the rows a table has and the rows it should have. Frames only; nothing is read or written."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.contracts import HASH, Contract
from dmp_spark.functions.changes import differs
from dmp_spark.functions.frames import FEW, met_by
from dmp_spark.functions.keys import content_hash
from dmp_spark.lakehouse.catalog import has_hash

ACTION = "_action"
INSERT, UPDATE, DELETE = "insert", "update", "delete"


def shaped(rows: DataFrame, contract: Contract) -> DataFrame:
    """The rows in the contract's columns, order and types, with `_content_hash` where the table carries it.

    The cast comes before the hash: the hash of a decimal depends on its declared precision.
    """
    columns = [F.col(c.name).cast(c.type).alias(c.name) for c in contract.columns if not c.generated]
    cast = rows.select(*columns)
    if not has_hash(contract):
        return cast
    return cast.withColumn(HASH, content_hash({c.name: c.type for c in contract.business}))


def partition_value(name: str, contract: Contract) -> Column:
    """The value of a partition column for a row, also where Delta generates it (the contract's own SQL, no user's)."""
    generated = contract.column(name).generated
    return F.expr(generated) if generated else F.col(name)


def differences(new: DataFrame, old: DataFrame, contract: Contract, deletes: bool, number: int | None = None) -> DataFrame:
    """The shaped rows that differ, with `_action` and the old row's partition values as `_old_<column>`.

    A full outer join on the key compares hashes alone; deleted rows carry their key and nulls. Without `deletes`
    rows that only the table has stay untouched, and where `number`, that of the new rows, is known and small, they are met
    where they lie.
    """
    key = list(contract.key)
    previous = old.select(
        *key,
        F.col(HASH).alias("_old_hash"),
        *[F.col(name).alias(f"_old_{name}") for name in contract.partitioned_by],
    )
    if not deletes and number is not None and number <= FEW:
        previous = met_by(previous, new, key)
    current = new.withColumn("_is_new", F.lit(True))
    joined = current.join(previous, on=key, how="full_outer" if deletes else "left_outer")
    action = (
        F.when(F.col("_old_hash").isNull(), F.lit(INSERT))
        .when(F.col("_is_new").isNull(), F.lit(DELETE))
        .when(differs(F.col(HASH), F.col("_old_hash")), F.lit(UPDATE))
    )
    old_values = [F.col(f"_old_{name}") for name in contract.partitioned_by]
    return joined.select(*[F.col(name) for name in new.columns], *old_values, action.alias(ACTION)).where(
        F.col(ACTION).isNotNull()
    )


def unseen(new: DataFrame, old: DataFrame, contract: Contract) -> DataFrame:
    """The rows whose key the table does not have."""
    return new.join(old.select(*contract.key), on=list(contract.key), how="left_anti")
