"""The report's first sections: the flow with its rows and seconds, what the last run said, how fresh tables are."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from dmp_spark.operations.ledger import Ledger, Row
from dmp_spark.operations.spec import Fresh
from dmp_spark.operations.sql_catalog import Catalog
from dmp_spark.operations.steps import matching
from dmp_spark.operations.tables import RUN
from dmp_spark.page.texts import moment
from dmp_spark.registry import Resolution, order, tables
from dmp_spark.section import About, Box, Column, Flow, Folded, Kind, Part, Rows, Section, Sentence, Table, Tone
from dmp_spark.wording import plain, sentence_case

MEANINGS = {
    "ingest": "reads the sources",
    "sessions": "cuts visits",
    "identity": "joins identifiers to people",
    "features": "measures each of them",
    "profiles": "one row each, today",
    "models": "learns what to expect",
    "segments": "who belongs where",
    "activation": "decides and exports",
    "measurement": "what sending did",
}
_SHOWN = {  # the tables worth a number in the picture; the others stand in the list below it
    "ingest": ("silver.events", "silver.items", "bronze.rejected"),
    "segments": ("gold.segment_membership",),
    "activation": ("gold.decisions",),
}
_WORDS = {
    "silver.identity_map": "identifiers over time",
    "gold.features": "rows of features",
    "gold.segment_membership": "stays in a segment",
}
_DAY = 86400
_ABSOLUTE = re.compile(r"(?:/[^\s/]+)+/(?=(?:exports|logs|mlflow)/)")  # what lay elsewhere when it was said


def overview(resolution: Resolution, known: Catalog, ledger: Ledger, about: About) -> Section:
    """The flow: a box a stage with what it keeps, and how its last run went."""
    stages = [name for name in order() if name in resolution.specs]
    latest = {name: next((row for row in reversed(ledger.rows()) if row.stage == name), None) for name in stages}
    seconds = {name: row.seconds for name, row in latest.items() if row is not None}
    total = sum(seconds.values())
    counts = {name: table.opened.count() for name, table in known.tables.items() if not name.startswith("ops.")}
    last = ledger.rows()[-1].run_id
    boxes = tuple(_box(name, latest[name], counts, total, last) for name in stages)
    rows = tuple((table, owner, counts[table]) for owner in stages for table in matching(tables(owner).WRITES, counts))
    note = (
        "Rows that each stage keeps. Seconds, and the bar below, are of the stage's last run; a stage without news does not run."
    )
    every = Table(
        "",
        (Column("table"), Column("written by"), Column("rows", Kind.COUNT), Column("", Kind.BAR)),
        tuple((*row, row[2]) for row in rows),
    )
    return Section(
        "flow", "From sources to decisions", (Flow(boxes, note), Folded(f"All {len(rows)} tables and their rows", (every,)))
    )


def _box(name: str, row: Row | None, counts: dict[str, int], total: float, last_run_id: str) -> Box:
    wanted = _SHOWN.get(name) or tables(name).WRITES
    made = tuple((_short(table), counts[table]) for table in matching(wanted, counts))
    if row is None:
        return Box(name, MEANINGS.get(name, ""), made, None, None, "never ran")
    status = "nothing new" if row.run_id != last_run_id and row.status == "done" else row.status
    return Box(name, MEANINGS.get(name, ""), made, row.seconds, row.rows_written, status, row.seconds / total if total else 0.0)


def _short(table: str) -> str:
    return _WORDS.get(table) or plain(table.partition(".")[2])


def last_run(ledger: Ledger, about: About) -> Section:
    """What the stages said when they last ran: failures and gates first, then checks, then notes."""
    rows = ledger.rows()
    last = rows[-1].run_id
    of_it = [row for row in rows if row.run_id == last and row.stage != RUN]
    latest = [row for name in order() if (row := ledger.last_done(name)) is not None]
    publication = ledger.publication()
    parts: list[Part] = [*_how_it_went(of_it, publication, last, about)]
    failed = [(row.stage, check) for row in latest for check in row.checks if not check["passed"]]
    for stage, check in failed:
        detail = f" ({check['detail']})" if check["detail"] else ""
        parts.append(Sentence(f"Check failed in {stage}: {check['name']}{detail}.", Tone.WARNING))
    passed = sum(1 for row in latest for check in row.checks if check["passed"])
    if passed and not failed:
        parts.append(Sentence(f"All {passed} checks passed." if passed > 1 else "The one check passed.", Tone.GOOD))
    notes = tuple((row.stage, _note(note, about.root)) for row in latest for note in row.notes)
    parts.append(Table("What the stages said", (Column("stage"), Column("note")), notes, empty="Nothing worth a note."))
    return Section("run", "The last run", tuple(parts))


def _how_it_went(rows: Sequence[Row], publication: Row | None, last: str, about: About) -> Iterator[Part]:
    troubled = [row for row in rows if row.status != "done"]
    for row in troubled:
        said = "; ".join(_note(note, about.root) for note in row.notes) or row.status
        yield Sentence(f"{sentence_case(row.stage)} {row.status}: {said}", Tone.WARNING)
    if publication is None or publication.run_id == last:
        if not troubled and rows:
            done = "stage" if len(rows) == 1 else "stages"
            yield Sentence(f"All {len(rows)} {done} that ran came to their end.", Tone.GOOD)
        return
    day = moment(publication.started_at, about.zone)
    yield Sentence(f"The last run published nothing, so everything here is as it was published before, on {day}.", Tone.WARNING)


def freshness(fresh: Sequence[Fresh], known: Catalog, ask: Callable[[str], Rows], about: About) -> Section:
    """How old the newest row of each table of `fresh` is at the moment, and whether that is young enough."""
    rows = []
    late = []
    for one in fresh:
        answer = ask(f"select max({one.column}) as newest from {one.table}").first if one.table in known.tables else {}
        newest = answer.get("newest")
        age = None if newest is None else max(0.0, (about.as_of - newest).total_seconds())
        is_fresh = age is not None and age <= one.seconds
        rows.append((one.table, newest, None if age is None else age / _DAY, one.within, "fresh" if is_fresh else "too old"))
        if not is_fresh:
            late.append(one.table)
    columns = (
        Column("table"),
        Column("newest row", Kind.MOMENT),
        Column("before the moment", Kind.NUMBER, "days"),
        Column("allowed"),
        Column(""),
    )
    verdict = (
        Sentence(f"Too old: {', '.join(late)}.", Tone.WARNING) if late else Sentence("Everything is fresh enough.", Tone.GOOD)
    )
    note = "Against the moment of this report, so a finished data set stays fresh."
    return Section("fresh", "How fresh it is", (verdict, Table("", columns, tuple(rows), note)))


def _note(note: str, root: Path) -> str:
    """A note in which paths start at the lakehouse, wherever it lies."""
    return _ABSOLUTE.sub("", note.replace(f"{root}/", ""))
