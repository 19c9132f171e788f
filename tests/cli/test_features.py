"""What `dmp features list` prints."""

import json
from pathlib import Path

import pytest

from dmp_spark.cli.features import features_list, plot

PROJECT = Path(__file__).parents[1] / "projects" / "small"


@pytest.mark.parametrize(
    ("bins", "expected"),
    [([], ""), ([0, 0], "  "), ([8, 4, 0, 1], "█▄ ▁"), ([1000, 1, 500], "█▁▄"), ([3], "█")],
)
def test_a_plot_shows_what_is_not_empty(bins: list[int], expected: str) -> None:
    assert plot(bins) == expected


def test_features_are_listed_before_anything_is_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    overrides = [f"project.lakehouse.path={tmp_path / 'none'}"]
    assert features_list(PROJECT, overrides, "json") == 0
    out, err = capsys.readouterr()
    assert err == "nothing of these is published yet, so their spread is not known: dmp run\n"
    found = {row["feature"]: row for row in json.loads(out)}
    assert found["spend_30d"] == {
        "feature": "spend_30d",
        "type": "decimal(18,4)",
        "unit": "USD",
        "window": "30 days",
        "events": ["purchase"],
        "meaning": "sum(value) of purchase, in the 30 days before the moment",
        "missing": None,
        "low": None,
        "median": None,
        "high": None,
        "bins": [],
    }
    assert features_list(PROJECT, overrides, "table") == 0
    assert capsys.readouterr().out.split("\n")[0].split() == [
        "feature",
        "unit",
        "events",
        "missing",
        "low",
        "median",
        "high",
        "spread",
    ]
