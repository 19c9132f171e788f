"""What measurement reads and promises."""

from dmp_spark.contracts import Column, Contract, TableClass

READS = ("silver.events", "silver.identity_map", "gold.assignments", "gold.decisions")
WRITES = ("gold.experiments",)
FOLLOWS: tuple[str, ...] = ()  # results are of all units together

EVERYBODY = "all"
"""The slice of all units."""

EXPERIMENTS = Contract(
    name="gold.experiments",
    owner="measurement",
    table_class=TableClass.POINT_IN_TIME,
    meaning="What came of the arms of an experiment, by intent to treat, and what the treatment changed",
    key=("experiment", "variant", "metric", "slice", "as_of"),
    partitioned_by=("as_of",),
    columns=(
        Column("experiment", "string", "the experiment's name in measurement.yml", nullable=False),
        Column("variant", "string", "the arm: treatment or holdout", nullable=False),
        Column("metric", "string", "the metric's name", nullable=False),
        Column("slice", "string", "all, or first_day=2017-11-01: the units whose window began on that local day", nullable=False),
        Column("as_of", "timestamp", "when it was judged: the run's as_of", nullable=False),
        Column("ahead", "string", "the horizon: how long after assignment outcomes count", nullable=False),
        Column("assigned", "bigint", "units of the arm that were assigned by as_of", "units", nullable=False),
        Column("sent", "bigint", "of these, those that were sent to at any time; for reading only, all count", "units"),
        Column("units", "bigint", "of the assigned, those whose horizon has ended: who is counted", "units", nullable=False),
        Column("total", "decimal(30,6)", "sum of the counted units' values; null where one has none"),
        Column("total_of_squares", "decimal(38,9)", "sum of the squares of these values"),
        Column("winsorised_at", "decimal(20,6)", "values above count as this: a quantile of both arms' units; null where none"),
        Column("mean", "double", "total over units; of a condition the share of units"),
        Column("deviation", "double", "standard deviation of the values"),
        Column(
            "difference", "double", "mean of the treatment minus mean of the holdout; null, like all that follows, of a holdout"
        ),
        Column("difference_low", "double", "lower end of the 95 % interval of the difference"),
        Column("difference_high", "double", "upper end of it"),
        Column("lift", "double", "difference over the mean of the holdout; null where that is not above 0", "share"),
        Column("p_value", "double", "two-sided; null where neither arm varies", "share"),
        Column("detectable", "double", "the smallest true difference that would be seen with a probability of 80 %"),
        Column("sample_ratio_p_value", "double", "chance of arms whose sizes are this far from those drawn for", "share"),
        Column("method", "string", "welch (means) or newcombe (shares)"),
    ),
)


def contracts(spec: object) -> dict[str, Contract]:
    """The contracts of this stage's tables, by name."""
    return {EXPERIMENTS.name: EXPERIMENTS}
