"""Law 1 through real tables: deliveries day by day, each run going on from the last, leave nothing for a full run to write.

Law 2 beside it: a run that dies between a history and the table before it is made good by the next.
"""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from dmp_spark import pipeline, registry
from dmp_spark.lakehouse import fault, session
from dmp_spark.lakehouse.lakehouse import Lakehouse
from dmp_spark.lakehouse.standing import standing
from dmp_spark.operations import plan
from dmp_spark.operations.progress import Progress
from dmp_spark.operations.steps import chosen, steps_of
from dmp_spark.pipeline import Options, Outcome
from tests.properties.test_laws import INGEST, PROJECT, SESSIONS, Record, write

FEATURES = """
moments: {every: 1 month, from: 2017-06-01, until: 2017-07-01, also: [as_of]}
measures:
  spend: {of: purchase, take: sum(value), over: [30 days, ever]}
  orders: {of: purchase, take: count(distinct order_id), over: [ever]}
"""
PROFILES = "traits: {spend: spend_ever, orders: orders_ever}\n"
MODELS = """
tasks:
  quiet: {kind: classification, rule: feature.orders_ever, label: {of: purchase, take: count(*) = 0, ahead: 10 days}}
"""
SEGMENTS = """
segments:
  rich: {where: profile.spend >= 3}
  recent: {where: feature.spend_30d > 0}
"""
DAY = datetime(2017, 6, 10, 4, tzinfo=UTC)  # midnight in New York


class Shop:
    """A project in a folder whose runs go through the pipeline, in this process."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.runs = folder, 0
        texts = {"project": PROJECT, "ingest": INGEST, "features": FEATURES, "profiles": PROFILES}
        texts |= {"models": MODELS, "segments": SEGMENTS, "sessions": SESSIONS}
        self.write(**texts)

    def write(self, **texts: str) -> None:
        """Files of the project by stage; then all of it is read."""
        for name, text in texts.items():
            (self.folder / f"{name}.yml").write_text(text, encoding="utf-8")
        self.project, self.resolution = registry.resolved(self.folder)
        self.location = self.project.lakehouse
        self.every_step = steps_of(self.resolution)
        self.steps = tuple(step for step in self.every_step if step.name != "models")  # nobody learns from a dozen orders

    def deliver(self, name: str, *records: tuple[str, str, datetime, datetime, float]) -> None:
        given: list[Record] = list(records)
        write(self.folder / "data" / "orders", f"{name}.parquet", given)

    def clock(self) -> datetime:
        return datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=self.runs)

    def run(self, as_of: datetime, full: bool = False, stages: tuple[str, ...] = ()) -> Outcome:
        self.runs += 1
        steps = chosen(self.steps, stages, None, None)
        options = Options(as_of, f"run-{self.runs}", self.clock, "America/New_York", full)
        progress = Progress(StringIO())
        opener = pipeline.lakehouse_opener(self.location, self.resolution.contracts, options.run_id, progress)
        return pipeline.run(steps, self.every_step, self.location, options, opener, progress)

    def lakehouse(self) -> Lakehouse:
        return Lakehouse(session.start(), self.location, self.resolution.contracts, "look", "look", ("*",), ())

    def how(self, as_of: datetime) -> dict[str, str]:
        """Stage → whether a run would judge affected keys or all."""
        return {one.stage: one.how for one in plan.plan(self.steps, self.location, as_of, as_of, "UTC") if one.runs}

    def standing(self) -> dict[str, int]:
        """The versions of silver and gold, whose laws these are."""
        tables = standing(self.location)
        return tables.versions(table for table in tables.names() if table.startswith(("silver.", "gold.")))


def written(outcome: Outcome) -> dict[str, int]:
    assert outcome.exit_code == 0, outcome.results
    return {result.stage: result.rows_written for result in outcome.results}


class Died(BaseException):
    """A run that is killed: nothing catches it."""


def dies(stage: str, point: str, number: int = 1) -> None:
    """The run dies once the first table of segments stands."""
    if (stage, point, number) == ("segments", "after_commit", 1):
        raise Died


@pytest.mark.slow(reason="six runs through Delta, of which the last are of one stage")
def test_day_by_day_and_after_a_death_a_full_run_has_nothing_to_write(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(tmp_path)
    yesterday, early, tomorrow = DAY - timedelta(days=1), DAY - timedelta(days=20), DAY + timedelta(days=1)
    shop.deliver("first", ("a", "1", early, early, 1.5), ("b", "2", yesterday, yesterday, 4.0))
    written(shop.run(DAY))

    late, noon = DAY - timedelta(days=45), DAY + timedelta(hours=12)
    shop.deliver("second", ("b", "3", late, late, 2.0), ("c", "4", noon, noon, 0.1))
    assert shop.how(tomorrow)["features"] == "affected keys, and everybody at 2017-06-11"
    assert written(shop.run(tomorrow))["features"] > 2  # a new moment of three people, and b's old ones

    shop.deliver("third", ("a", "1", early, early - timedelta(days=1), 9.0))  # known earlier, so it is the one that counts
    assert shop.how(tomorrow)["profiles"] == "affected keys only"
    corrected = written(shop.run(tomorrow))
    assert (corrected["profiles"], corrected["segments"]) == (1, 1)
    before = shop.standing()
    written(shop.run(tomorrow, full=True))
    assert shop.standing() == before

    shop.write(segments=SEGMENTS.replace(">= 3", ">= 0.1"))  # c enters, by another definition
    with monkeypatch.context() as patched:
        patched.setattr(fault, "reach", dies)
        with pytest.raises(Died):
            shop.run(tomorrow, stages=("segments",))
    lakehouse = shop.lakehouse()
    definitions = {row["version"] for row in lakehouse.read("gold.segments").collect()}
    assert {row["version"] for row in lakehouse.read("gold.segment_membership").collect()} <= definitions
    # c enters; the stay of a, which began at this as_of, is taken back and begins by the definition in force
    assert written(shop.run(tomorrow, stages=("segments",)))["segments"] == 2
    before = shop.standing()
    written(shop.run(tomorrow, full=True, stages=("segments",)))
    assert shop.standing() == before
