"""The report: sections of operations and of every stage that has one, asked of one publication, as one HTML file.

Tables are read as `dmp sql` reads them (by path without Spark), pinned at the versions that were published together. The
same lakehouse gives the same bytes: nothing here knows what time it is.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from dmp_spark import registry
from dmp_spark.errors import Problem, UserError
from dmp_spark.operations.feature_catalogue import Feature, catalogue
from dmp_spark.operations.ledger import Ledger, Row
from dmp_spark.operations.report_overview import freshness, last_run, overview
from dmp_spark.operations.report_questions import questions
from dmp_spark.operations.spec import OperationsSpec
from dmp_spark.operations.sql import ask
from dmp_spark.operations.sql_catalog import Catalog, catalog
from dmp_spark.operations.tables import RUN
from dmp_spark.operations.values import python_rows
from dmp_spark.page.document import Page, document
from dmp_spark.page.texts import moment, text_of
from dmp_spark.project.load import Project
from dmp_spark.registry import Resolution
from dmp_spark.section import About, Fact, Kind, Rows, Section, Sentence, Tone

HEAD_FACTS = {"ingest": "events", "identity": None, "segments": "segments", "activation": "sent"}
"""Of which sections the page's head shows a number: the one of that title, or the first."""
_NOT_YET = ("sql-table", "sql-column")


@dataclass(frozen=True)
class Source:
    """What the report is made of: a project, its resolution, and the tables of one publication."""

    project: Project
    resolution: Resolution
    known: Catalog
    ledger: Ledger

    @property
    def spec(self) -> OperationsSpec:
        """The report's own settings."""
        spec = self.resolution.beside["operations"]
        assert isinstance(spec, OperationsSpec)
        return spec

    @cached_property
    def about(self) -> About:
        """What every section may know."""
        return _about(self)

    def ask(self, text: str, most: int | None = None) -> Rows:
        """The answer to a query in Spark's dialect, cut after `most` rows; UserError or OnlySparkError without one."""
        found = ask(text, self.known)
        rows: list[tuple[Any, ...]] = []
        total = 0
        for batch in found:
            total += batch.num_rows
            rows += python_rows([batch if most is None else batch.slice(0, max(0, most - len(rows)))])
        return Rows(tuple(found.schema.names), tuple(rows), total)


def source_of(project: Project, resolution: Resolution) -> Source:
    """A project's lakehouse as it was published last, or as it stands where nothing was; UserError where nothing has run yet."""
    ledger = Ledger(project.lakehouse)
    if not ledger.rows():
        what = f"nothing has run yet in {project.lakehouse}, so there is nothing to tell"
        raise UserError(Problem("no-run", what, way_out="dmp run"))
    return Source(project, resolution, catalog(project.lakehouse, ledger.publication()), ledger)


def report(project: Project, resolution: Resolution) -> str:
    """The report of a project's lakehouse as HTML; UserError where nothing has run yet."""
    source = source_of(project, resolution)
    publication, told = source.ledger.publication(), sections(source)
    return document(
        Page(
            title=source.spec.title,
            lines=_lines(source.about, publication),
            facts=tuple(_head(told)),
            sections=told,
            footer=_footer(source.about, publication),
            zone=source.about.zone,
        )
    )


def sections(source: Source) -> tuple[Section, ...]:
    """The sections in the order of the flow, with those of operations around them."""
    return tuple(_sections(source))


def write(text: str, file: Path) -> int:
    """Put the report at its place in one step; its size in bytes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode("utf-8")
    partial = file.with_name(f".{file.name}.partial")
    partial.write_bytes(content)
    os.replace(partial, file)
    return len(content)


def _about(source: Source) -> About:
    settings, publication = source.project.settings, source.ledger.publication()
    features = source.resolution.specs.get("features")
    found = catalogue(source.project.lakehouse, getattr(features, "measures", ()))
    earlier = {row.as_of for row in source.ledger.rows() if row.stage == RUN and row.versions_written}
    as_of = publication.as_of if publication else source.ledger.rows()[-1].as_of
    return About(
        root=source.project.lakehouse.root,
        as_of=as_of,
        zone=settings.time_zone,
        currency=settings.currency,
        person=settings.person,
        is_first=not any(moment_ < as_of for moment_ in earlier),
        catalogue=_as_rows(found.features),
    )


def _as_rows(features: tuple[Feature, ...]) -> Rows:
    names = ("feature", "unit", "window", "events", "meaning", "missing", "low", "median", "high", "bins")
    spread = ("missing", "low", "median", "high", "bins")
    rows = [(f.name, f.unit, f.window, f.events, f.meaning, *(getattr(f.spread, name) for name in spread)) for f in features]
    return Rows(names, tuple(rows))


def _sections(source: Source) -> Iterator[Section]:
    about = source.about
    yield overview(source.resolution, source.known, source.ledger, about)
    yield last_run(source.ledger, about)
    if source.spec.fresh:
        yield freshness(source.spec.fresh, source.known, source.ask, about)
    for name in registry.order():
        if name in source.resolution.specs:
            section = _of_stage(name, source, about)
            if section is not None:
                yield section
    if source.spec.questions:
        yield questions([Path(file) for file in source.spec.questions], source.ask)


def _of_stage(name: str, source: Source, about: About) -> Section | None:
    """A stage's section; None where the stage has none to give."""
    module = registry.report(name)
    if module is None:
        return None
    spec = source.resolution.specs[name]
    missing: list[str] = []
    may_lack = getattr(module, "MAY_LACK", ())
    answers = {
        key: _answer(text, source, [] if key in may_lack else missing) for key, text in module.queries(spec, about).items()
    }
    section: Section = module.section(spec, about, answers)
    if missing:
        told = Sentence(f"Not all of this stands yet ({missing[0]}): dmp run makes it.", Tone.WARNING)
        return replace(section, parts=(told, *section.parts))
    return section


def _answer(text: str, source: Source, missing: list[str]) -> Rows:
    """The rows; none where a table or column of the query does not stand yet, which is added to `missing`."""
    try:
        return source.ask(text)
    except UserError as error:
        if any(problem.code not in _NOT_YET for problem in error.problems):
            raise
        missing += [problem.what for problem in error.problems]
        return Rows()


def _head(sections: tuple[Section, ...]) -> Iterator[Fact]:
    for section in sections:
        if section.name in HEAD_FACTS and section.facts:
            wanted = HEAD_FACTS[section.name]
            yield next((fact for fact in section.facts if fact.title == wanted), section.facts[0])


def _lines(about: About, publication: Row | None) -> tuple[str, ...]:
    when = f"As of {moment(about.as_of, about.zone)} ({about.zone}): what had happened and was known by then."
    if publication is None:
        return (when, "Nothing was published yet: this is what stands after the last run.")
    took = text_of(publication.seconds, Kind.SECONDS)
    return (when, f"Published {moment(publication.started_at, about.zone)} by a run of {took}.")


def _footer(about: About, publication: Row | None) -> tuple[str, ...]:
    run = f"run {publication.run_id}" if publication else "the last run"
    return (
        f"Written by dmp report from the tables of {run}; the same tables give the same page. It loads nothing from anywhere.",
        f"No {about.person} is named here, except where a question of the project itself selects that.",
    )
