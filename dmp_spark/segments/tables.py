"""What segments reads and promises."""

from dmp_spark.contracts import Column, Contract, TableClass

READS = ("gold.profiles", "gold.features", "gold.scores")
WRITES = ("gold.segments", "gold.segment_membership")
FOLLOWS = READS

SEGMENTS = Contract(
    name="gold.segments",
    owner="segments",
    table_class=TableClass.LEDGER,
    meaning="Every version of every segment's definition that was ever in force",
    key=("segment", "version"),
    columns=(
        Column("segment", "string", "the segment's name in segments.yml", nullable=False),
        Column("version", "string", "first 12 digits of stable_id of the definition", nullable=False),
        Column("title", "string", "the title when this version was first seen"),
        Column("definition", "string", "the predicate, and those of the segments that it rests on", nullable=False),
    ),
)

MEMBERSHIP = Contract(
    name="gold.segment_membership",
    owner="segments",
    table_class=TableClass.HISTORY,
    meaning="The stays of persons in segments: [entered_at, left_at)",
    key=("segment", "person_id", "entered_at"),
    partitioned_by=("is_open",),
    columns=(
        Column("segment", "string", "the segment's name", nullable=False),
        Column("person_id", "string", "the person", nullable=False),
        Column("entered_at", "timestamp", "the as_of of the run that first saw them inside", nullable=False),
        Column("left_at", "timestamp", "the as_of of the run that no longer saw them inside; null while inside"),
        Column("version", "string", "the version of the definition by which they entered", nullable=False),
        Column("is_open", "boolean", "whether they are inside: left_at is null", nullable=False),
    ),
)


def contracts(spec: object) -> dict[str, Contract]:
    """The contracts of this stage's tables, by name."""
    return {contract.name: contract for contract in (SEGMENTS, MEMBERSHIP)}
