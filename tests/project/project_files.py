"""Small projects on disk, and two shapes of files for tests that know no stage."""

from pathlib import Path
from textwrap import dedent
from typing import Annotated, Literal

from pydantic import Field, model_validator

from dmp_spark.project.found import Found
from dmp_spark.project.load import Project, load
from dmp_spark.project.types import Duration, Name, Secret, Share, Window, Written

PROJECT = "grammar: 1\nproject: shop\ntime_zone: America/New_York\n"
INGEST = "sources:\n  orders:\n    path: orders.parquet\n"
GOOD = {"project.yml": PROJECT, "ingest.yml": INGEST}


class Fixed(Written):
    value: str


class Source(Written):
    path: str
    arrives: Literal["appended", "replaced"] = "appended"
    columns: dict[str, str] = {}
    value: str | Fixed | None = None
    password: Secret | None = None
    limit: Annotated[int, Field(ge=1)] = 1
    factor: float = 1.0
    on_time: bool = True


class IngestFile(Written):
    late: Duration = Duration(1, "days")
    hold_above: Share | None = None
    sources: dict[Name, Source]


class Measure(Written):
    take: str
    of: str | tuple[str, ...] = "purchase"
    over: tuple[Window, ...] = ()
    since: Duration | None = Field(None, alias="from")

    @model_validator(mode="after")
    def _counts_look_back(self) -> "Measure":
        if self.take == "count(*)" and not self.over:
            raise ValueError("a count needs a window")
        return self


class MeasuresFile(Written):
    measures: dict[Name, Measure]


SHAPES: dict[str, type[Written]] = {"ingest": IngestFile, "measures": MeasuresFile}


def write(folder: Path, files: dict[str, str]) -> Path:
    """The folder with these files in it."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
    return folder


def loaded(folder: Path, files: dict[str, str], overrides: tuple[str, ...] = ()) -> tuple[Project, list[str]]:
    """The project of these files, a good project.yml and ingest.yml added, and its problems as text without the folder."""
    found = Found()
    project = load(write(folder, {**GOOD, **files}), SHAPES, overrides, found, planned=("privacy",))
    return project, [str(problem).replace(f"{folder}/", "") for problem in found.sorted()]


def problems(folder: Path, files: dict[str, str], overrides: tuple[str, ...] = ()) -> list[str]:
    """Only the problems."""
    return loaded(folder, files, overrides)[1]
