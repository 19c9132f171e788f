"""The page about expressions says what the allow-list allows. No Spark."""

import re
from pathlib import Path

from dmp_spark.expressions.allowed import CHAPTERS, FUNCTIONS, OTHER_NAMES, REASONS, Function
from dmp_spark.expressions.parse import ExpressionError, parse
from dmp_spark.expressions.patterns import FORMATS

PAGE = (Path(__file__).parents[2] / "docs/reference/expressions.md").read_text(encoding="utf-8")


def _called(function: Function) -> str:
    needed = len(function.takes) - function.optional
    words = [
        ("[" if index >= needed else "") + kind + ("]" if index >= needed else "") for index, kind in enumerate(function.takes)
    ]
    return f"{function.name}({', '.join(words)}{', …' if function.repeats else ''})"


def _gives(function: Function) -> str:
    return {"first": "as the first", "common": "their common type", "inside": "element or value"}.get(
        function.gives, function.gives
    )


def table(functions: tuple[Function, ...]) -> str:
    """The chapter's table, as it must stand in the page."""
    lines = ["| function | gives | what | example |", "| --- | --- | --- | --- |"]
    for one in functions:
        value = {"None": "null", "True": "true", "False": "false"}.get(one.value, one.value)
        cells = [f"`{_called(one)}`", _gives(one), one.meaning, f"`{one.example}` → `{value}`"]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def test_the_tables_of_the_page_are_those_of_the_allow_list() -> None:
    missing = [f"### {chapter}\n\n{table(functions)}" for chapter, functions in CHAPTERS.items() if table(functions) not in PAGE]
    assert not missing, "these must stand in docs/reference/expressions.md:\n\n" + "\n\n".join(missing)


def test_other_names_and_formats_are_on_the_page() -> None:
    assert ", ".join(f"`{other}` is `{name}`" for other, name in OTHER_NAMES.items()) in PAGE
    assert ", ".join(f"`{one}`" for one in FORMATS) in PAGE
    assert not set(OTHER_NAMES) & (set(FUNCTIONS) | set(REASONS))


def test_the_examples_of_the_page_are_read_and_refused_as_it_says() -> None:
    columns = {"quantity": "bigint", "brand": "string", "value": "decimal(18,4)", "time": "timestamp", "event_date": "date"} | {
        "attributes": "map<string,string>",
        "is_bot": "boolean",
    }
    allowed = re.search(r"```sql\n(.*?)```", PAGE, re.S)
    assert allowed
    for line in allowed[1].splitlines():
        text, _, kind = line.partition("  -- ")
        assert parse(text.strip(), columns).type == kind.strip(), text
    refused = re.findall(r"^\| `([^`]+)` \| ([^|]+) \|$", PAGE.split("## What it is told")[1], re.M)
    assert len(refused) >= 6
    for text, message in refused:
        try:
            parse(text.replace("\\|", "|"), columns, predicate=True)
        except ExpressionError as error:
            assert f"{error.message}. {error.way_out}".startswith(message.strip().rstrip(".… ")), (
                f"{error.message}. {error.way_out}"
            )
        else:
            raise AssertionError(f"{text} was accepted")
