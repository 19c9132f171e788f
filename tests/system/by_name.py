"""A project by name, in a metastore of Spark's own: what to set, and the prefix of its schemas."""

PREFIX = "t_"
SETS = ("project.lakehouse.catalog=spark_catalog", f"project.lakehouse.prefix={PREFIX}")


def words_of(sets: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a command that set these."""
    return tuple(word for setting in sets for word in ("--set", setting))
