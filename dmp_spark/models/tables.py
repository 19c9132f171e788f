"""What models reads and promises."""

from dmp_spark.contracts import Column, Contract, TableClass

READS = ("gold.features", "gold.labels")
WRITES = ("gold.scores",)
FOLLOWS: tuple[str, ...] = ()  # everybody is scored at each new moment, and one row more is another training set

SCORES = Contract(
    name="gold.scores",
    owner="models",
    table_class=TableClass.POINT_IN_TIME,
    meaning="What the champion of each task expects of each eligible person",
    key=("person_id", "model", "version", "as_of"),
    columns=(
        Column("person_id", "string", "the person", nullable=False),
        Column("model", "string", "the task in models.yml", nullable=False),
        Column("version", "string", "the model's version: 12 digits over task, spec, code and training rows", nullable=False),
        Column("as_of", "timestamp", "the moment at which the person was judged", nullable=False),
        Column(
            "score",
            "double",
            "the probability that the label comes true, or the number that is expected, 6 decimals",
            nullable=False,
        ),
        Column("percentile", "double", "100 × percent_rank among those scored at this moment, 4 decimals", nullable=False),
        Column("reasons", "array<string>", "the three features that moved the score most: spend_30d = 12.5 (raises)"),
    ),
)


def contracts(spec: object) -> dict[str, Contract]:
    """The contracts of this stage's tables, by name."""
    return {SCORES.name: SCORES}
