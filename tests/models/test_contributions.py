"""Contributions of trees written by hand, and how they are put into words."""

import numpy as np
import pytest

from dmp_spark.models.contributions import Linear, Trees, Wording, number

# tree 1: slot 0 <= 5? no: leaf 4; yes: slot 1 <= 0? yes: leaf 0, no: leaf 2        tree 2: a root that is a leaf
TREES = Trees(
    roots=np.array([0, 5]),
    slots=np.array([0, 1, -1, -1, -1, -1]),
    thresholds=np.array([5.0, 0.0, np.nan, np.nan, np.nan, np.nan]),
    left=np.array([1, 2, -1, -1, -1, -1]),
    right=np.array([4, 3, -1, -1, -1, -1]),
    values=np.array([3.0, 1.5, 0.0, 2.0, 4.0, 10.0]),
)


def test_a_path_gives_each_change_to_the_slot_that_was_asked_and_a_threshold_itself_goes_left():
    vectors = np.array([[5.0, 0.0, 9.0], [5.0, 0.1, 9.0], [5.1, 0.0, 9.0]])
    assert TREES.base == 13
    assert TREES.contributions(vectors).tolist() == [[-1.5, -1.5, 0], [-1.5, 0.5, 0], [1, 0, 0]]
    alone = Trees(*[part[5:] for part in (TREES.roots, TREES.slots, TREES.thresholds, TREES.left, TREES.right, TREES.values)])
    assert TREES.contributions(np.zeros((0, 3))).shape == (0, 3)
    assert alone.roots.tolist() == []


def test_weights_give_each_slot_its_own_part():
    assert Linear(1.0, np.array([2.0, -1.0])).contributions(np.array([[3.0, 4.0]])).tolist() == [[6, -4]]


def test_slots_of_one_feature_are_added_up_and_the_largest_three_are_told_with_their_values():
    wording = Wording(slots=("days", "days", "spend", "words", "words", "other"), shown=("days", "spend", "other"))
    contributions = np.array(
        [
            [3.0, -2.0, -5.0, 0.5, 0.7, 0.1],  # days 1, spend -5, words 1.2
            [0.0, 1e-12, 0.0, 0.0, 0.0, -1.0],  # one alone counts
            [1.0, -1.0, 0.0, 2.0, -2.0, 0.0],  # nothing does,
            [1.0, 0.0, 1.0, -1.0, 0.0, 1.0],  # equal ones by name
        ]
    )
    values = [np.array([25.0, 1, 1, 1]), np.array([np.nan, 1, 1, -0.00001]), np.array([0, 12.34567, 1, 1e9])]
    assert wording.reasons(contributions, values) == [
        ["spend = unknown (lowers)", "words (raises)", "days = 25 (raises)"],
        ["other = 12.3457 (lowers)"],
        [],
        ["days = 1 (raises)", "other = 1000000000 (raises)", "spend = 0 (raises)"],
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-3.5, "-3.5"), (1 / 3, "0.3333"), (1e12, "1000000000000"), (np.nan, "unknown"), (100.0, "100")],
)
def test_a_number_is_written_as_people_write_it(value, text):
    assert number(value) == text
