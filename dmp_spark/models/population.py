"""What there is to learn from, as counts. Plain values; no Spark."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dmp_spark.models.folds import Outcomes
from dmp_spark.models.spec import ModelsSpec


@dataclass(frozen=True)
class Population:
    """What two aggregations say of a task's rows.

    By moment: people, the eligible, and the outcomes of those of them whose label is ripe. Over all moments: distinct
    people among the latter, and how many of them are ever positive, and ever negative (None of a regression).
    """

    people: Mapping[date, int]
    eligible: Mapping[date, int]
    outcomes: Mapping[date, Outcomes]
    learned_of: int
    positive_people: int | None
    negative_people: int | None
    rows_hash: str

    @property
    def rows(self) -> int:
        """The rows with a ripe label."""
        return sum(outcome.rows for outcome in self.outcomes.values())

    def is_enough(self, spec: ModelsSpec) -> bool:
        """Whether there are the rows and people that models.yml asks for before anything is learned, and features at all."""
        return self.rows >= spec.least_rows and self.fewest_people >= spec.least_people and bool(spec.numbers)

    @property
    def fewest_people(self) -> int:
        """The distinct people of the rarer outcome; of a regression all."""
        return min(self.learned_of if found is None else found for found in (self.positive_people, self.negative_people))
