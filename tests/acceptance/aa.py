"""aa [PROJECT]: does an experiment in which nothing was done show nothing? `make aa`, against the lakehouse of `make run`.

The people of the experiment's segment at a moment of the past are drawn into arms by 200 salts, with the project's own
draw; what came of them is compared by the stage's own transformations. Nothing tells the arms apart but chance, so about
95 % of the intervals must hold 0: of 200, 184 to 196 (190 and two standard deviations to each side). The salts share their
people, so they are no 200 experiments; but each salt is a draw of its own, and the draw is what is tried.

A line a metric, then one JSON object; 1 where a metric is out of bounds. Nothing is written.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from dmp_spark import registry
from dmp_spark.activation.decide import draw
from dmp_spark.activation.spec import Message
from dmp_spark.expressions.parse import parse
from dmp_spark.expressions.people import people
from dmp_spark.functions.clock import midnight
from dmp_spark.lakehouse.lakehouse import Lakehouse
from dmp_spark.lakehouse.location import Location
from dmp_spark.lakehouse.session import start
from dmp_spark.measurement.arms import arms, held, sizes, sums
from dmp_spark.measurement.contrast import results
from dmp_spark.measurement.outcomes import outcomes
from dmp_spark.measurement.spec import MeasurementSpec
from dmp_spark.measures.events import Events, events_of_people
from dmp_spark.measures.windows import moved
from dmp_spark.segments.members import members
from dmp_spark.segments.spec import SegmentsSpec, specials

ROOT = Path(__file__).resolve().parents[2]
SALTS = 200
AIM = (184, 196)
UNLIKELY = 0.05


def only(spec: SegmentsSpec, name: str) -> SegmentsSpec:
    """The spec of one segment; SystemExit where it rests on more than features, which alone are kept for a past moment."""
    (segment,) = [segment for segment in spec.segments if segment.name == name]
    names = parse(segment.where, spec.known, predicate=True, specials=specials(spec.known)).names if not segment.needs else ()
    if not names or not all(name.startswith("feature.") for name in names):
        raise SystemExit(f"{name}: only a segment over feature. can be told at a past moment")
    return spec.model_copy(update={"segments": (segment,), "known": {name: spec.known[name] for name in sorted(names)}})


def assigned(lakehouse: Lakehouse, segments: SegmentsSpec, experiment: str, moment: date) -> DataFrame:
    """The people of the segment at the moment, in the form of `units`; the arm is still to be drawn."""
    at = midnight(moment, segments.zone)
    known = people(lakehouse.read("gold.profiles"), lakehouse.read("gold.features"), None, segments.known, at)
    return members(known, segments).select(
        F.lit(experiment).alias("experiment"),
        F.col("person_id").alias("unit_id"),
        F.lit(moment).alias("first_day"),
        F.lit(False).alias("is_sent"),
    )


def drawn(rows: DataFrame, message: Message) -> DataFrame:
    """The rows once a salt, each an experiment of its own."""
    name = F.concat(F.lit("cj-"), F.lpad(F.col("id").cast("string"), 3, "0"))
    salts = rows.sparkSession.range(SALTS).select(name.alias("salt"))
    variant, propensity = draw(F.col("salt"), message.name, F.col("unit_id"), message.holdout)
    held_out = F.when(variant == "holdout", propensity).otherwise(1 - propensity)
    return rows.crossJoin(salts).withColumns(
        {"experiment": F.col("salt"), "variant": variant, "chance": held_out.cast("decimal(9,6)")}
    )


def judged(
    lakehouse: Lakehouse, spec: MeasurementSpec, who: DataFrame, message: Message, moment: date, as_of: datetime
) -> list[Row]:
    """Rows of gold.experiments, an arm, salt and metric each, all by one action."""
    rows = events_of_people(lakehouse.read("silver.events"), lakehouse.read("silver.identity_map"), as_of)
    values = outcomes(Events(rows, spec.zone), who, spec, [moment], as_of)
    by_salt = results(arms(sums(held(drawn(values, message), spec.shares))), sizes(drawn(who, message)), as_of)
    return by_salt.where(F.col("slice") == "all").collect()  # arms × salts × metrics


def told(metric: str, rows: Sequence[Row]) -> tuple[int, str]:
    """In how many salts the interval of a metric holds 0, and a line about it."""
    missed = sorted(row["experiment"] for row in rows if not row["difference_low"] <= 0 <= row["difference_high"])
    hold = len(rows) - len(missed)
    middle = sorted(row["detectable"] for row in rows)[len(rows) // 2]
    return hold, (
        f"{metric}: {hold} of {len(rows)} intervals hold 0 (aim: {AIM[0]} to {AIM[1]}), an effect of {middle:.4g} could have "
        f"been seen; missed by {', '.join(missed) or 'none'}"
    )


def main() -> int:
    """Draw, compare, print; 0 where all metrics are within bounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", nargs="?", type=Path, default=ROOT / "conf" / "complete_journey")
    parser.add_argument("--experiment", default="come_back")
    parser.add_argument("--moment", type=date.fromisoformat, default=date(2017, 11, 1))
    parser.add_argument("--lakehouse", type=Path, help="another lakehouse than the project's own; it is only read")
    wanted = parser.parse_args()
    project, resolution = registry.resolved(wanted.project)
    spec: MeasurementSpec = resolution.specs["measurement"]
    (experiment,) = [experiment for experiment in spec.experiments if experiment.name == wanted.experiment]
    (message,) = [one for one in resolution.specs["activation"].messages if one.name == experiment.activation]
    spec = spec.model_copy(update={"experiments": (experiment,)})
    end = max(moved(wanted.moment, metric.ahead) for metric in experiment.metrics)
    location = Location(wanted.lakehouse) if wanted.lakehouse else project.lakehouse
    lakehouse = Lakehouse(start(), location, resolution.contracts, "aa", "aa", reads=("*",), writes=())
    who = assigned(lakehouse, only(resolution.specs["segments"], message.segment), experiment.name, wanted.moment)
    rows = judged(lakehouse, spec, who, message, wanted.moment, midnight(end, spec.zone))
    if not rows:
        raise SystemExit(f"nobody was in {message.segment} at {wanted.moment}: run the project first")
    everybody = sum(row["assigned"] for row in rows) // (SALTS * len(experiment.metrics))
    rows = [row for row in rows if row["variant"] == "treatment"]
    print(
        f"{experiment.name}: {everybody:,} people of {message.segment} at {wanted.moment}, {message.holdout:.0%} held out, until {end}"
    )
    holds = {}
    for metric in experiment.metrics:
        holds[metric.name], line = told(metric.name, [row for row in rows if row["metric"] == metric.name])
        print(line)
    sizes_of = [row["sample_ratio_p_value"] for row in rows if row["metric"] == experiment.metrics[0].name]
    print(
        f"sizes of arms: p < {UNLIKELY} for {sum(p < UNLIKELY for p in sizes_of)} of {len(sizes_of)} salts, least {min(sizes_of):.4f}"
    )
    passed = all(AIM[0] <= number <= AIM[1] for number in holds.values())
    claim = f"where nothing was done, a 95 % interval holds 0 for {AIM[0]} to {AIM[1]} of {SALTS} draws"
    print(json.dumps({"claim": claim, "ratios": {name: number / SALTS for name, number in holds.items()}, "checked": passed}))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
