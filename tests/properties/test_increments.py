"""Law 1 through real tables: deliveries day by day, each run going on from the last, leave nothing for a full run to write.

Law 2 beside it: a run that dies between two tables of a stage is made good by the next.
"""

from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from dmp_spark import pipeline, registry
from dmp_spark.lakehouse import fault, session
from dmp_spark.lakehouse.lakehouse import Lakehouse
from dmp_spark.operations import plan
from dmp_spark.operations.ledger import Ledger
from dmp_spark.operations.progress import Progress
from dmp_spark.operations.steps import steps_of
from dmp_spark.pipeline import Options, Outcome
from tests.properties.test_laws import FEATURES, INGEST, PROJECT, Record, write

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
        texts |= {"models": MODELS, "segments": SEGMENTS}
        self.write(**texts)

    def write(self, **texts: str) -> None:
        """Files of the project by stage; then all of it is read."""
        for name, text in texts.items():
            (self.folder / f"{name}.yml").write_text(text, encoding="utf-8")
        self.project, self.resolution = registry.resolved(self.folder)
        self.root = self.project.lakehouse
        self.every_step = steps_of(self.resolution)
        self.steps = tuple(step for step in self.every_step if step.name != "models")  # nobody learns from a dozen orders

    def deliver(self, name: str, *records: tuple[str, str, datetime, datetime, float]) -> None:
        given: list[Record] = list(records)
        write(self.folder / "data" / "orders", f"{name}.parquet", given)

    def clock(self) -> datetime:
        return datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=self.runs)

    def run(self, as_of: datetime, full: bool = False) -> Outcome:
        self.runs += 1
        options = Options(as_of, f"run-{self.runs}", self.clock, "America/New_York", full)
        progress = Progress(StringIO())
        opener = pipeline.lakehouse_opener(self.root, self.resolution.contracts, options.run_id, progress)
        return pipeline.run(self.steps, self.every_step, self.root, options, opener, progress)

    def lakehouse(self) -> Lakehouse:
        return Lakehouse(session.start(), self.root, self.resolution.contracts, "look", "look", ("*",), ())

    def how(self, as_of: datetime) -> dict[str, str]:
        """Stage → whether a run would judge affected keys or all."""
        return {one.stage: one.how for one in plan.plan(self.steps, self.root, as_of, "UTC") if one.runs}


def written(outcome: Outcome) -> dict[str, int]:
    assert outcome.exit_code == 0, outcome.results
    return {result.stage: result.rows_written for result in outcome.results}


@pytest.fixture
def shop(spark: SparkSession, tmp_path: Path) -> Shop:
    """A shop with two customers on its first day."""
    found = Shop(tmp_path)
    may = DAY - timedelta(days=20)
    found.deliver("first", ("a", "1", may, may, 1.5), ("b", "2", DAY - timedelta(days=1), DAY - timedelta(days=1), 4.0))
    assert written(found.run(DAY))["features"] > 0
    return found


@pytest.mark.slow(reason="five runs of five stages through Delta")
def test_day_by_day_leaves_nothing_for_a_full_run_to_write(shop: Shop) -> None:
    tomorrow = DAY + timedelta(days=1)
    late, noon = DAY - timedelta(days=45), DAY + timedelta(hours=12)
    shop.deliver("second", ("b", "3", late, late, 2.0), ("c", "4", noon, noon, 0.1))
    assert shop.how(tomorrow)["features"] == "affected keys, and everybody at 2017-06-11"
    first = written(shop.run(tomorrow))
    assert first["features"] > 2  # a new moment of three people, and b's old ones
    assert set(written(shop.run(tomorrow, full=True)).values()) == {0}

    shop.deliver("third", ("a", "1", DAY - timedelta(days=20), DAY - timedelta(days=21), 9.0))  # known earlier, so it wins
    assert shop.how(tomorrow)["profiles"] == "affected keys only"
    again = written(shop.run(tomorrow))
    assert again["profiles"] == 1
    assert again["segments"] == 1
    assert set(written(shop.run(tomorrow, full=True)).values()) == {0}


class Died(BaseException):
    """A run that is killed: nothing catches it."""


@pytest.mark.slow(reason="four runs of five stages through Delta")
def test_a_run_that_dies_between_two_tables_of_a_stage_is_made_good_by_the_next(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = DAY + timedelta(days=1, hours=12)
    shop.deliver("second", ("b", "3", DAY - timedelta(days=45), DAY - timedelta(days=45), 2.0), ("c", "4", noon, noon, 0.1))
    shop.write(segments=SEGMENTS.replace(">= 3", ">= 0.1"))  # a and c enter by another definition

    for stage in ("features", "segments"):
        with monkeypatch.context() as patched:
            patched.setattr(fault, "reach", partial(dies, stage))
            with pytest.raises(Died):
                shop.run(noon)
        assert Ledger(shop.root).last_done(stage).as_of == DAY
    assert shop.how(noon)["segments"] == "all: spec changed"
    lakehouse = shop.lakehouse()
    definitions = {row["version"] for row in lakehouse.read("gold.segments").collect()}
    assert {row["version"] for row in lakehouse.read("gold.segment_membership").collect()} <= definitions

    assert written(shop.run(noon))["segments"] > 0
    assert set(written(shop.run(noon, full=True)).values()) == {0}


def dies(at: str, stage: str, point: str, number: int = 1) -> None:
    """The run dies once the first table of this stage stands."""
    if (stage, point, number) == (at, "after_commit", 1):
        raise Died
