"""What the report says of the profiles: how many people have each attribute and trait."""

from dmp_spark.profiles.spec import ProfilesSpec
from dmp_spark.section import About, Answers, Column, Fact, Kind, Section, Table
from dmp_spark.wording import plain, share


def queries(spec: ProfilesSpec, about: About) -> dict[str, str]:
    """People, and how many have a value of each attribute and trait."""
    names = [*[attribute.name for attribute in spec.attributes], *[trait.name for trait in spec.traits]]
    counts = ", ".join(["count(*) as people", *[f"count(`{name}`) as `of {name}`" for name in names]])
    return {"filled": f"select {counts} from gold.profiles"}


def section(spec: ProfilesSpec, about: About, answers: Answers) -> Section:
    """The section: shares only; what an attribute says of somebody may be personal."""
    filled = answers["filled"].first
    people = filled.get("people") or 0
    said = [(plain(a.name), f"said by {' or '.join(a.sources)}", filled.get(f"of {a.name}")) for a in spec.attributes]
    traits = [(plain(t.name), f"feature: {plain(t.feature)}", filled.get(f"of {t.name}")) for t in spec.traits]
    rows = tuple((name, origin, count, share(count, people), count) for name, origin, count in (*said, *traits))
    columns = (
        Column("attribute or trait"),
        Column("from"),
        Column(about.people, Kind.COUNT),
        Column("share", Kind.SHARE),
        Column("", Kind.BAR),
    )
    return Section(
        "profiles",
        "What is known of each",
        (Table(f"Known of how many {about.people}", columns, rows),),
        (Fact(about.people, people),),
    )
