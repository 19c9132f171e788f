"""Law 5 on the small project: what came after a moment changes nothing that was said or learned at that moment.

`pytest tests/system/test_no_peeking.py --seed N`: N draws the moment and the scrambling.
"""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from tests.acceptance.tables import rows_of
from tests.system.commands import SMALL, dmp, replace_in
from tests.system.deliveries import read, write

ZONE = ZoneInfo("America/New_York")
TEST_MOMENTS = (date(2017, 10, 1), date(2017, 11, 1), date(2017, 12, 1))
HORIZON_DAYS = 30


@dataclass(frozen=True)
class Drawn:
    """What the seed says: the fold's test moment, the instant after which nothing may matter, and chance itself."""

    seed: int
    test: date
    cut: datetime

    @property
    def chance(self) -> np.random.Generator:
        """The same numbers each time it is asked for."""
        return np.random.default_rng(self.seed)


@pytest.fixture(scope="module")
def drawn(request: pytest.FixtureRequest) -> Drawn:
    """The moment of this run, printed so that it can be drawn again."""
    seed = request.config.getoption("--seed") or 1
    chance = random.Random(seed)
    test = chance.choice(TEST_MOMENTS)
    cut = datetime.combine(test, datetime.min.time(), ZONE) + timedelta(minutes=chance.randrange(25 * 24 * 60))
    print(f"\nseed {seed}: the fold tested at {test}, sources cut at {cut}")
    return Drawn(seed, test, cut)


Deliver = Callable[[str, np.ndarray, pa.Table], pa.Table]
"""A source's name, which of its rows were known by the cut, its rows → the rows to deliver."""


