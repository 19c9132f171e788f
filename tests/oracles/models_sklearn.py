"""What can be learned of the three tasks from the retailer's own files, by DuckDB and scikit-learn.

An independent twin: it knows nothing of dmp_spark. Features are its own and fewer; what it shares is the questions, who
is judged, the moments and the embargo. So counts and the rule must come out equal, and learned scores close.

    python tests/oracles/models_sklearn.py FOLDER [LAKEHOUSE]      # with a lakehouse: compared, exit 1 where it differs
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import average_precision_score, mean_squared_error, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

MOMENTS = [date(2017, month, 1) for month in range(4, 13)]
AS_OF = date(2018, 1, 1)
FOLDS = 3

_TABLES = """
create temp table lines as
select household_id, basket_id, store_id, cast(sales_value as decimal(18,4)) as value, cast(retail_disc as double) as discount, local_time,
       cast(local_time as date) as day
from (select *, timezone('America/New_York', timezone('UTC', transaction_timestamp)) as local_time
      from read_parquet('{folder}/transactions.parquet') where household_id is not null);
create temp table mailings as
select household_id, cast(start_date as date) as day from read_parquet('{folder}/campaigns.parquet')
join read_parquet('{folder}/campaign_descriptions.parquet') using (campaign_id);
create temp table redemptions as
select distinct household_id, coupon_upc, campaign_id, cast(redemption_date as date) as day
from read_parquet('{folder}/coupon_redemptions.parquet') where household_id is not null;
"""

_ROWS = """
with seen as (select *, date '{day}' - day as back from lines where day < date '{day}'),
later as (select household_id, sum(value) as spent from lines where day >= date '{day}' and day < date '{day}' + {horizon} group by 1),
redeeming as (select distinct household_id from redemptions where day >= date '{day}' and day < date '{day}' + {horizon}),
mailed as (select household_id, count(*) as mailings_ever, min(date '{day}' - day) as days_since_mailing,
                  count(*) filter (where date '{day}' - day <= 60) as mailings_60d from mailings where day < date '{day}' group by 1),
redeemed as (select household_id, count(*) as redemptions_ever, min(date '{day}' - day) as days_since_redemption,
                    count(*) filter (where date '{day}' - day <= 90) as redemptions_90d from redemptions where day < date '{day}' group by 1),
