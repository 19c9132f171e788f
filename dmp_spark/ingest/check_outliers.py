"""Rules for outliers, proven. No pyspark here."""

from collections.abc import Mapping
from datetime import UTC

from dmp_spark.ingest.check_names import NUMBERS, Names
from dmp_spark.ingest.resolved import Outlier
from dmp_spark.ingest.spec import OutlierFile, SourceFile
from dmp_spark.project.types import moment_instant

FACTORS = {"iqr": 1.5, "mad": 3.5}


def outliers(written: SourceFile, names: Names, columns: Mapping[str, str], address: str, zone: str) -> tuple[Outlier, ...]:
    """The rules for outliers of a source that are right; a problem for each mistake."""
    found = names.found
    if written.outliers and not written.events:
        what = "outliers are judged of events, by when they were known, and this source has none"
        found.add("outliers-of-events", what, f"{address}.outliers", "leave them out; a rule (`rules`) may say what a row may be")
        return ()
    clipped: dict[str, str] = {}
    resolved = []
    for name, each in written.outliers.items():
        place = f"{address}.outliers.{name}"
        rule = _outlier(name, each, names, place, zone)
        if name == "late" or name in written.rules:
            what = f"{name} is the flag of {'events that were known late' if name == 'late' else 'a rule'} already"
            found.add("reserved", what, place, "name it otherwise")
        if rule and rule.clips and _is_clippable(rule, written, columns, clipped, names, place):
            clipped[rule.of] = name
        if rule:
            resolved.append(rule)
    return tuple(resolved)


def _outlier(name: str, written: OutlierFile, names: Names, address: str, zone: str) -> Outlier | None:
    expression = names.expression(written.of, f"{address}.of")
    by = [column for column in written.by if names.has_column(column, names.types, f"{address}.by")]
    if expression and expression.type.split("(")[0] not in (*NUMBERS, "unknown"):
        what = f"this gives {expression.type}, and outliers are among numbers"
        names.found.add("wrong-type", what, f"{address}.of", "name a number")
        return None
    moments = [moment_instant(text, zone).astimezone(UTC) for text in written.learned_at]
    if moments != sorted(set(moments)):
        what = "the moments of `learned_at` do not follow one another"
        names.found.add("order", what, f"{address}.learned_at", "write them in order, each once")
        return None
    if not expression or len(by) < len(written.by):
        return None
    return Outlier(
        name=name,
        of=written.of,
        by=tuple(by),
        method=written.method,
        factor=written.factor or FACTORS[written.method],
        learned_at=tuple(moment.isoformat() for moment in moments),
        clips=written.otherwise == "clip",
    )


def _is_clippable(
    rule: Outlier, written: SourceFile, columns: Mapping[str, str], clipped: Mapping[str, str], names: Names, address: str
) -> bool:
    if rule.of not in columns:
        what = f"only a column can be clipped, and {rule.of} is none"
        names.found.add("not-a-column", what, f"{address}.of", "name a column of the source, or otherwise: flag")
        return False
    if rule.of in clipped:
        what = f"{rule.of} is clipped by {clipped[rule.of]} already"
        names.found.add("clipped-twice", what, f"{address}.of", "otherwise: flag")
        return False
    kinds = [kind for kind, event in (written.events or {}).items() if isinstance(event.id, list) and rule.of in event.id]
    if kinds:
        what = f"{rule.of} is a part of what makes a {kinds[0]} one event, and an event stays what it is"
        names.found.add("clipped-id", what, f"{address}.of", "otherwise: flag")
        return False
    return True
