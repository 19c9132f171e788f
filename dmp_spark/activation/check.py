"""Whether `activation.yml` fits the other files."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from dmp_spark.activation.spec import (
    RECIPIENT,
    ActivationEntryFile,
    ActivationFile,
    ActivationSpec,
    Destination,
    DestinationFile,
    Message,
    OutputColumn,
)
from dmp_spark.contracts import Contract
from dmp_spark.expressions.parse import Expression, ExpressionError, parse
from dmp_spark.expressions.prefixes import person_columns, problem_of
from dmp_spark.project.load import Found, Project

_INSIDE = "lakehouse"
_NESTED = ("array", "map", "struct")


def resolve(project: Project, contracts: Mapping[str, Contract], found: Found) -> ActivationSpec:
    """The stage's spec; mistakes go to `found`, and an activation that has one is left out."""
    written = project.written("activation") or ActivationFile()
    destinations = {name: _destination(name, said, project, found) for name, said in written.destinations.items()}
    known = person_columns(contracts, getattr(project.written("models"), "tasks", None) or {})
    segments = list(getattr(project.written("segments"), "segments", None) or {})
    messages: list[Message] = []
    used: set[str] = set()
    for name, said in written.activations.items():
        address = f"activation.activations.{name}"
        fits = _check_names(said, address, segments, list(destinations), found)
        target = destinations.get(said.destination)
        parsed = _columns(said, address, target, known, found)
        if not fits or target is None or parsed is None:
            continue
        used |= {column for expression in parsed.values() for column in expression.names}
        columns = tuple(OutputColumn(name=key, expression=e.text, type=e.type) for key, e in parsed.items())
        _warn_of_consent(name, said.purpose, project, found)
        kept = said.model_dump(include={"segment", "purpose", "holdout", "salt", "minimum_size"})
        messages.append(Message(name=name, destination=target, columns=columns, **kept))
    return ActivationSpec(
        zone=project.settings.time_zone,
        unknown_means=_unknown_means(project, messages),
        messages=tuple(messages),
        known={name: known[name] for name in sorted(used - {RECIPIENT})},
    )


def _destination(name: str, said: DestinationFile, project: Project, found: Found) -> Destination:
    address = f"activation.destinations.{name}"
    namespaces = _namespaces(project)
    if said.recipient not in namespaces:
        what = f"no source gives identifiers of the namespace {said.recipient}"
        found.add("unknown-namespace", what, f"{address}.recipient", Found.suggest(said.recipient, namespaces))
    parts = PurePosixPath(said.path).parts
    if "://" in said.path or ".." in parts:
        what = f"{said.path} is no folder that files can be renamed in as a whole"
        found.add("path", what, f"{address}.path", "a local path without '..'; one that starts with lakehouse/ moves with it")
    is_inside = parts[:1] == (_INSIDE,)
    path = str(PurePosixPath(*parts[1:])) if is_inside else project.path(said.path, f"{address}.path")
    return Destination(name=name, path=path, is_inside=is_inside, recipient=said.recipient)


def _namespaces(project: Project) -> list[str]:
    """The namespaces of all identifiers that the sources of ingest.yml carry."""
    names: set[str] = set()
    for source in (getattr(project.written("ingest"), "sources", None) or {}).values():
        carriers: list[Any] = [*(getattr(source, "events", None) or {}).values(), getattr(source, "person_attributes", None)]
        names |= {name for carrier in carriers if carrier is not None for name in carrier.identifiers}
    return sorted(names)


def _check_names(said: ActivationEntryFile, address: str, segments: list[str], destinations: list[str], found: Found) -> bool:
    if said.kind == "mirror":
        way_out = "kind: message sends once a stay"
        found.add("not-yet", "a mirror, an audience kept equal, comes later", f"{address}.kind", way_out)
    if said.segment not in segments:
        what = f"there is no segment {said.segment}"
        found.add("unknown-segment", what, f"{address}.segment", Found.suggest(said.segment, segments))
    if said.destination not in destinations:
        what = f"there is no destination {said.destination}"
        found.add("unknown-destination", what, f"{address}.destination", Found.suggest(said.destination, destinations))
    if not said.holdout < 1:
        found.add("holdout", "a holdout of everyone sends to nobody", f"{address}.holdout", "a share below 100 %")
    return said.kind == "message" and said.segment in segments and said.holdout < 1


def _columns(
    said: ActivationEntryFile, address: str, target: Destination | None, known: dict[str, str], found: Found
) -> dict[str, Expression] | None:
    """The columns of the export; None where one is wrong. Without any the export has one: who."""
    texts = said.columns or {target.recipient if target else RECIPIENT: RECIPIENT}
    parsed = {name: _column(text, f"{address}.columns.{name}", known, found) for name, text in texts.items()}
    right = {name: expression for name, expression in parsed.items() if expression is not None}
    if len(right) < len(parsed):
        return None
    if not any(RECIPIENT in expression.names for expression in right.values()):
        found.add("no-recipient", "no column says who it is for", f"{address}.columns", f"a column with the value {RECIPIENT}")
        return None
    return right


def _column(text: str, address: str, known: dict[str, str], found: Found) -> Expression | None:
    try:
        expression = parse(text, known | {RECIPIENT: "string"})
    except ExpressionError as error:
        code, what, way_out, offset = problem_of(error, text)
        found.add(code, what, address, way_out, offset)
        return None
    if expression.type.startswith(_NESTED):
        found.add("wrong-type", f"a cell of a CSV file cannot hold {expression.type}", address, "take one element of it")
        return None
    return expression


def _warn_of_consent(name: str, purpose: str, project: Project, found: Found) -> None:
    if purpose not in _said_of_consent(project):
        what = f"no source writes consent for {purpose}, and what unknown means is not said: {name} will send to nobody"
        way_out = f"project.yml: consent: {{unknown_means: {{{purpose}: granted}}}}, if that is so"
        found.warn("no-consent", what, f"activation.activations.{name}.purpose", way_out)


def _said_of_consent(project: Project) -> Mapping[str, str]:
    return project.settings.consent.unknown_means


def _unknown_means(project: Project, messages: list[Message]) -> dict[str, str]:
    """What is said of the purposes in use, and nothing else: another purpose must not make this stage run again."""
    said = _said_of_consent(project)
    return {purpose: said[purpose] for purpose in sorted({message.purpose for message in messages}) if purpose in said}
