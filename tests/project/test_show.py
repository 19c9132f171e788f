"""The project with its defaults filled in reads back to the same project."""

from pathlib import Path

from dmp_spark.project.show import show
from tests.project.project_files import GOOD, loaded

MEASURES = """\
measures:
  spend: {take: sum(value), over: [30 days, ever]}
  odd: {take: "top(item, 3)", of: [a, b]}
  text: {take: "true"}
  colon: {take: "a: b # c"}
"""


def test_defaults_and_set_values_are_named_as_such(tmp_path: Path) -> None:
    project, found = loaded(tmp_path, {"measures.yml": MEASURES}, ("ingest.sources.orders.limit=3", "measures.spend.of=visit"))
    assert found == []
    assert show(project).replace(f"{tmp_path}/", "") == (
        "# project.yml\n"
        "grammar: 1\n"
        "project: shop\n"
        "time_zone: America/New_York\n"
        "person: person                            # default\n"
        "cadence: 1 day                            # default\n"
        "lakehouse:\n"
        "  path: lakehouse                         # default\n"
        "---\n"
        "# ingest.yml\n"
        "sources:\n"
        "  orders:\n"
        "    path: orders.parquet\n"
        "    limit: 3                              # --set\n"
        "    arrives: appended                     # default\n"
        "    factor: 1.0                           # default\n"
        "    on_time: true                         # default\n"
        "late: 1 day                               # default\n"
        "---\n"
        "# measures.yml\n"
        "measures:\n"
        "  spend:\n"
        "    take: sum(value)\n"
        "    over: [30 days, ever]\n"
        "    of: visit                             # --set\n"
        "  odd:\n"
        "    take: top(item, 3)\n"
        "    of: [a, b]\n"
        "  text:\n"
        '    take: "true"\n'
        "    of: purchase                          # default\n"
        "  colon:\n"
        '    take: "a: b # c"\n'
        "    of: purchase                          # default\n"
    )


def test_what_is_shown_reads_back_to_the_same_values(tmp_path: Path) -> None:
    ingest = "late: 2 weeks\nhold_above: 5 %\nsources:\n  a: {path: 'x, [y]', value: {value: '0123'}, columns: {'on': \"it's\"}, limit: 2}\n"
    project, found = loaded(tmp_path / "a", {**GOOD, "ingest.yml": ingest, "measures.yml": MEASURES})
    assert found == []
    documents = show(project).split("---\n")
    files = dict(zip(("project.yml", "ingest.yml", "measures.yml"), documents, strict=True))
    again, found = loaded(tmp_path / "b", files)
    assert found == []
    assert again.models == project.models


def test_a_value_of_another_file_of_the_folder_names_it(tmp_path: Path) -> None:
    files = {"measures/a.yml": "measures:\n  a: {take: x}\n", "measures/b.yml": "measures:\n  b: {take: y}\n"}
    shown = show(loaded(tmp_path, files)[0]).replace(f"{tmp_path}/", "").split("---\n")[2]
    assert shown == (
        "# measures\n"
        "measures:\n"
        "  a:\n"
        "    take: x\n"
        "    of: purchase                          # default\n"
        "  b:                                      # measures/b.yml\n"
        "    take: y\n"
        "    of: purchase                          # default\n"
    )
