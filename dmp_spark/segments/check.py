"""Whether `segments.yml` fits the other files: every name is known, and no segment rests on itself."""

from collections.abc import Mapping

from dmp_spark.contracts import Contract
from dmp_spark.expressions.parse import Expression, ExpressionError, parse
from dmp_spark.expressions.prefixes import person_columns, problem_of
from dmp_spark.project.load import Found, Project
from dmp_spark.segments.order import cycle, levels, rests_on
from dmp_spark.segments.spec import Segment, SegmentFile, SegmentsFile, SegmentsSpec, specials


def resolve(project: Project, contracts: Mapping[str, Contract], found: Found) -> SegmentsSpec:
    """The stage's spec; mistakes go to `found`, and a segment that has one is left out."""
    written: dict[str, SegmentFile] = (project.written("segments") or SegmentsFile()).segments
    models = project.written("models")
    known = person_columns(contracts, getattr(models, "tasks", None) or {})
    others = {f"segment.{name}": "boolean" for name in written}
    parsed = {name: _parsed(name, said, known, others, found) for name, said in written.items()}
    right = {name: expression for name, expression in parsed.items() if expression is not None}
    needs = {name: tuple(sorted(_segments_in(expression))) for name, expression in right.items()}
    needs = _without_cycles(needs, found)
    used = {column for name in needs for column in right[name].names}
    return SegmentsSpec(
        zone=project.settings.time_zone,
        segments=_ordered({name: written[name] for name in needs}, needs),
        known={name: known[name] for name in sorted(used) if name in known},
    )


def _parsed(name: str, said: SegmentFile, known: dict[str, str], others: dict[str, str], found: Found) -> Expression | None:
    try:
        return parse(said.where, known | others, predicate=True, specials=specials(known))
    except ExpressionError as error:
        code, what, way_out, offset = problem_of(error, said.where)
        found.add(code, what, f"segments.{name}.where", way_out, offset)
        return None


def _segments_in(expression: Expression) -> set[str]:
    return {name.removeprefix("segment.") for name in expression.names if name.startswith("segment.")}


def _without_cycles(needs: dict[str, tuple[str, ...]], found: Found) -> dict[str, tuple[str, ...]]:
    """The segments that rest on right ones only; each cycle is told once, with its chain."""
    left = dict(needs)
    while chain := cycle(left):
        what = f"the segment {chain[0]} rests on itself: {' → '.join(chain)}"
        found.add("circle", what, f"segments.{chain[0]}.where", "let one of them stand without the other")
        left = {name: others for name, others in left.items() if name not in chain}
    while True:
        whole = {name: others for name, others in left.items() if all(other in left for other in others)}
        if len(whole) == len(left):
            return whole
        left = whole


def _ordered(written: Mapping[str, SegmentFile], needs: Mapping[str, tuple[str, ...]]) -> tuple[Segment, ...]:
    level = levels(needs)
    segments = [
        Segment(
            name=name,
            title=said.title or name.replace("_", " ").capitalize(),
            where=said.where,
            definition="\n".join([said.where, *[f"segment.{other}: {written[other].where}" for other in rests_on(name, needs)]]),
            needs=needs[name],
            level=level[name],
        )
        for name, said in written.items()
    ]
    return tuple(sorted(segments, key=lambda segment: segment.level))