known as (
select household_id,
       count(distinct basket_id) filter (where back <= 90) as baskets_90d,
       count(distinct basket_id) filter (where back <= 30) as baskets_30d,
       count(distinct basket_id) filter (where back <= 7) as baskets_7d,
       count(distinct basket_id) as baskets_ever,
       cast(coalesce(sum(value) filter (where back <= 7), 0) as double) as spend_7d,
       cast(coalesce(sum(value) filter (where back <= 30), 0) as double) as spend_30d,
       cast(coalesce(sum(value) filter (where back <= 90), 0) as double) as spend_90d,
       cast(sum(value) as double) as spend_ever,
       count(*) filter (where back <= 30) as lines_30d,
       count(*) filter (where back <= 90) as lines_90d,
       count(distinct store_id) filter (where back <= 90) as stores_90d,
       min(back) as days_since_purchase_ever,
       (max(back) - min(back)) / nullif(count(distinct basket_id) - 1, 0)::double as basket_gap_ever,
       avg(cast(dayofweek(day) in (0, 6) as int)) filter (where back <= 90) as weekend_share_90d,
       avg(cast(hour(local_time) >= 17 as int)) filter (where back <= 90) as evening_share_90d,
       sum(discount) filter (where back <= 90) / nullif(sum(value + discount) filter (where back <= 90), 0) as discount_share_90d
from seen group by 1),
together as (
select known.* exclude (household_id), household_id, coalesce(mailings_ever, 0) as mailings_ever, coalesce(mailings_60d, 0) as mailings_60d, days_since_mailing,
       coalesce(redemptions_ever, 0) as redemptions_ever, coalesce(redemptions_90d, 0) as redemptions_90d, days_since_redemption
from (select household_id from known union select household_id from mailed union select household_id from redeemed)
left join known using (household_id) left join mailed using (household_id) left join redeemed using (household_id))
select cast({label} as double) as label, * exclude (household_id) from together where {eligible} order by household_id
"""


@dataclass(frozen=True)
class Task:
    """A question: its label and who is judged as SQL, the rule over the rows, and the metric that the rule is judged by."""

    horizon: int
    label: str
    eligible: str
    rule: Callable[[pd.DataFrame], pd.Series]
    metric: str
    close: float
    bounds: tuple[float, float]


TASKS = {
    "redeems_coupon": Task(
        60,
        "household_id in (select household_id from redeeming)",
        "mailings_ever >= 1",
        lambda rows: rows["redemptions_ever"],
        "average_precision",
        0.06,
        (0.42, 0.75),
    ),
    "goes_quiet": Task(
        30,
        "household_id not in (select household_id from later)",
        "days_since_purchase_ever <= 30",
        lambda rows: -rows["baskets_90d"],
        "roc_auc",
        0.015,
        (0.83, 0.95),
    ),
    "spend_next_30_days": Task(
        30,
        "coalesce((select spent from later where later.household_id = together.household_id), 0)",
        "baskets_ever >= 1",
        lambda rows: rows["spend_90d"] / 3,
        "mean_squared_error",
        1500,
        (9_000, 11_400),
    ),
}
METRICS = {"roc_auc": roc_auc_score, "average_precision": average_precision_score, "mean_squared_error": mean_squared_error}


def rows_of(folder: Path, task: Task) -> dict[date, pd.DataFrame]:
    """Moment with a ripe label → the eligible with label and features."""
    engine = duckdb.connect()
    engine.execute(_TABLES.format(folder=folder))
    ripe = [day for day in MOMENTS if day + timedelta(days=task.horizon) <= AS_OF]
    query = {"label": task.label, "eligible": task.eligible, "horizon": task.horizon}
    return {day: engine.sql(_ROWS.format(day=day, **query)).df() for day in ripe}


def tested(folder: Path, name: str) -> tuple[dict[date, tuple[int, float]], dict[str, list[float]]]:
    """Test moment → rows and sum of labels; learner, or `rule` → its metric at each of them, trained on what was ripe by then."""
    task = TASKS[name]
    rows = rows_of(folder, task)
    found: dict[str, list[float]] = {"rule": [], "linear": [], "forest": []}
    tests = list(rows)[-FOLDS:]
    for test in tests:
        learned = pd.concat([rows[day] for day in rows if day + timedelta(days=task.horizon) <= test])
        features, judged = (frame.drop(columns="label").to_numpy(float) for frame in (learned, rows[test]))
        found["rule"].append(float(METRICS[task.metric](rows[test]["label"], task.rule(rows[test]))))
        for who, learner in _learners(task).items():
            model = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), learner).fit(features, learned["label"])
            said = model.predict(judged) if task.metric == "mean_squared_error" else model.predict_proba(judged)[:, 1]
            found[who].append(float(METRICS[task.metric](rows[test]["label"], said)))
    return {day: (len(rows[day]), float(rows[day]["label"].sum())) for day in tests}, found


def _learners(task: Task) -> dict[str, object]:
    if task.metric == "mean_squared_error":
        return {"linear": Ridge(10.0), "forest": RandomForestRegressor(100, min_samples_leaf=10, random_state=1)}
    forest = RandomForestClassifier(200, min_samples_leaf=10, random_state=1)
    return {"linear": LogisticRegression(C=0.1, max_iter=2000), "forest": forest}


def kept(lakehouse: Path, name: str) -> dict[str, object]:
    """The evaluation of the latest training of a task, as the lakehouse keeps it."""
    files = (lakehouse / "mlflow" / "artifacts" / name).glob("*/artifacts/evaluation.json")
    return json.loads(max(files, key=lambda file: file.stat().st_mtime).read_text(encoding="utf-8"))


def differences(folder: Path, lakehouse: Path, name: str) -> list[str]:
    """What is wrong with a task: other rows, another rule, a baseline far from the twin's, a champion out of bounds; none: []."""
    task, store = TASKS[name], kept(lakehouse, name)
    counts, twin = tested(folder, name)
    wrong = []
    stored = [(fold["moment"], fold["rows"], fold["positives"]) for fold in store["folds"]]
    own = [
        (day.isoformat(), rows, None if task.metric == "mean_squared_error" else int(total))
        for day, (rows, total) in counts.items()
    ]
    if stored != own:
        wrong.append(f"{name}: tested on {stored}, not {own}")
    by = {who: told["metrics"][task.metric] for who, told in store["names"].items()}
    if not np.allclose(by["rule"]["folds"], twin["rule"], rtol=1e-6, atol=1e-6):
        wrong.append(f"{name}: rule {by['rule']['folds']}, not {twin['rule']}")
    if not np.allclose(by["baseline"]["folds"], twin["linear"], atol=task.close):
        wrong.append(f"{name}: baseline {by['baseline']['folds']}, far from {twin['linear']}")
    best = by[store["champion"]]["value"]
    low, high = task.bounds
    return wrong if low <= best <= high else [*wrong, f"{name}: the champion's mean {task.metric} is {best:.3f}"]


if __name__ == "__main__":
    for name in TASKS:
        counts, values = tested(Path(sys.argv[1]), name)
        print(name, *[f"{day}: {rows} rows, {total:.0f}" for day, (rows, total) in counts.items()], sep="; ")
        for who, folds in values.items():
            print(f"  {who} {TASKS[name].metric}", *[f"{value:.3f}" for value in folds], f"{np.mean(folds):.3f}", sep=",")
    if sys.argv[2:]:
        found = [line for name in TASKS for line in differences(Path(sys.argv[1]), Path(sys.argv[2]), name)]
        print(*found, sep="\n", end="\n" if found else "")
        sys.exit(1 if found else 0)
