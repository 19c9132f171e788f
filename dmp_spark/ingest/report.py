"""What the report says of ingest: what came, what of it was taken, why the rest was not, and how fresh it is."""

from collections.abc import Iterable, Mapping
from typing import Any

from dmp_spark.ingest.resolved import IngestSpec
from dmp_spark.ingest.tables import ConflictReason
from dmp_spark.section import About, Answers, Column, Fact, Kind, Part, Section, Sentence, Table, Tone
from dmp_spark.wording import counted, plain

MOST_MONTHS = 24
MAY_LACK = ("conflicts",)
"""The queries whose tables are made by the first row there is to tell of."""
WHY = {
    ConflictReason.KNOWN_LATER: "it was known earlier",
    ConflictReason.GREATER_HASH: "known at once, its hash is the smaller one",
}
_COUNTS = ("rows_in", "rows_unreadable", "rows_accepted", "rows_duplicate", "rows_rejected", "rows_suppressed")


def queries(spec: IngestSpec, about: About) -> dict[str, str]:
    """Sums over the files in use, refused files, broken rules, conflicts, and events by source, type and month."""
    return {
        "files": f"""
            select source, count(*) as files, {", ".join(f"sum({name}) as {name}" for name in _COUNTS)}
            from bronze.files where state = 'taken' group by source order by source""",
        "refused": """
            select source, reason, count(*) as files from bronze.files where state = 'refused'
            group by source, reason order by source, reason""",
        "rules": """
            select broken.source, broken.rule, count(*) as records
            from (select source, explode(reasons) as rule from bronze.rejected where state = 'open') broken
            group by broken.source, broken.rule order by records desc, broken.source, broken.rule""",
        "conflicts": """
            select source, reason, count(distinct event_id) as ids, count(*) as contents
            from bronze.conflicts group by source, reason order by source, reason""",
        "events": """
            select source, event_type, event_month, count(*) as events, sum(value) as value, min(currency) as least_currency,
                   max(currency) as greatest_currency, min(event_time) as first_time, max(event_time) as last_time,
                   max(known_time) as last_known
            from silver.events group by source, event_type, event_month order by source, event_type, event_month""",
    }


def section(spec: IngestSpec, about: About, answers: Answers) -> Section:
    """The section; it shows counts and names of rules, never a record."""
    files, events = answers["files"].named, answers["events"].named
    records = sum(row["rows_in"] or 0 for row in files)
    rejected = sum(row["rows_rejected"] or 0 for row in files)
    facts = (
        Fact("records", records, note=f"in {counted(sum(row['files'] for row in files), 'file')}"),
        Fact("events", sum(row["events"] for row in events), note=f"of {counted(len(_by(events, 'event_type')), 'type')}"),
        Fact("rejected", rejected, note="with the rule that each broke"),
    )
    parts: list[Part] = [*_sentences(files, answers["refused"].named), _by_source(files)]
    if answers["rules"].rows:
        parts.append(_broken(answers["rules"].rows))
    if answers["conflicts"].rows:
        parts.append(_conflicting(answers["conflicts"].rows))
    if events:
        parts += [_kinds(events, about), _freshness(events, about), _months(events)]
    return Section("ingest", "What came in", tuple(parts), facts)


def _sentences(files: list[dict[str, Any]], refused: list[dict[str, Any]]) -> Iterable[Part]:
    for row in refused:
        said = f"{row['source']}: {counted(row['files'], 'file')} refused, so nothing of this source was taken: {row['reason']}"
        yield Sentence(said, Tone.WARNING)
    lost = {name: sum(row[f"rows_{name}"] or 0 for row in files) for name in ("unreadable", "rejected", "suppressed")}
    if files and not any(lost.values()):
        duplicates = sum(row["rows_duplicate"] or 0 for row in files)
        also = f" {duplicates:,} were there already and count once." if duplicates else ""
        yield Sentence(f"Nothing was lost: every record that came was taken.{also}", Tone.GOOD)
    elif files:
        told = ", ".join(f"{count:,} {name}" for name, count in lost.items() if count)
        yield Sentence(f"Not everything was taken: {told}. Rejected records are kept and can be tried again.", Tone.WARNING)


