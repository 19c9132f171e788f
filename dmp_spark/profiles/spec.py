"""What `profiles.yml` says: which source's value counts, and which features are traits."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from dmp_spark.project.types import Name, Resolved, Written, is_same_day


class AttributeFile(Written):
    """An attribute: the sources that give it, the preferred first, and how one value is chosen among theirs."""

    sources: tuple[Name, ...] = Field(alias="from", min_length=1)
    choose: Literal["latest"] = "latest"


class ProfilesFile(Written):
    """`profiles.yml`: attributes by source, traits by the name of a column of gold.features."""

    attributes: dict[Name, AttributeFile] = {}
    traits: dict[Name, Name] = {}


class Attribute(Resolved):
    """An attribute and its sources in order of preference."""

    name: str
    sources: tuple[str, ...]


class Trait(Resolved):
    """A trait and the column of gold.features that it shows; `unknown` is the type where there is no such column."""

    name: str
    feature: str
    type: str
    unit: str = ""
    meaning: str = ""


class ProfilesSpec(Resolved):
    """All that the stage needs."""

    zone: str
    attributes: tuple[Attribute, ...] = ()
    traits: tuple[Trait, ...] = ()

    def all_because(self, before: datetime, now: datetime) -> str:
        """Traits are those of another moment, which everybody has, once the local day is another."""
        return "traits are of another moment" if self.traits and not is_same_day(before, now, self.zone) else ""
