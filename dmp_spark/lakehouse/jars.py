"""Spark's jars out of a folder, so that nothing is fetched: DMP_JARS. `bin/jars FOLDER` fills such a folder."""

from pathlib import Path

from dmp_spark.errors import Problem, UserError

_NEEDED = "delta-spark"  # in the name of the jar without which no table can be read
_WAY_OUT = "fill it where there is a network, with bin/jars FOLDER, or unset DMP_JARS"
NOT_FETCHED = Problem(
    "no-jars",
    "Spark's jars are not here and could not be fetched from Maven Central",
    way_out="fill a folder where there is a network, with bin/jars FOLDER, and name it here: DMP_JARS=FOLDER",
)


def jars_of(folder: Path) -> str:
    """The jars in a folder, by name, as spark.jars takes them; UserError where Delta Lake is not among them."""
    jars = sorted(folder.glob("*.jar")) if folder.is_dir() else []
    if not any(_NEEDED in jar.name for jar in jars):
        what = "there is no folder" if not folder.is_dir() else f"no {_NEEDED} among {len(jars)} jars in" if jars else "no jar in"
        raise UserError(Problem("no-jars", f"DMP_JARS: {what} {folder}", None, _WAY_OUT))
    return ",".join(str(jar.resolve()) for jar in jars)