@pytest.fixture(scope="module")
def lakehouse_of(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A function that runs the small project until features on changed sources; the lakehouse of equal words once."""
    made: dict[str, Path] = {}

    def lakehouse(name: str, deliver: Deliver, *words: str) -> Path:
        if name not in made:
            project = tmp_path_factory.mktemp(name) / "small"
            shutil.copytree(SMALL, project, ignore=shutil.ignore_patterns("lakehouse"))
            for source, known in known_times(project / "data").items():
                file = project / "data" / f"{source}.parquet"
                write(deliver(source, known <= np.datetime64(drawn.cut.astimezone(UTC).replace(tzinfo=None)), read(file)), file)
            ended = dmp("run", "-p", str(project), "--until", "features", *words)
            assert ended.code == 0, ended.everything
            made[name] = project / "lakehouse"
        return made[name]

    return lakehouse


def known_times(data: Path) -> dict[str, np.ndarray]:
    """Source → when each row was known (UTC): a purchase at its instant, what is dated by day at the end of the local day."""
    days = {row["campaign_id"]: row["start_date"] for row in read(data / "campaign_descriptions.parquet").to_pylist()}
    purchases = [row["transaction_timestamp"] for row in read(data / "transactions.parquet").to_pylist()]
    mailed = [_day_ends(days[row["campaign_id"]]) for row in read(data / "campaigns.parquet").to_pylist()]
    redeemed = [_day_ends(row["redemption_date"]) for row in read(data / "coupon_redemptions.parquet").to_pylist()]
    found = {"transactions": purchases, "campaigns": mailed, "coupon_redemptions": redeemed}
    return {source: np.array(times, dtype="datetime64[us]") for source, times in found.items()}


def _day_ends(day: datetime) -> datetime:
    return datetime.combine(day.date() + timedelta(days=1), datetime.min.time(), ZONE).astimezone(UTC).replace(tzinfo=None)


def as_they_are(source: str, known: np.ndarray, rows: pa.Table) -> pa.Table:
    return rows


def cut_off(source: str, known: np.ndarray, rows: pa.Table) -> pa.Table:
    return rows.filter(pa.array(known))


def scrambled(chance: np.random.Generator, after: bool) -> Deliver:
    """Households drawn again among the rows of one side of the cut, money multiplied by .1 to 10."""

    def deliver(source: str, known: np.ndarray, rows: pa.Table) -> pa.Table:
        chosen = ~known if after else known
        households = rows["household_id"].to_numpy().copy()
        households[chosen] = chance.permutation(households[chosen])
        changed = _with(rows, "household_id", households)
        if source != "transactions":
            return _unique(changed)
        factors = np.where(chosen, 10.0 ** chance.uniform(-1, 1, len(chosen)), 1.0)
        return _with(changed, "sales_value", np.round(rows["sales_value"].to_numpy() * factors, 2))

    return deliver


def _unique(rows: pa.Table) -> pa.Table:
    return duckdb.sql("select distinct * from rows").to_arrow_table().cast(rows.schema)


def _with(rows: pa.Table, column: str, values: np.ndarray) -> pa.Table:
    place = rows.schema.get_field_index(column)
    return rows.set_column(place, rows.schema.field(place), pa.array(values, rows.schema.field(place).type))


def features(lakehouse: Path, until: datetime, table: str = "features") -> list[dict[str, object]]:
    """The rows of gold.features (or labels ripe) at monthly moments until then, in order."""
    rows = rows_of(lakehouse / "gold" / table).to_pylist()
    monthly = [row for row in rows if row["as_of"].astimezone(ZONE).day == 1 and row["as_of"] <= until]
    return sorted(monthly, key=lambda row: (row["as_of"], row["person_id"], str(row.get("task"))))


@pytest.mark.long  # three or four runs of the small project, half a minute each
def test_features_are_the_same_where_sources_end_at_a_later_moment(drawn: Drawn, lakehouse_of: Callable[..., Path]) -> None:
    whole = features(lakehouse_of("whole", as_they_are), drawn.cut)
    cut = features(lakehouse_of("cut", cut_off, "--as-of", drawn.cut.isoformat()), drawn.cut)
    assert len({row["as_of"] for row in whole}) >= 7
    assert cut == whole


@pytest.mark.long  # three runs of the small project
def test_what_a_fold_learned_does_not_know_what_came_after(
    drawn: Drawn,
    lakehouse_of: Callable[..., Path],
    spark: "SparkSession",  # noqa: F821
) -> None:
    plain = lakehouse_of("whole", as_they_are)
    after = lakehouse_of("after", scrambled(drawn.chance, after=True))
    before = lakehouse_of("before", scrambled(drawn.chance, after=False))
    assert features(after, drawn.cut) == features(plain, drawn.cut)
    assert features(before, drawn.cut) != features(plain, drawn.cut)
    later = drawn.cut + timedelta(days=40)
    if later < datetime(2018, 1, 1, tzinfo=ZONE):
        assert features(after, later) != features(plain, later)
    learned = fitted(spark, plain, drawn.test)
    assert fitted(spark, after, drawn.test) == learned
    assert fitted(spark, before, drawn.test) != learned


def fitted(spark: "SparkSession", lakehouse: Path, test: date) -> list[dict[str, object]]:  # noqa: F821
    """What the preparation of the fold tested then learned, stage by stage: medians and bounds, means, IDF, columns."""
    from dmp_spark import registry
    from dmp_spark.functions.clock import midnight
    from dmp_spark.models.fit_preparation import fit_preparation
    from dmp_spark.models.folds import trained_by
    from dmp_spark.models.training import at_moments, laid_out, task_rows, with_inputs_hash

    spec = registry.resolved(SMALL)[1].specs["models"]
    features, labels = (spark.read.format("delta").load(str(lakehouse / "gold" / name)) for name in ("features", "labels"))
    (task,) = [task for task in spec.tasks if task.name == "goes_quiet"]
    rows = task_rows(with_inputs_hash(features, spec, task), labels, spec, task, midnight(date(2018, 1, 1), spec.zone))
    moments = trained_by([date(2017, month, 1) for month in range(4, 13)], HORIZON_DAYS, test)
    preparation, _ = fit_preparation(laid_out(at_moments(rows, moments), 1), spec, task, lambda rows, name: rows)
    return [_learned(stage) for stage in preparation.stages]


def _learned(stage: object) -> dict[str, object]:
    names = ("mean", "std", "idf", "docFreq", "selectedFeatures")
    said = {name: str(getattr(stage, name)) for name in names if hasattr(stage, name)}
    params = {
        param.name: value for param, value in stage.extractParamMap().items() if param.name not in ("inputCol", "outputCol")
    }  # type: ignore[attr-defined]
    return {"kind": type(stage).__name__, **said, **{name: str(value) for name, value in params.items()}}


LEAKS = {
    "a measure that looks ahead": (
        "features.yml",
        "spend:               {of: purchase, take: sum(value), unit: USD, over: [7 days, 30 days, 90 days, ever]}",
        "spend: {of: purchase, take: sum(value), unit: USD, ahead: 30 days}",
        "a feature looks back; labels look ahead",
    ),
    "a label inside the features' windows": (
        "models.yml",
        "{of: purchase, take: count(*) = 0, ahead: 30 days}",
        "{of: purchase, take: count(*) = 0, over: [30 days]}",
        "a label looks ahead",
    ),
    "a clock of the run": (
        "features.yml",
        "take: count(distinct attributes.store_id)",
        "where: event_time < current_timestamp(), take: count(distinct attributes.store_id)",
        "an expression knows no clock",
    ),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_leak_is_refused(leak: str, tmp_path: Path) -> None:
    file, old, new, sentence = LEAKS[leak]
    project = tmp_path / "small"
    shutil.copytree(SMALL, project, ignore=shutil.ignore_patterns("lakehouse"))
    replace_in(project / file, old, new)
    ended = dmp("check", "-p", str(project), watched=True)
    assert ended.code == 2, ended.everything
    assert sentence in ended.everything
    assert "Traceback" not in ended.said
