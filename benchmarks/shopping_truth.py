"""How close the models of conf/shopping_ratings come to what is known to be the best: python -m benchmarks.shopping_truth.

Prints the irreducible error of exactly the held-out rows, the error of each candidate and that of the mean of what was
learned from. Exit 1 unless irreducible < reached < the mean's. Reads published tables; starts no Spark.
"""

import csv
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dmp_spark.lakehouse.location import Location
from dmp_spark.models.evaluation_file import read
from dmp_spark.operations.sql import answer

PROJECT = Path(__file__).parents[1] / "conf" / "shopping_ratings"
TASK, HORIZON_DAYS = "rating", 30
ROWS = """
select i.value as purchase, l.as_of, l.label, f.price_1mo as price, f.score_1mo as score
from gold.labels l
join gold.features f on f.person_id = l.person_id and f.as_of = l.as_of
join silver.identity_map m on m.person_id = l.person_id
join silver.identifiers i on i.identifier_id = m.identifier_id
where l.task = 'rating' and f.purchases_1mo >= 1 and l.label is not null
order by l.as_of, i.value
"""
VERSION = "select version, as_of from gold.scores where model = 'rating' order by as_of desc limit 1"


@dataclass(frozen=True)
class Fold:
    """A held-out moment: places in the rows that were learned from, and that it is tested on."""

    moment: date
    learned: NDArray[np.int64]
    tested: NDArray[np.int64]


@dataclass(frozen=True)
class Judged:
    """All rows that were judged (purchase, price, score, label), the folds, and the evaluation kept beside the model."""

    rows: list[dict[str, Any]]
    labels: NDArray[np.float64]
    folds: tuple[Fold, ...]
    evaluation: dict[str, Any]

    def mean_over_folds(self, squares: list[NDArray[np.float64]]) -> float:
        """The mean of the folds' means, which is what the evaluation holds."""
        return float(np.mean([each.mean() for each in squares]))

    def reached(self, name: str) -> dict[str, float]:
        """Squared error of a candidate or the rule: value, low, high."""
        metric: dict[str, float] = self.evaluation["names"][name]["metrics"]["mean_squared_error"]
        return metric


def asked(lakehouse: Path, query: str) -> list[dict[str, Any]]:
    """The rows of a query over what was published, without Spark."""
    rows: list[dict[str, Any]] = table(lakehouse, query).to_pylist()
    return rows


def table(lakehouse: Path, query: str) -> pa.Table:
    """The same as a table."""

    def no_session() -> Any:
        raise SystemExit("this query would start Spark")

    return answer(Location(lakehouse), query, "auto", no_session).rows.read_all()


def judged(lakehouse: Path) -> Judged:
    """What was held out and how well it was met, of the newest model."""
    rows = asked(lakehouse, ROWS)
    evaluation = read(lakehouse, TASK, asked(lakehouse, VERSION)[0]["version"])
    if evaluation is None:
        raise SystemExit(f"{lakehouse}: no model of {TASK} was kept")
    moments = np.array([_day(row["as_of"]) for row in rows])
    folds = []
    for fold in evaluation["folds"]:
        moment = date.fromisoformat(fold["moment"])
        learned = np.flatnonzero(moments + timedelta(days=HORIZON_DAYS) <= moment)
        tested = np.flatnonzero(moments == moment)
        if len(tested) != fold["rows"] or sorted({day.isoformat() for day in moments[learned]}) != fold["trained_on"]:
            raise SystemExit(f"the rows of the fold at {moment} are not those that the evaluation speaks of")
        folds.append(Fold(moment, learned, tested))
    return Judged(rows, np.array([row["label"] for row in rows]), tuple(folds), evaluation)


def irreducible(found: Judged, truth: Path) -> float:
    """The mean squared distance of the held-out labels from what is known to be expected of them."""
    with truth.open(encoding="utf-8", newline="") as file:
        expected = {row["purchase"]: float(row["expected"]) for row in csv.DictReader(file)}
    values = np.array([expected[row["purchase"]] for row in found.rows])
    return found.mean_over_folds([(found.labels[fold.tested] - values[fold.tested]) ** 2 for fold in found.folds])


def of_the_mean(found: Judged) -> float:
    """The squared error of guessing the mean label of what was learned from."""
    guesses = [found.labels[fold.learned].mean() for fold in found.folds]
    return found.mean_over_folds(
        [(found.labels[fold.tested] - guess) ** 2 for fold, guess in zip(found.folds, guesses, strict=True)]
    )


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def main(project: Path = PROJECT, lakehouse: Path | None = None) -> int:
    """Print the errors; 0 where they stand in the order that they must have."""
    found = judged(lakehouse or project / "lakehouse")
    least, most = irreducible(found, project / "data" / "shopping_truth.csv"), of_the_mean(found)
    champion = found.evaluation["champion"]
    tested = sum(len(fold.tested) for fold in found.folds)
    moments = ", ".join(fold.moment.isoformat() for fold in found.folds)
    print(f"squared error of {tested:,} purchases held out in time (moments {moments}), mean of the folds")
    print(f"  {'irreducible':20} {least:.4f}  what chance leaves of these very rows to somebody who knows the truth")
    names = sorted(found.evaluation["names"], key=lambda name: found.reached(name)["value"])
    for name in names:
        error = found.reached(name)
        note = "  (the champion)" if name == champion else "  (no learning: the middle of the scale)" if name == "rule" else ""
        print(f"  {name:20} {error['value']:.4f}  [{error['low']:.4f}, {error['high']:.4f}]{note}")
    print(f"  {'mean':20} {most:.4f}  (of the ratings that were learned from)")
    reached = found.reached(champion)["value"]
    holds = least < reached < most
    verdict = "holds" if holds else "DOES NOT HOLD"
    print(f"irreducible {least:.4f} < reached {reached:.4f} < the mean's {most:.4f}: {verdict}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
