"""The simulated shop: the same bytes each time, and a truth that its ratings bear out."""

import csv
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from dmp_spark.simulate.shopping import FILES, NOISE_VARIANCE, Purchase, expected_rating, purchases, write


@pytest.fixture(scope="module")
def rated() -> list[Purchase]:
    return [each for each in purchases(seed=7) if each.rating is not None]


def test_one_seed_gives_the_same_bytes_and_another_gives_others(tmp_path: Path) -> None:
    def content(folder: str, seed: int) -> list[bytes]:
        return [file.read_bytes() for file in write(tmp_path / folder, seed, monthly=40)]

    first = content("first", 7)
    assert content("again", 7) == first
    assert all(one != other for one, other in zip(content("other", 8), first, strict=True))


def test_ratings_spread_around_the_truth_as_far_as_is_said(rated: list[Purchase]) -> None:
    """The mean square of n draws lies within four of its own standard errors of the variance, and their mean of 0."""
    noise = np.array([each.rating - each.expected for each in rated])
    squares = noise**2
    assert abs(squares.mean() - NOISE_VARIANCE) < 4 * squares.std() / np.sqrt(len(noise))
    assert abs(noise.mean()) < 4 * noise.std() / np.sqrt(len(noise))


def test_chance_has_nothing_to_do_with_what_is_known_of_a_purchase(rated: list[Purchase]) -> None:
    """Else the irreducible error would not be irreducible: a learner could find the rest."""
    noise = np.array([each.rating - each.expected for each in rated])
    known = {
        "expected": [each.expected for each in rated],
        "price": [np.log(each.price) for each in rated],
        "score": [each.score for each in rated],
        "words": [len(each.description.split()) for each in rated],
        "time": [each.bought_at.timestamp() for each in rated],
    }
    for name, values in known.items():
        assert abs(np.corrcoef(noise, values)[0, 1]) < 4 / np.sqrt(len(noise)), name


def test_the_truth_can_be_learned_and_is_not_all_there_is(rated: list[Purchase]) -> None:
    """R squared of the truth is what no honest model can pass: far from 0, and below what the check for leaks allows."""
    ratings = np.array([each.rating for each in rated])
    assert 0.5 < 1 - NOISE_VARIANCE / ratings.var() < 0.75
    assert ratings.min() >= 0 and ratings.max() <= 10


def test_what_is_expected_follows_from_price_score_and_words() -> None:
    plain = expected_rating(40.0, 3.5, frozenset({"kettle", "blue"}))
    assert plain == 5.0
    assert expected_rating(40.0, 3.5, frozenset({"durable", "plastic"})) == pytest.approx(5.05)
    assert expected_rating(80.0, 3.5, frozenset()) < plain < expected_rating(80.0, 3.5, frozenset({"handmade"}))
    assert expected_rating(39.9, 4.0, frozenset()) > expected_rating(40.1, 4.0, frozenset()) + 0.8
    assert (expected_rating(1e6, 1.0, frozenset()), expected_rating(1.0, 5.0, frozenset())) == (2.5, 7.5)


def test_each_purchase_is_rated_after_its_month_and_before_the_next_one_ends(tmp_path: Path) -> None:
    write(tmp_path, 7, monthly=60)
    data, new, truth = (list(csv.DictReader((tmp_path / name).open(encoding="utf-8", newline=""))) for name in FILES)

    assert (len(data), len(new), len(truth)) == (12 * 60, 60, 12 * 60)
    assert [row["purchase"] for row in data] == [row["purchase"] for row in truth]
    assert len({row["purchase"] for row in data + new}) == 13 * 60
    for row in data:
        bought, told = (datetime.fromisoformat(row[name]) for name in ("bought_at", "rated_at"))
        assert (told.year * 12 + told.month) - (bought.year * 12 + bought.month) == 1
        assert told.day <= 28
    assert {row["bought_at"][:7] for row in new} == {"2025-01"}
    assert "rating" not in new[0]
