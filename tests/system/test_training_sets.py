"""The rows that a model learned from are drawn again, whatever came since."""

import json

import pytest
from deltalake import DeltaTable
from pyspark.sql import functions as F

from tests.system.commands import dmp, replace_in
from tests.system.conftest import Finished

pytestmark = pytest.mark.long  # the small project must have been run to its end


def test_a_training_set_is_the_same_after_late_data_and_a_vacuum_and_refused_after_a_changed_measure(
    going_on: Finished,
    spark: "SparkSession",  # noqa: F821
) -> None:
    project = ("-p", str(going_on.project), "--format", "json")
    listed = json.loads(dmp("features", "training-sets", *project).shown)
    (wanted,) = [row["training_set"] for row in listed if row["task"] == "goes_quiet"]
    events = going_on.lakehouse / "silver" / "events"
    _append_late(spark, str(events))
    DeltaTable(str(events)).vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    rebuilt = dmp("features", "rebuild", "--training-set", wanted, *project)
    assert rebuilt.code == 0, rebuilt.everything
    (row,) = json.loads(rebuilt.shown)
    assert (row["equal"], row["content_hash"]) == (True, row["kept_hash"])
    replace_in(going_on.project / "features.yml", "take: count(distinct attributes.store_id)", "take: count(distinct order_id)")
    refused = dmp("features", "rebuild", "--training-set", wanted, *project, watched=True)
    assert refused.code == 2, refused.everything
    assert "features.measures.stores" in refused.said
    assert "pyspark imported: False" in refused.said


def _append_late(spark: "SparkSession", events: str) -> None:  # noqa: F821
    """A purchase of May 2017 for each of a hundred, known in March 2018 only."""
    rows = spark.read.format("delta").load(events).where(F.col("event_type") == "purchase").orderBy("event_id").limit(100)
    late = rows.withColumns(
        {
            "event_id": F.concat(F.lit("late-"), F.col("event_id")),
            "event_time": F.lit("2017-05-05 12:00:00").cast("timestamp"),
            "event_date": F.lit("2017-05-05").cast("date"),
            "known_time": F.lit("2018-03-01 12:00:00").cast("timestamp"),
        }
    ).drop("event_month")
    late.write.format("delta").mode("append").save(events)
