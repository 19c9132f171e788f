"""What `segments.yml` says: who belongs to which segment."""

from datetime import datetime

from pydantic import Field

from dmp_spark.expressions.parse import Special, parse
from dmp_spark.project.types import Name, Resolved, Written, is_same_day


class SegmentFile(Written):
    """A segment: a title for people, and the predicate over one person that says who belongs."""

    title: str = ""
    where: str = Field(min_length=1)


class SegmentsFile(Written):
    """`segments.yml`."""

    segments: dict[Name, SegmentFile] = {}


class Segment(Resolved):
    """A segment whose predicate was checked.

    `needs` are the segments that it names; `level` is 0 where it names none, else one more than the highest of them.
    `definition` is its text and, line by line, that of all segments it rests on: the version is made of it.
    """

    name: str
    title: str
    where: str
    definition: str
    needs: tuple[str, ...] = ()
    level: int = 0


class SegmentsSpec(Resolved):
    """All that the stage needs: `known` are the names that the predicates use, with their types (no segments)."""

    zone: str
    segments: tuple[Segment, ...] = ()
    known: dict[str, str] = {}

    def all_because(self, before: datetime, now: datetime) -> str:
        """Ranks compare everybody with everybody; and features and scores are of another moment once the local day is another."""
        others = {f"segment.{segment.name}": "boolean" for segment in self.segments}
        for segment in self.segments:
            if parse(segment.where, self.known | others, predicate=True, specials=specials(self.known)).calls:
                return f"{segment.name} compares people with one another"
        is_of_a_moment = any(not name.startswith("profile.") for name in self.known)
        return "features and scores are of another moment" if is_of_a_moment and not is_same_day(before, now, self.zone) else ""


def specials(known: dict[str, str]) -> dict[str, Special]:
    """`percentile(x)`: 100 × percent_rank of x among the people who have a value; null stays null."""
    arguments = {name: kind for name, kind in known.items() if not name.startswith("segment.")}
    return {
        "percentile": Special(
            name="percentile", arguments=arguments, result="double", allows_star=False, allows_distinct=False, arity=(1, 1)
        )
    }
