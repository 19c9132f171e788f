"""What the report says of the segments: how large they are, who came and went, and how they overlap."""

from typing import Any

from dmp_spark.section import About, Answers, Code, Column, Fact, Folded, Kind, Part, Section, Sentence, Table
from dmp_spark.segments.spec import SegmentsSpec
from dmp_spark.wording import share

MOST_OVERLAPS = 15  # segments on a side: more can be read by nobody


def queries(spec: SegmentsSpec, about: About) -> dict[str, str]:
    """Sizes, who entered and left at this moment, people in two segments at once, and the people there are."""
    return {
        "sizes": f"""
            select segment, count(*) as people, sum(case when entered_at = {about.moment} then 1 else 0 end) as entered
            from gold.segment_membership where left_at is null group by segment order by segment""",
        "left": f"""
            select segment, count(*) as people from gold.segment_membership where left_at = {about.moment}
            group by segment order by segment""",
        "overlaps": """
            select a.segment as one, b.segment as other, count(*) as people
            from gold.segment_membership a join gold.segment_membership b on a.person_id = b.person_id
            where a.left_at is null and b.left_at is null
            group by a.segment, b.segment order by a.segment, b.segment""",
        "people": "select count(*) as people from gold.profiles",
    }


def section(spec: SegmentsSpec, about: About, answers: Answers) -> Section:
    """The section, largest segments first."""
    everybody = answers["people"].first.get("people") or 0
    sizes = {row["segment"]: row for row in answers["sizes"].named}
    left = dict(answers["left"].rows)
    titles = {segment.name: segment.title for segment in spec.segments}
    people = {name: sizes[name]["people"] if name in sizes else 0 for name in titles}
    ordered = sorted(titles, key=lambda name: (-people[name], name))
    rows = tuple(
        (titles[name], people[name], share(people[name], everybody), people[name], _entered(sizes, name), left.get(name, 0))
        for name in ordered
    )
    columns = (
        Column("segment"),
        Column(about.people, Kind.COUNT),
        Column("of all", Kind.SHARE),
        Column("", Kind.BAR),
        Column("entered", Kind.COUNT),
        Column("left", Kind.COUNT),
    )
    parts: list[Part] = []
    if about.is_first:
        parts.append(Sentence("This is the first moment, so everybody in a segment has just entered it."))
    parts.append(Table("Sizes", columns, rows, "Entered and left: at the moment of this report."))
    parts += _overlaps(ordered, titles, people, answers["overlaps"].rows)
    definitions = "\n\n".join(f"{s.name}: {s.title}\n{s.where}" for s in spec.segments)
    parts.append(Folded("How the segments are defined", (Code(definitions),)))
    return Section("segments", "Segments", tuple(parts), (Fact("segments", len(titles)),))


def _entered(sizes: dict[str, dict[str, Any]], name: str) -> int:
    return int(sizes[name]["entered"]) if name in sizes else 0


def _overlaps(
    ordered: list[str], titles: dict[str, str], people: dict[str, int], rows: tuple[tuple[Any, ...], ...]
) -> list[Part]:
    """A square of shares: of the people of the row's segment, how many are in the column's too."""
    shown = [name for name in ordered if people[name]][:MOST_OVERLAPS]
    if len(shown) < 2:
        return []
    both = {(one, other): count for one, other, count in rows}

    def _part_of(one: str, other: str) -> float | None:
        return None if one == other else share(both.get((one, other), 0), people[one])

    square = tuple((titles[one], *[_part_of(one, other) for other in shown]) for one in shown)
    columns = (Column("of those in …"), *[Column(titles[name], Kind.HEAT) for name in shown])
    left_out = f" The {len(shown)} largest." if len(shown) < sum(1 for name in ordered if people[name]) else ""
    note = f"Read along a row: of the people in its segment, this share is in the column's segment too.{left_out}"
    return [Table("Overlaps", columns, square, note)]
