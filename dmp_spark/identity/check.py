"""Whether `identity.yml` says plainly in which order namespaces count. That it names those of ingest, ingest checks."""

import re
from collections.abc import Mapping

from dmp_spark.contracts import Contract
from dmp_spark.identity.spec import IdentityFile, IdentitySpec, Namespace
from dmp_spark.project.load import Found, Project


def resolve(project: Project, contracts: Mapping[str, Contract], found: Found) -> IdentitySpec:
    """The stage's spec; without a file there are no namespaces, and every subject is a person of its own."""
    written: IdentityFile | None = project.written("identity")
    if written is None:
        return IdentitySpec(zone=project.settings.time_zone)
    _check(written, found)
    ordered = sorted(written.namespaces.items(), key=lambda entry: (entry[1].priority, entry[0]))
    return IdentitySpec(
        zone=project.settings.time_zone,
        namespaces=tuple(
            Namespace(name=name, priority=said.priority, limit=said.limit, pattern=said.pattern) for name, said in ordered
        ),
    )


def _check(written: IdentityFile, found: Found) -> None:
    first: dict[int, str] = {}
    for name, said in written.namespaces.items():
        address = f"identity.namespaces.{name}"
        if said.priority in first:
            what = f"{first[said.priority]} and {name} have the same priority"
            found.add("same-priority", what, f"{address}.priority", "who comes first must be plain: give each its own number")
        first.setdefault(said.priority, name)
        try:
            re.compile(said.pattern or "")
        except re.error as error:
            what = f"this is no regular expression: {error.msg}"
            found.add(
                "pattern", what, f"{address}.pattern", "put it in quotes; it must fit the whole value", offset=error.pos or 0
            )
