"""What identity reads and promises."""

from dmp_spark.contracts import Column, Contract, TableClass

READS = ("silver.identifiers",)
WRITES = ("silver.identity_map",)
FOLLOWS = READS

IDENTITY_MAP = Contract(
    name="silver.identity_map",
    owner="identity",
    table_class=TableClass.HISTORY,
    meaning="Which person an identifier belonged to, over known time",
    key=("identifier_id", "valid_from"),
    columns=(
        Column("identifier_id", "string", "the identifier, as in silver.identifiers", nullable=False),
        Column("person_id", "string", "stable_id of 'person' and the group's earliest-known identifier", nullable=False),
        Column("valid_from", "timestamp", "from when this was known", nullable=False),
        Column("valid_until", "timestamp", "until when; null while it holds"),
    ),
)


def contracts(spec: object) -> dict[str, Contract]:
    """The contracts of this stage's tables, by name."""
    return {IDENTITY_MAP.name: IDENTITY_MAP}
