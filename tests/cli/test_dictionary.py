"""The dictionary has every table and column that the project writes, and no text of a project breaks its tables."""

import json
from pathlib import Path

import pytest

from dmp_spark import registry
from dmp_spark.cli.dictionary import dictionary
from dmp_spark.errors import UserError

PROJECT = Path(__file__).parents[1] / "projects" / "small"


def test_every_column_of_every_contract_is_described(capsys: pytest.CaptureFixture[str]) -> None:
    assert dictionary(PROJECT, (), "json") == 0
    told = json.loads(capsys.readouterr().out)
    _, resolution = registry.resolved(PROJECT)
    expected = [(name, column.name, column.type, column.meaning) for name, one in sorted(resolution.contracts.items()) for column in one.columns]  # fmt: skip
    found = [(row["table"], row["column"], row["type"], row["meaning"]) for row in told]
    assert [row for row in found if row[0] != "ops.runs"] == expected
    assert [row[1] for row in found if row[0] == "ops.runs"][:2] == ["run_id", "stage"]
    assert all(row["meaning"] for row in told)
    (key,) = [row for row in told if (row["table"], row["column"]) == ("silver.events", "event_id")]
    assert (key["key"], key["nullable"], key["personal"]) == (True, False, False)
    assert [row["column"] for row in told if row["personal"] and row["table"] == "silver.identifiers"] == ["value"]


def test_as_markdown_a_hostile_title_stays_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert dictionary(PROJECT, ["project.title=<script>a|b"], "markdown") == 0
    lines = capsys.readouterr().out.split("\n")
    assert lines[0] == "# &lt;script>a\\|b: tables and columns"
    assert "## gold.features" in lines
    assert "| **person_id** | string |  | yes | the person, as in silver.identity_map |" in lines
    assert "| spend_30d | decimal(18,4) | USD |  | sum(value) of purchase, in the 30 days before the moment |" in lines
    assert all(line.count("|") - line.count("\\|") in (0, 6) for line in lines[1:])


def test_an_unknown_format_is_refused_with_those_known(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError, match="known: markdown, table, csv, json"):
        dictionary(PROJECT, (), "pdf")
