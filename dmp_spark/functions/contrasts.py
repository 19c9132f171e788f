"""Two arms compared by their sums alone: difference, interval, p value, what could have been seen. Pure numpy; no Spark.

All arguments and results are arrays, a place a comparison. A result is nan where it has no meaning: an arm is empty, or
neither arm varies.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit

from dmp_spark.functions.statistics import Numbers, divided

CONFIDENCE = 0.95
POWER = 0.80
_ROUNDING = 1e-14
"""A variance this small beside the mean square is what subtracting leaves of none."""


@dataclass(frozen=True)
class Arm:
    """An arm by its sums, which add up over days and slices: how many units, their values, the squares of their values."""

    units: Numbers
    total: Numbers
    squares: Numbers

    @property
    def mean(self) -> Numbers:
        """The mean value of a unit; nan where there is none."""
        return divided(self.total, self.units)

    @property
    def variance(self) -> Numbers:
        """The unbiased variance of the values; nan of fewer than two units."""
        spread = self.squares - divided(self.total * self.total, self.units)
        is_none = spread <= _ROUNDING * self.squares
        return divided(np.where(is_none, 0.0, spread), self.units - 1)


@dataclass(frozen=True)
class Contrast:
    """Treatment minus control: the difference of means with its interval (95 %), a two-sided p value, and `detectable`:
    the smallest true difference that has the power of 80 % to give an interval without 0.
    """

    difference: Numbers
    low: Numbers
    high: Numbers
    p_value: Numbers
    detectable: Numbers


def welch(treatment: Arm, control: Arm) -> Contrast:
    """Means compared by Welch's t test (Welch 1947), with Satterthwaite's degrees of freedom.

    `detectable` is (t(0.975) + t(0.80)) standard errors (Bloom 1995).
    """
    of_treatment = divided(treatment.variance, treatment.units)
    of_control = divided(control.variance, control.units)
    together = of_treatment + of_control
    varies = np.where(together > 0, together, np.nan)
    freedom = divided(varies**2, of_treatment**2 / (treatment.units - 1) + of_control**2 / (control.units - 1))
    error, difference = np.sqrt(varies), treatment.mean - control.mean
    width = stdtrit(freedom, (1 + CONFIDENCE) / 2) * error
    return Contrast(
        difference=difference,
        low=difference - width,
        high=difference + width,
        p_value=2 * stdtr(freedom, -np.abs(difference / error)),
        detectable=width + stdtrit(freedom, POWER) * error,
    )


def newcombe(treatment: Arm, control: Arm) -> Contrast:
    """Shares compared: the values are 0 and 1. The interval is built from Wilson's of each arm (Newcombe 1998, method 10),
    which holds for few units and for shares near 0.

    The p value is that of the z test with the pooled share, and `detectable` uses its standard error.
    """
    ours, theirs = treatment.mean, control.mean
    our_low, our_high = wilson(treatment)
    their_low, their_high = wilson(control)
    difference = ours - theirs
    pooled = divided(treatment.total + control.total, treatment.units + control.units)
    error = np.sqrt(pooled * (1 - pooled) * (divided(1.0, treatment.units) + divided(1.0, control.units)))
    varies = np.where(error > 0, error, np.nan)
    return Contrast(
        difference=difference,
        low=difference - np.sqrt((ours - our_low) ** 2 + (their_high - theirs) ** 2),
        high=difference + np.sqrt((our_high - ours) ** 2 + (theirs - their_low) ** 2),
        p_value=2 * ndtr(-np.abs(difference / varies)),
        detectable=(ndtri((1 + CONFIDENCE) / 2) + ndtri(POWER)) * varies,
    )


def wilson(arm: Arm) -> tuple[Numbers, Numbers]:
    """The interval of a share (Wilson 1927), without correction for continuity."""
    z, share = ndtri((1 + CONFIDENCE) / 2), arm.mean
    weight = divided(z * z, arm.units)
    middle = (share + weight / 2) / (1 + weight)
    width = np.sqrt(divided(share * (1 - share), arm.units) * z * z + weight * weight / 4) / (1 + weight)
    return middle - width, middle + width


def sample_ratio(counted: Numbers, expected: Numbers, variance: Numbers) -> Numbers:
    """The p value of a chi-square test with one degree of freedom: was an arm drawn with the chances it should have had?

    `expected` is the sum of the units' chances p of this arm, `variance` that of p (1 − p). With one chance for all this is
    Pearson's test of the sizes of two arms; nan where chance had no part.
    """
    varies = np.where(variance > 0, variance, np.nan)
    return np.asarray(chdtrc(1, (counted - expected) ** 2 / varies), dtype=np.float64)
