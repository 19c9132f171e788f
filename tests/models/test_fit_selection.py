"""Which slots stay: plain arithmetic over correlations. The whole way from rows is in test_prepared_words.py."""

import numpy as np
import pytest

from dmp_spark.models.fit_selection import chosen
from dmp_spark.models.spec import Selection

NAN = float("nan")


def matrix(*strengths: float, **pairs: float) -> np.ndarray:
    """Correlations with the label by slot, and of pairs of slots (`s0_1=0.97`); all others are 0."""
    made = np.eye(len(strengths) + 1)
    made[-1, :-1] = made[:-1, -1] = strengths
    for pair, value in pairs.items():
        one, other = (int(slot) for slot in pair.removeprefix("s").split("_"))
        made[one, other] = made[other, one] = value
    return made


@pytest.mark.parametrize(
    ("correlations", "selection", "expected"),
    [
        (matrix(0.1, 0.2, 0.3), Selection(), [0, 1, 2]),
        (matrix(0.1, 0.2, 0.9, s0_2=0.96), Selection(correlation_below=0.95), [0, 1]),  # the later goes, though it says more
        (matrix(0.1, 0.2, 0.9, s0_2=-0.96), Selection(correlation_below=0.95), [0, 1]),
        (matrix(0.1, 0.2, s0_1=0.95), Selection(correlation_below=0.95), [0]),  # below is below
        (matrix(0.1, 0.2, 0.3, s0_1=0.97, s1_2=0.97), Selection(correlation_below=0.95), [0, 2]),  # gone, 1 takes no other along
        (matrix(0.1, -0.4, 0.3), Selection(keep=2), [1, 2]),
        (matrix(0.3, 0.3, 0.3 + 1e-12), Selection(keep=2), [0, 1]),  # equal but for the order of adding up: the earlier
        (matrix(NAN, 0.1, NAN), Selection(keep=2), [0, 1]),  # what does not vary comes last
        (matrix(0.1, 0.2), Selection(keep=80), [0, 1]),
        (matrix(0.1, 0.5, 0.4, 0.3, s1_2=0.99), Selection(correlation_below=0.9, keep=2), [1, 3]),
        (matrix(1.0, 1.0, NAN, s0_1=1.0), Selection(correlation_below=1.0, keep=1), [0]),
    ],
)
def test_of_two_alike_the_later_goes_and_the_strongest_stay_in_their_order(correlations, selection, expected):
    assert chosen(correlations, selection) == expected