def _by_source(files: list[dict[str, Any]]) -> Table:
    counts = ("files", *_COUNTS)
    titles = ("files", "records", "unreadable", "accepted", "duplicate", "rejected", "suppressed")
    return Table(
        "By source",
        (Column("source"), *[Column(title, Kind.COUNT) for title in titles]),
        tuple((row["source"], *[row[name] for name in counts]) for row in files),
        "Of the files in use now. A record may hold several events; accepted to suppressed count events, rows of reference data "
        "and records of facts.",
        "No file was taken yet.",
    )


def _broken(rows: tuple[tuple[Any, ...], ...]) -> Table:
    return Table(
        "Rejected, and why",
        (Column("source"), Column("rule that it broke"), Column("records", Kind.COUNT), Column("", Kind.BAR)),
        tuple((source, plain(rule), records, records) for source, rule, records in rows),
        "A record that broke two rules counts at both. What was in them is in bronze.rejected and is not shown here.",
    )


def _conflicting(rows: tuple[tuple[Any, ...], ...]) -> Table:
    return Table(
        "Other contents under an id that stands",
        (Column("source"), Column("why the other one holds"), Column("ids", Kind.COUNT), Column("contents", Kind.COUNT)),
        tuple((source, WHY[reason], ids, contents) for source, reason, ids, contents in rows),
        "One content of each id is an event. Which files and records the others are is in bronze.conflicts.",
    )


def _kinds(events: list[dict[str, Any]], about: About) -> Table:
    rows = []
    for kind, of in _by(events, "event_type").items():
        money = _money(of)
        first, last = min(row["first_time"] for row in of), max(row["last_time"] for row in of)
        rows.append((plain(kind), sum(row["events"] for row in of), money, first, last))
    columns = (
        Column("event"),
        Column("events", Kind.COUNT),
        Column("value", Kind.NUMBER),
        Column("first", Kind.MOMENT),
        Column("last", Kind.MOMENT),
    )
    return Table("Events", columns, tuple(rows))


def _money(events: list[dict[str, Any]]) -> str | None:
    """The sum with its currency; None where nothing has a value, and where currencies differ no sum means anything."""
    known = [row for row in events if row["value"] is not None]
    currencies = {row[end] for row in known for end in ("least_currency", "greatest_currency")}
    if not known:
        return None
    if len(currencies) > 1:
        return f"{len(currencies)} currencies or more"
    return f"{sum(row['value'] for row in known):,.2f}\u00a0{next(iter(currencies)) or ''}".strip()


def _freshness(events: list[dict[str, Any]], about: About) -> Table:
    rows = []
    for source, of in _by(events, "source").items():
        newest = max(row["last_known"] for row in of)
        rows.append((source, newest, max(0.0, (about.as_of - newest).total_seconds() / 86400)))
    columns = (Column("source"), Column("newest event known", Kind.MOMENT), Column("before the moment", Kind.NUMBER, "days"))
    return Table(
        "Newest event by source", columns, tuple(rows), "Against the moment of this report, so a finished data set stays fresh."
    )


def _months(events: list[dict[str, Any]]) -> Table:
    kinds = list(_by(events, "event_type"))
    months = _by(events, "event_month")
    rows = []
    for month in sorted(months)[-MOST_MONTHS:]:
        counts = {kind: sum(row["events"] for row in months[month] if row["event_type"] == kind) for kind in kinds}
        rows.append((f"{month:%Y-%m}", *counts.values(), sum(counts.values())))
    columns = (Column("month"), *[Column(plain(kind), Kind.COUNT) for kind in kinds], Column("all", Kind.BAR))
    note = f"The last {MOST_MONTHS} of {len(months)} months." if len(months) > MOST_MONTHS else ""
    return Table("Events by month", columns, tuple(rows), note)


def _by(rows: list[dict[str, Any]], name: str) -> Mapping[Any, list[dict[str, Any]]]:
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[name], []).append(row)
    return found
