"""What can be learned of `goes_quiet` from the retailer's own files, by DuckDB and scikit-learn.

An independent twin: it knows nothing of dmp_spark. Features are its own and fewer; what it shares is the question (of
those who bought in the last 30 days: who buys nothing in the next 30?), the moments and the embargo. So the rule must
come out equal, counts too, and learned scores close.

    python tests/oracles/models_sklearn.py FOLDER [LAKEHOUSE]      # with a lakehouse: compared, exit 1 where it differs
"""

import sys
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HORIZON_DAYS = 30
MOMENTS = [date(2017, month, 1) for month in range(4, 13)]
TESTS = MOMENTS[-3:]

_LINES = """
create temp table lines as
select household_id, basket_id, store_id, cast(sales_value as decimal(18,4)) as value, cast(retail_disc as double) as discount, local_time,
       cast(local_time as date) as day
from (select *, timezone('America/New_York', timezone('UTC', transaction_timestamp)) as local_time
      from read_parquet('{folder}/transactions.parquet') where household_id is not null)
"""

_ROWS = """
with seen as (select *, date '{day}' - day as back from lines where day < date '{day}'),
later as (select distinct household_id from lines where day >= date '{day}' and day < date '{day}' + {horizon})
select household_id,
       cast(household_id not in (select household_id from later) as int) as label,
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
from seen group by 1 having min(back) <= 30 order by 1
"""


def rows_at(folder: Path) -> dict[date, "duckdb.DuckDBPyRelation"]:
    """Moment → the eligible with label and features, as a pandas frame."""
    engine = duckdb.connect()
    engine.execute(_LINES.format(folder=folder))
    return {day: engine.sql(_ROWS.format(day=day, horizon=HORIZON_DAYS)).df() for day in MOMENTS}


def counts(folder: Path) -> dict[date, tuple[int, int]]:
    """Moment → how many were eligible, and how many of them went quiet."""
    return {day: (len(rows), int(rows["label"].sum())) for day, rows in rows_at(folder).items()}


def aucs(folder: Path) -> dict[str, list[float]]:
    """Learner, or `rule` → its AUC at each of TESTS, trained on the moments whose label was ripe by then."""
    rows = rows_at(folder)
    found: dict[str, list[float]] = {"rule": [], "logistic": [], "forest": []}
    for test in TESTS:
        learned = [rows[day] for day in MOMENTS if day + timedelta(days=HORIZON_DAYS) <= test]
        features = np.vstack([frame.drop(columns=["household_id", "label"]).to_numpy(float) for frame in learned])
        labels = np.concatenate([frame["label"].to_numpy() for frame in learned])
        judged, truth = rows[test].drop(columns=["household_id", "label"]).to_numpy(float), rows[test]["label"]
        found["rule"].append(float(roc_auc_score(truth, -rows[test]["baskets_90d"])))
        for name, learner in _learners().items():
            model = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), learner).fit(features, labels)
            found[name].append(float(roc_auc_score(truth, model.predict_proba(judged)[:, 1])))
    return found


def _learners() -> dict[str, object]:
    forest = RandomForestClassifier(200, min_samples_leaf=10, random_state=1)
    return {"logistic": LogisticRegression(C=0.1, max_iter=2000), "forest": forest}


def kept(lakehouse: Path) -> dict[str, list[float]]:
    """Candidate, or `rule` → its AUC at each test moment, as the lakehouse's MLflow store has it (the latest training)."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{lakehouse.absolute()}/mlflow/mlflow.db")
    (experiment,) = [e for e in client.search_experiments() if e.name.endswith(" goes_quiet")]
    runs = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time DESC"])
    parent = next(run for run in runs if "mlflow.parentRunId" not in run.data.tags).info.run_id
    trials = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent]
    history = {run.data.tags["mlflow.runName"]: client.get_metric_history(run.info.run_id, "roc_auc") for run in trials}
    return {name: [m.value for m in sorted(metrics, key=lambda m: m.step)] for name, metrics in history.items()}


def differences(folder: Path, lakehouse: Path) -> list[str]:
    """What is wrong with the store: another rule, a baseline far from the twin's, a champion out of bounds; none: []."""
    twin, store = aucs(folder), kept(lakehouse)
    wrong = [f"rule: {store['rule']}, not {twin['rule']}"] if not np.allclose(store["rule"], twin["rule"], atol=1e-9) else []
    if not np.allclose(store["baseline"], twin["logistic"], atol=0.015):
        wrong.append(f"baseline: {store['baseline']}, far from {twin['logistic']}")
    best = max(np.mean(values) for name, values in store.items() if name != "rule")
    return wrong if 0.83 <= best <= 0.95 else [*wrong, f"the champion's mean AUC is {best:.3f}"]


if __name__ == "__main__":
    for who, values in aucs(Path(sys.argv[1])).items():
        print(who, *[f"{value:.3f}" for value in values], f"{np.mean(values):.3f}", sep=",")
    if sys.argv[2:]:
        found = differences(Path(sys.argv[1]), Path(sys.argv[2]))
        print(*found, sep="\n", end="\n" if found else "")
        sys.exit(1 if found else 0)
