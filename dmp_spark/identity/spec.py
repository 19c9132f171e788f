"""What `identity.yml` says: the namespaces of identifiers, which one names a person first, and what a value looks like."""

from pydantic import Field

from dmp_spark.project.types import Name, Resolved, Written


class NamespaceFile(Written):
    """A namespace: 1 is the highest priority; `limit` is how many of it one person may have; `pattern` fits a whole value."""

    priority: int = Field(ge=1)
    limit: int = Field(1, ge=1)
    pattern: str | None = None


class IdentityFile(Written):
    """The file identity.yml."""

    namespaces: dict[Name, NamespaceFile] = Field(min_length=1)


class Namespace(Resolved):
    """A namespace and its rules."""

    name: str
    priority: int
    limit: int = 1
    pattern: str | None = None


class IdentitySpec(Resolved):
    """All that the stage needs; namespaces by priority, none where every subject is a person of its own."""

    zone: str
    namespaces: tuple[Namespace, ...] = ()
