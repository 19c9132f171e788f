"""Tables of Markdown, in which a cell is text and nothing else."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The table as text, each line ended."""
    lines = [head, ["---"] * len(head), *[[cell(value) for value in row] for row in rows]]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cell(text: str) -> str:
    """Text that ends no cell; what stands in backticks stays as it is but for `|`."""
    return text.replace("|", "\\|").replace("\n", " ")
