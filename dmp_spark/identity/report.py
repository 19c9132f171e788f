"""What the report says of identity: how many people the identifiers make."""

from dmp_spark.identity.spec import IdentitySpec
from dmp_spark.section import About, Answers, Column, Fact, Kind, Section, Sentence, Table
from dmp_spark.wording import plain, sentence_case


def queries(spec: IdentitySpec, about: About) -> dict[str, str]:
    """Identifiers by namespace, and people by the number of their identifiers."""
    return {
        "namespaces": """
            select i.namespace, count(*) as identifiers, count(distinct m.person_id) as people
            from silver.identifiers i
            left join silver.identity_map m on m.identifier_id = i.identifier_id and m.valid_until is null
            group by i.namespace order by i.namespace""",
        "sizes": """
            select held.identifiers, count(*) as people
            from (select person_id, count(*) as identifiers from silver.identity_map where valid_until is null
                  group by person_id) held
            group by held.identifiers order by held.identifiers""",
    }


def section(spec: IdentitySpec, about: About, answers: Answers) -> Section:
    """The section; identifiers are counted, not shown."""
    sizes = answers["sizes"].rows
    people = sum(count for _, count in sizes)
    identifiers = sum(size * count for size, count in sizes)
    namespaces = tuple((plain(name), count, persons) for name, count, persons in answers["namespaces"].rows)
    columns = (Column("kind of identifier"), Column("identifiers", Kind.COUNT), Column(about.people, Kind.COUNT))
    facts = (Fact(about.people, people), Fact("identifiers", identifiers))
    if all(size == 1 for size, _ in sizes):
        told = f"Each identifier is a {about.person} of its own."
        return Section("identity", sentence_case(about.people), (Sentence(told), Table("", columns, namespaces)), facts)
    spread = Table(
        f"Identifiers of one {about.person}",
        (Column("identifiers", Kind.COUNT), Column(about.people, Kind.COUNT), Column("", Kind.BAR)),
        tuple((size, count, count) for size, count in sizes),
    )
    return Section("identity", sentence_case(about.people), (Table("", columns, namespaces), spread), facts)
