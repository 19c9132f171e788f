"""The textbook's steps in scikit-learn beside ours: python -m benchmarks.shopping_ratings [--quick].

The same rows in the same folds, the cells from the CSV itself: StandardScaler on price and score, TfidfVectorizer on the
description, and ridge, a random forest and gradient boosting. Claim: where both learn the same kind of model, scikit-learn's
squared error lies in our interval (500 resamples by purchase). Ours is a new run in a temporary lakehouse; with --quick the
one that `make run-shopping` left is taken where it is there. The last line is one JSON object.
"""

import argparse
import csv
import json
import platform
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from benchmarks.shopping_truth import PROJECT, Judged, irreducible, judged, of_the_mean
from dmp_spark.simulate.shopping import FILES, write

CLAIM = "on the same split scikit-learn's squared error lies within our bootstrap interval, for each of three kinds of model"
MOST_SECONDS = 300


def peers() -> dict[str, Any]:
    """The learners of conf/shopping_ratings/models.yml, by the names that they have there.

    As many trees, as deep; as Spark's forest does, a third of the columns are tried at each split. Ridge has
    scikit-learn's own default.
    """
    return {
        "ridge": Ridge(alpha=1.0),
        "forest": RandomForestRegressor(n_estimators=30, max_depth=10, max_features=1 / 3, random_state=2017, n_jobs=1),
        "gradient_boosting": GradientBoostingRegressor(n_estimators=40, max_depth=4, learning_rate=0.2, random_state=2017),
    }


def peer_errors(found: Judged, data: Path) -> dict[str, float]:
    """Squared error of each learner of scikit-learn, mean of the folds; everything is fitted on what a fold learns from."""
    with data.open(encoding="utf-8", newline="") as file:
        cells = {row["purchase"]: row for row in csv.DictReader(file)}
    rows = [cells[row["purchase"]] for row in found.rows]
    numbers = np.array([[float(row["price"]), float(row["score"])] for row in rows])
    if not np.allclose(numbers, [[row["price"], row["score"]] for row in found.rows]):
        raise SystemExit("gold.features holds other prices or scores than the CSV")
    texts = np.array([row["description"] for row in rows])
    squares: dict[str, list[np.ndarray]] = {}
    for fold in found.folds:
        scaler = StandardScaler().fit(numbers[fold.learned])
        words = TfidfVectorizer(min_df=5).fit(texts[fold.learned])
        learned, tested = (
            hstack([csr_matrix(scaler.transform(numbers[places])), words.transform(texts[places])], format="csr")
            for places in (fold.learned, fold.tested)
        )
        for name, learner in peers().items():
            guesses = learner.fit(learned, found.labels[fold.learned]).predict(tested)
            squares.setdefault(name, []).append((found.labels[fold.tested] - guesses) ** 2)
    return {name: found.mean_over_folds(each) for name, each in squares.items()}


def ours(is_quick: bool, folder: Path) -> Path:
    """The lakehouse of a run of the project: a new one, or with --quick the one that stands."""
    standing = PROJECT / "lakehouse"
    if not all((PROJECT / "data" / name).is_file() for name in FILES):
        write(PROJECT / "data")
    if is_quick and (standing / "gold" / "scores").is_dir():
        return standing
    from dmp_spark.cli.main import main as dmp

    sys.argv = ["dmp", "run", "-p", str(PROJECT), "--set", f"project.lakehouse.path={folder / 'lakehouse'}"]
    begin = time.monotonic()
    try:
        code = dmp()
    except SystemExit as end:
        code = end.code
    if code:
        raise SystemExit(f"dmp run ended with {code}")
    print(f"dmp run: {time.monotonic() - begin:.0f} s")
    return folder / "lakehouse"


def main() -> int:
    """Print versions, sizes and ratios; 0 where the claim holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="take the lakehouse that make run-shopping left")
    is_quick = parser.parse_args().quick
    begin = time.monotonic()
    names = ("pyspark", "scikit-learn", "numpy", "scipy", "mlflow")
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in names))
    with tempfile.TemporaryDirectory() as folder:
        found = judged(ours(is_quick, Path(folder)))
    fit = time.monotonic()
    errors = peer_errors(found, PROJECT / "data" / FILES[0])
    print(f"scikit-learn: {time.monotonic() - fit:.0f} s for {len(errors)} kinds of model and {len(found.folds)} folds")
    least, mean = irreducible(found, PROJECT / "data" / FILES[2]), of_the_mean(found)
    sizes = [(len(fold.learned), len(fold.tested)) for fold in found.folds]
    print("rows learned from and tested on: " + ", ".join(f"{learned:,} and {tested:,}" for learned, tested in sizes))
    print(f"irreducible {least:.4f}, the mean's {mean:.4f}")
    ratios, is_within = {"irreducible_to_mean": round(least / mean, 4)}, {}
    for name, theirs in errors.items():
        own = found.reached(name)
        is_within[name] = own["low"] <= theirs <= own["high"]
        ratios[f"{name}_ours_to_theirs"] = round(own["value"] / theirs, 4)
        ratios[f"{name}_to_irreducible"] = round(own["value"] / least, 4)
        told = "within" if is_within[name] else "NOT within"
        print(f"{name}: ours {own['value']:.4f} [{own['low']:.4f}, {own['high']:.4f}], scikit-learn {theirs:.4f}: {told}")
    seconds = time.monotonic() - begin
    if is_quick and seconds > MOST_SECONDS:
        print(f"--quick took {seconds:.0f} s, more than {MOST_SECONDS}")
    is_held = all(is_within.values()) and all(least < found.reached(name)["value"] < mean for name in errors)
    print(json.dumps({"claim": CLAIM, "ratios": ratios, "checked": is_held}))
    return 0 if is_held else 1


if __name__ == "__main__":
    sys.exit(main())
