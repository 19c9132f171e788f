"""What the report says of the features: what each means, who has none, and how its values lie."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dmp_spark.features.spec import FeaturesSpec
from dmp_spark.section import About, Answers, Column, Detailed, Fact, Kind, Section, Table
from dmp_spark.wording import plain


def queries(spec: FeaturesSpec, about: About) -> dict[str, str]:
    """How many people each moment has."""
    return {"moments": "select as_of, count(*) as people from gold.features group by as_of order by as_of"}


def section(spec: FeaturesSpec, about: About, answers: Answers) -> Section:
    """The section: the catalogue as `dmp features list` has it, and the moments."""
    features = about.catalogue.named
    moments = answers["moments"].rows
    latest = moments[-1][1] if moments else 0
    columns = (
        Column("feature"),
        Column("unit", Kind.LABEL),
        Column("window", Kind.LABEL),
        Column("without a value", Kind.SHARE),
        Column("low", Kind.NUMBER),
        Column("median", Kind.NUMBER),
        Column("high", Kind.NUMBER),
        Column("spread", Kind.BINS),
    )
    catalogue = Table(
        "The catalogue",
        columns,
        tuple(_row(feature, about.zone) for feature in features),
        "Low and high: 5 and 95 % of those who have a value are at or below them. The picture counts people in twelve equal "
        "steps between the two; who lies outside is in the outer steps. Texts and lists have no order.",
    )
    over_time = Table(
        f"{about.people.capitalize()} at each moment",
        (Column("moment", Kind.MOMENT), Column(about.people, Kind.COUNT), Column("", Kind.BAR)),
        tuple((moment, people, people) for moment, people in moments),
        f"A {about.person} stands at a moment once any event of it was known by then.",
    )
    facts = (Fact("features", len(features)), Fact("moments", len(moments)), Fact(about.people, latest, note="at the latest"))
    return Section("features", "What is measured", (catalogue, over_time), facts)


def _row(feature: dict[str, Any], zone: str) -> tuple[Any, ...]:
    name, window = plain(feature["feature"]), feature["window"]
    for ending in (f", last {window}", ", ever"):  # the window has a column of its own
        name = name.removesuffix(ending)
    values = (_day(feature[end], zone) for end in ("low", "median", "high"))
    shown = Detailed(name, feature["meaning"])
    return (shown, feature["unit"] or None, window, feature["missing"], *values, tuple(feature["bins"]))


def _day(value: Any, zone: str) -> Any:
    """A time as its local day: the table has no room for hours."""
    return value.astimezone(ZoneInfo(zone)).date() if isinstance(value, datetime) else value
