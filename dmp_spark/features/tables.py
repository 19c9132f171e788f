"""What features reads and promises."""

from dmp_spark.contracts import Column, Contract, TableClass
from dmp_spark.features.spec import FeaturesSpec

READS = ("silver.events", "silver.identity_map", "silver.items", "silver.reference_*")
WRITES = ("gold.features", "gold.labels")
FOLLOWS = (
    "silver.events",
    "silver.identity_map",
)  # of reference data all follows: an item that changed reaches whoever bought it

PERSON = Column("person_id", "string", "the person, as in silver.identity_map", nullable=False)
MOMENT = Column(
    "as_of", "timestamp", "the moment: a local midnight; what came or was known later is not in the row", nullable=False
)

LABELS = Contract(
    name="gold.labels",
    owner="features",
    table_class=TableClass.POINT_IN_TIME,
    meaning="What came true of each person of gold.features after a moment, by task, once that is known",
    key=("person_id", "task", "as_of"),
    partitioned_by=("as_of",),
    columns=(
        PERSON,
        Column("task", "string", "the task in models.yml", nullable=False),
        Column("as_of", "timestamp", "the moment from which the label looks ahead: a local midnight", nullable=False),
        Column("label", "double", "what came true; of a condition 1 or 0; null where it cannot be known"),
        Column("ripe_at", "timestamp", "the local midnight that ends the horizon", nullable=False),
    ),
)


def reads(spec: FeaturesSpec) -> tuple[str, ...]:
    """The tables that this project's features read."""
    return tuple(dict.fromkeys(("silver.events", "silver.identity_map", *(lookup.table for lookup in spec.lookups))))


def contracts(spec: FeaturesSpec) -> dict[str, Contract]:
    """The contracts of this stage's tables, by name: a column a measure and window, with its type, unit and meaning."""
    measured = [
        Column(column.name, column.type, column.meaning, column.unit) for measure in spec.measures for column in measure.columns
    ]
    features = Contract(
        name="gold.features",
        owner="features",
        table_class=TableClass.POINT_IN_TIME,
        meaning="Every measure of each person of whom any event was known by the moment",
        key=("person_id", "as_of"),
        partitioned_by=("as_of",),
        columns=(PERSON, MOMENT, *measured),
    )
    return {features.name: features, LABELS.name: LABELS}
