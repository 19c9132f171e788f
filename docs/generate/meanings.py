"""What keys of YAML mean, from the tables of the pages that tell it: one place for each sentence."""

import re
from pathlib import Path

REFERENCE = Path(__file__).parents[1] / "reference"
TABLES = {
    # page, heading above it, head of its first column → file and address of what its keys belong to
    ("project", "# project.yml", "key"): (("project", ""),),
    ("lakehouse", "# Where a lakehouse lies", "key"): (("project", "lakehouse."),),
    ("ingest", "## The file", "key"): (("ingest", ""),),
    ("ingest", "## A source", "key"): (("ingest", "sources.<name>."),),
    ("ingest", "### Columns", "key"): (("ingest", "sources.<name>.columns.<name>."),),
    ("ingest", "### Outliers", "key"): (("ingest", "sources.<name>.outliers.<name>."),),
    ("ingest", "### Expect", "key"): (("ingest", "sources.<name>.expect."),),
    ("ingest", "## events", "key"): (("ingest", "sources.<name>.events.<name>."),),
    ("ingest", "## reference", "key"): (("ingest", "sources.<name>.reference."),),
    ("ingest", "## person_attributes", "key"): (("ingest", "sources.<name>.person_attributes."),),
    ("enrichment", "# Enrichment: what one value of a record says", "key of an enrichment"): (
        ("ingest", "sources.<name>.enrich.<name>."),
    ),
    ("sessions", "# sessions.yml", "key"): (("sessions", ""),),
    ("identity", "# identity.yml", "key of a namespace"): (("identity", "namespaces.<name>."),),
    ("measures", "## lookups", "key"): (("features", "lookups.<name>."),),
    ("measures", "## measures", "key"): (
        ("features", "measures.<name>."),
        ("models", "tasks.<name>.label."),
        ("measurement", "experiments.<name>.metrics.<name>."),
    ),
    ("profiles", "# profiles.yml", "key"): (("profiles", ""),),
    ("models", "# models.yml", "key of a task"): (("models", "tasks.<name>."),),
    ("models", "# models.yml", "key"): (("models", ""),),
    ("models", "# models.yml", "key of `training`"): (("models", "training."),),
    ("models", "# models.yml", "key of `prepare.numbers`"): (("models", "prepare.numbers."),),
    ("models", "# models.yml", "key of `prepare.words.<feature>`"): (("models", "prepare.words.<name>."),),
    ("models", "# models.yml", "key of `prepare.select`, in this order"): (("models", "prepare.select."),),
    ("segments", "# segments.yml", "key"): (("segments", "segments.<name>."),),
    ("activation", "# activation.yml", "key of a destination"): (("activation", "destinations.<name>."),),
    ("activation", "# activation.yml", "key of an activation"): (("activation", "activations.<name>."),),
    ("measurement", "# measurement.yml", "key of an experiment"): (("measurement", "experiments.<name>."),),
    ("measurement", "# measurement.yml", "key of a metric"): (("measurement", "experiments.<name>.metrics.<name>."),),
    ("operations", "# operations.yml", "key"): (("operations", ""),),
}
_CELLS = re.compile(r"(?<!\\)\|")


def meanings() -> dict[tuple[str, str], str]:
    """File and address → what a page says that the key means, as Markdown for docs/reference/generated."""
    found: dict[tuple[str, str], str] = {}
    for place in tables():
        for keys, meaning in _rows(*place):
            for file, above in TABLES[place]:
                found |= {(file, f"{above}{key}"): meaning for key in keys}
    return found


def tables() -> list[tuple[str, str, str]]:
    """The tables of keys that the pages have: page, heading, head of the first column; KeyError later where one is not known."""
    return [place for page in sorted(REFERENCE.glob("*.md")) for place in _split(page.stem)]


def _split(page: str) -> dict[tuple[str, str, str], list[str]]:
    """The tables of keys of a page, each with its lines."""
    found: dict[tuple[str, str, str], list[str]] = {}
    heading, lines = "", None
    for line in (REFERENCE / f"{page}.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line
        if re.match(r"\| key( of [^|]*)? \|", line):
            lines = found.setdefault((page, heading, line.split("|")[1].strip()), [])
        elif not line.startswith("|"):
            lines = None
        elif lines is not None and not line.startswith("| ---"):
            lines.append(line)
    return found


def _rows(page: str, heading: str, head: str) -> list[tuple[list[str], str]]:
    """The keys of each row, and what it says of them."""
    cells = [[cell.strip() for cell in _CELLS.split(line)[1:3]] for line in _split(page)[(page, heading, head)]]
    return [(re.findall(r"`([^`]+?)(?:\.<name>)?`", keys), _moved(said, page)) for keys, said in cells]


def _moved(text: str, page: str) -> str:
    """Links as they read from the folder below."""
    return (
        re.sub(r"\]\((#|(?!https?:))", lambda match: f"](../{page}.md#" if match[1] else "](../", text)
        .replace("\\|", "|")
        .replace(" (below)", "")
    )
