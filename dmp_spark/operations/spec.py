"""What `operations.yml` says: how the report is called, what it answers, and how fresh tables have to be. No pyspark here."""

from typing import Annotated, Literal

from pydantic import Field

from dmp_spark.project.types import Duration, Resolved, Written

TableName = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z][a-z0-9_]*$")]


class ReportFile(Written):
    """The report: its title (else the project's), and whether it answers the project's queries/*.sql."""

    title: str = ""
    questions: Literal["queries", "none"] = "queries"


class OperationsFile(Written):
    """The file operations.yml."""

    report: ReportFile = ReportFile()
    fresh: dict[TableName, Duration] = {}


class Fresh(Resolved):
    """A table of which something has to be known that is at most `seconds` older than the moment; `column` says when."""

    table: str
    column: str
    within: str
    seconds: int


class OperationsSpec(Resolved):
    """What the report needs: its title, the files with its questions in order, and how fresh tables have to be."""

    title: str
    questions: tuple[str, ...] = ()
    fresh: tuple[Fresh, ...] = ()
