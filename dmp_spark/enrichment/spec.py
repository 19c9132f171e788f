"""Enrichment of a source's records: what users write, and what is known of it once its names are proven. No pyspark here."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from dmp_spark.project.types import Resolved, Text, Written

Kind = Literal["user_agent", "visit", "ip"]

COLUMNS: Mapping[Kind, Mapping[str, str]] = {
    "user_agent": {
        "browser": "string",
        "browser_version": "string",
        "os": "string",
        "os_version": "string",
        "device": "string",
        "device_brand": "string",
        "device_model": "string",
        "device_kind": "string",
        "is_bot": "boolean",
        "crawler": "string",
    },
    "visit": {
        "channel": "string",
        "source": "string",
        "medium": "string",
        "campaign": "string",
        "term": "string",
        "content": "string",
        "click_id": "string",
        "search_term": "string",
        "referrer_host": "string",
        "is_internal": "boolean",
        "page_host": "string",
        "page_path": "string",
    },
    "ip": {"country": "string", "region": "string", "city": "string"},
}
"""Kind → its columns by type, in the order in which `agents.Agent`, `visits.Visit` and `places.Place` give them."""
CITY = "city"


class EnrichmentFile(Written):
    """What is derived from one value of each record; which keys stand here says of what kind it is."""

    user_agent: Text | None = None
    page: Text | None = None
    referrer: Text | None = None
    hosts: list[str] = Field(default_factory=list)
    ip: Text | None = None
    database: str | None = None
    city: bool = False

    @model_validator(mode="after")
    def _has_a_kind(self) -> "EnrichmentFile":
        if self.user_agent is None and self.page is None and self.referrer is None and self.ip is None:
            raise ValueError("an enrichment reads user_agent, page, referrer or ip, and none of them stands here")
        return self


class Enrichment(Resolved):
    """An enrichment whose expressions were proven: `inputs` are texts of expressions, in the order in which the kind reads them.

    An input that was not written is null. `reader` tells what reads the values: versions of libraries, lists and
    database; where it changed, the same values may have other answers.
    """

    name: str
    kind: Kind
    inputs: tuple[str | None, ...]
    hosts: tuple[str, ...] = ()
    database: str = ""
    with_city: bool = False
    reader: str = ""


def columns_of(enrichment: Enrichment) -> dict[str, str]:
    """The columns of an enrichment by type, named as expressions name them within its struct (`agent.browser`: browser)."""
    columns = COLUMNS[enrichment.kind]
    return {name: kind for name, kind in columns.items() if name != CITY or enrichment.with_city}


def names_of(enrichment: Enrichment) -> dict[str, str]:
    """The names that expressions of a source may use because of an enrichment, by type: `agent.browser`, …"""
    return {f"{enrichment.name}.{column}": kind for column, kind in columns_of(enrichment).items()}
