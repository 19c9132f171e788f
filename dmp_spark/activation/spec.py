"""What `activation.yml` says: who is told what, where, and who is held out."""

from typing import Literal

from pydantic import Field

from dmp_spark.project.types import Name, Resolved, Share, Written

RECIPIENT = "recipient"


class DestinationFile(Written):
    """Where exports go: a folder of files; people are named there by their identifier of namespace `recipient`."""

    kind: Literal["files"]
    path: str = Field(min_length=1)
    format: Literal["csv"] = "csv"
    recipient: Name


class ActivationEntryFile(Written):
    """An activation: a segment, a destination, and the rules between them."""

    kind: Literal["message", "mirror"]
    segment: Name
    destination: Name
    purpose: Name
    holdout: Share = 0.0
    salt: str = ""
    minimum_size: int = Field(default=0, ge=0)
    columns: dict[Name, str] = {}


class ActivationFile(Written):
    """`activation.yml`."""

    destinations: dict[Name, DestinationFile] = {}
    activations: dict[Name, ActivationEntryFile] = {}


class Destination(Resolved):
    """A folder; `path` is absolute, or relative to the lakehouse where `is_inside` it."""

    name: str
    path: str
    is_inside: bool
    recipient: str


class OutputColumn(Resolved):
    """A column of an export: an expression over one person, and its type."""

    name: str
    expression: str
    type: str


class Message(Resolved):
    """A message: one stay in the segment is one message. `holdout` is a share, 0 to 1."""

    name: str
    segment: str
    destination: Destination
    purpose: str
    holdout: float
    salt: str
    minimum_size: int
    columns: tuple[OutputColumn, ...]


class ActivationSpec(Resolved):
    """All that the stage needs: `known` are the names that columns use, with their types.

    `unknown_means` says by purpose what it means that nothing is known of a person's consent; a purpose that is not
    there is denied.
    """

    zone: str
    unknown_means: dict[str, str] = {}
    messages: tuple[Message, ...] = ()
    known: dict[str, str] = {}

    def is_granted(self, purpose: str) -> bool:
        """Whether a person of whom no consent is known may be sent to."""
        return self.unknown_means.get(purpose) == "granted"
