"""The errors that `make run-shopping` sets side by side, from rows written by hand."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from benchmarks import shopping_truth
from benchmarks.shopping_truth import Fold, Judged, irreducible, main, of_the_mean


def made(champion_error: float) -> Judged:
    """Four purchases: 1 is learned from at first, then 1 and 2; tested are 3, then 4."""
    rows = [{"purchase": str(number)} for number in (1, 2, 3, 4)]
    folds = (
        Fold(date(2024, 3, 1), np.array([0]), np.array([2])),
        Fold(date(2024, 4, 1), np.array([0, 1]), np.array([3])),
    )
    metric = {"mean_squared_error": {"value": champion_error, "low": champion_error, "high": champion_error}}
    evaluation = {"champion": "forest", "names": {"forest": {"metrics": metric}}}
    return Judged(rows, np.array([1.0, 3.0, 4.0, 5.0]), folds, evaluation)


def truth(folder: Path) -> Path:
    path = folder / "data" / "shopping_truth.csv"
    path.parent.mkdir()
    path.write_text("purchase,expected\n4,4.0\n3,3.5\n2,100\n1,100\n", encoding="utf-8")
    return path


def test_only_held_out_rows_count_and_each_fold_counts_once(tmp_path: Path) -> None:
    assert irreducible(made(1.0), truth(tmp_path)) == (0.5**2 + 1.0**2) / 2
    assert of_the_mean(made(1.0)) == ((4 - 1) ** 2 + (5 - 2) ** 2) / 2


@pytest.mark.parametrize(("error", "code"), [(0.7, 0), (0.6, 1), (9.5, 1)])
def test_an_error_outside_of_what_is_possible_ends_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: float, code: int
) -> None:
    truth(tmp_path)
    monkeypatch.setattr(shopping_truth, "judged", lambda _: made(error))

    assert main(tmp_path) == code
    assert f"irreducible 0.6250 < reached {error:.4f} < the mean's 9.0000" in capsys.readouterr().out
