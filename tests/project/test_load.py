"""A folder of YAML into typed values: which files count, every mistake at once, and where things stand."""

from pathlib import Path

import pytest

from dmp_spark.errors import UserError
from dmp_spark.lakehouse.location import Location
from dmp_spark.project.found import Found
from dmp_spark.project.load import load
from tests.project.project_files import GOOD, PROJECT, SHAPES, loaded, problems, write


def test_a_good_project_has_its_values_and_no_problem(tmp_path: Path) -> None:
    project, found = loaded(tmp_path, {"measures.yml": "measures:\n  spend: {take: sum(value), over: [30 days, ever]}\n"})
    assert found == []
    assert project.settings.model_dump_json(exclude_defaults=True) == (
        '{"grammar":1,"project":"shop","time_zone":"America/New_York"}'
    )
    assert project.written("ingest").sources["orders"].arrives == "appended"
    assert [str(window) for window in project.written("measures").measures["spend"].over] == ["30 days", "ever"]
    assert project.written("segments") is None
    assert project.lakehouse == Location(tmp_path / "lakehouse")


def test_mistakes_of_all_files_are_told_at_once_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    files = {
        "project.yml": PROJECT + "title: 2017\n",
        "ingest.yml": "sources:\n  orders:\n    pth: x\n    arrives: apended\n",
        "measures.yml": "measures:\n  spend: {take: sum(value), over: 30 days}\n  Spend: {take: x}\n",
        "measure.yml": "measures: {}\n",
    }
    assert "\n".join(problems(tmp_path, files)) == (
        "ingest.yml:3:5: unknown key pth in orders [unknown-key]\n"
        "        pth: x\n"
        "        ^\n"
        "    did you mean path?\n"
        "ingest.yml:4:14: expected appended or replaced, found `apended` [wrong-value]\n"
        "        arrives: apended\n"
        "                 ^\n"
        "    did you mean appended?\n"
        "measure.yml: no stage reads this file [unknown-file]\n"
        "    did you mean measures.yml?\n"
        "measures.yml:2:35: expected a list like [a, b], found `30 days` [wrong-type]\n"
        "      spend: {take: sum(value), over: 30 days}\n"
        "                                      ^\n"
        "    write [30 days]\n"
        "measures.yml:3:3: `Spend` is no name [wrong-name]\n"
        "      Spend: {take: x}\n"
        "      ^\n"
        "    a name is small letters, digits and _, and begins with a letter\n"
        "project.yml:4:8: expected text, found the number 2017 [wrong-type]\n"
        "    title: 2017\n"
        "           ^\n"
        "    put it in quotes: '2017'"
    )


def test_without_a_collector_the_problems_are_raised(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="unknown key"):
        load(write(tmp_path, {**GOOD, "measures.yml": "measures: {}\nx: 1\n"}), SHAPES)


def test_a_folder_that_is_no_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no folder") as caught:
        load(tmp_path / "nowhere", SHAPES, found=Found())
    assert str(caught.value).endswith("name a project's folder or zip: -p FOLDER")
    with pytest.raises(UserError, match="there is no project.yml in"):
        load(tmp_path, SHAPES, found=Found())
    with pytest.raises(UserError, match=r"rename project\.yaml to project\.yml"):
        load(write(tmp_path, {"project.yaml": PROJECT}), SHAPES, found=Found())


def test_ingest_must_be_there(tmp_path: Path) -> None:
    found = Found()
    project = load(write(tmp_path, {"project.yml": PROJECT}), SHAPES, found=found)
    assert [problem.what for problem in found.problems] == ["there is no ingest.yml, and no project goes without it"]
    assert project.unusable == {"ingest"}


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("measure.yml", "measure.yml: no stage reads this file [unknown-file]\n    did you mean measures.yml?"),
        ("measures.yaml", "measures.yaml: no stage reads this file [unknown-file]\n    did you mean measures.yml?"),
        ("Readme.md", "Readme.md: no stage reads this file [unknown-file]\n    did you mean README.md?"),
        (
            "zzz.txt",
            "zzz.txt: no stage reads this file [unknown-file]\n"
            "    a project holds project.yml, ingest.yml, measures.yml, README.md, queries",
        ),
        ("privacy.yml", "privacy.yml: the stage privacy is not built yet [not-built]\n    take the file away"),
        ("queries/a.txt", "queries/a.txt: queries/ holds *.sql files only [unknown-file]\n    take it away"),
        ("measures/a.yaml", "measures/a.yaml: measures/ holds *.yml files only [unknown-file]\n    did you mean a.yml?"),
    ],
)
def test_a_file_that_nobody_reads_is_a_mistake(tmp_path: Path, file: str, sentence: str) -> None:
    assert problems(tmp_path, {file: "a: 1\n", "measures/b.yml": "measures: {}\n"} if "/a.y" in file else {file: ""}) == [
        sentence
    ]


def test_a_misspelled_file_leaves_its_stage_out_without_further_words(tmp_path: Path) -> None:
    project, _ = loaded(tmp_path, {"measure.yml": "measures: {}\n"})
    assert project.unusable == {"measures"}


def test_readme_queries_hidden_files_data_and_lakehouses_may_be_there(tmp_path: Path) -> None:
    files = {
        "README.md": "",
        ".git/config": "",
        "data/x.parquet": "",
        "queries/a.sql": "",
        "lakehouse/silver/x": "",
        "tables/silver/x": "",
        "other/gold/features/_delta_log/0.json": "",
        "project.yml": PROJECT + "lakehouse: {path: tables}\n",
    }
    assert problems(tmp_path, files) == []


def test_the_files_of_a_folder_are_joined_by_name(tmp_path: Path) -> None:
    files = {
        "measures/a.yml": "measures:\n  spend: {take: sum(value)}\n",
        "measures/b.yml": "measures:\n  lines: {take: count(x)}\n",
        "measures/README.md": "",
    }
    project, found = loaded(tmp_path, files)
    assert found == []
    assert list(project.written("measures").measures) == ["spend", "lines"]
    assert str(project.place("measures.lines.take")) == f"{tmp_path}/measures/b.yml:2:17"


def test_a_name_in_two_files_is_a_mistake_that_names_both(tmp_path: Path) -> None:
    files = {
        "measures/a.yml": "measures:\n  spend: {take: sum(value)}\n",
        "measures/b.yml": "measures:\n  spend: {take: count(x)}\n",
    }
    project, found = loaded(tmp_path, files)
    assert found == [
        "measures/b.yml:2:3: spend stands in two files [same-name-twice]\n"
        "      spend: {take: count(x)}\n"
        "      ^\n"
        "    the first is in measures/a.yml:2:3: rename or delete one"
    ]
    assert project.written("measures").measures["spend"].take == "sum(value)"


def test_a_file_and_a_folder_of_one_stage_are_one_too_many(tmp_path: Path) -> None:
    files = {"measures.yml": "measures: {}\n", "measures/a.yml": "measures: {}\n"}
    assert problems(tmp_path, files) == [
        "measures.yml: there are measures.yml and a folder measures [two-forms]\n    keep one of them"
    ]


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    (tmp_path / "measures.yml").write_bytes(b"measures:\n  spend: {take: \xff}\n")
    project, found = loaded(tmp_path, {})
    assert found == [
        "measures.yml:2:17: this file is not UTF-8 [not-utf-8]\n"
        "      spend: {take: \ufffd}\n"
        "                    ^\n"
        "    save it as UTF-8"
    ]
    assert project.unusable == {"measures"}


def test_a_mark_at_the_beginning_and_windows_lines_are_read(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    (tmp_path / "measures.yml").write_bytes(b"\xef\xbb\xbfmeasures:\r\n  spend: {take: a}\r\n")
    project, found = loaded(tmp_path, {})
    assert found == []
    assert str(project.place("measures.spend.take")) == f"{tmp_path}/measures.yml:2:17"


def test_a_broken_project_file_is_raised_with_the_mistakes_of_the_others(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        loaded(tmp_path, {"project.yml": "grammar: 2\nproject: shop\ntime_zone: Mars\n", "measures.yml": "x: 1\n"})
    assert [problem.what for problem in caught.value.problems] == [
        "measures is missing",
        "unknown key x",
        "expected 1, found the number 2",
        "Mars is no known time zone: write one like Europe/Berlin or UTC",
    ]


def test_addresses_lead_to_values_keys_and_list_entries(tmp_path: Path) -> None:
    text = "measures:\n  spend:\n    take: sum(value)\n    over: [30 days, ever]\n"
    project, _ = loaded(tmp_path, {"measures.yml": text})
    places = {
        "measures.spend.take": "3:11",
        "measures.measures.spend.take": "3:11",
        "measures.spend": "2:3",
        "measures.spend.over": "4:5",
        "measures.spend.over.1": "4:21",
        "measures.spend.over[1]": "4:21",
        "measures.spend.of": "2:3",
        "measures": "1:1",
        "project": "2:10",
        "project.time_zone": "3:12",
        "ingest.sources.orders.path": "3:11",
    }
    here = {address: str(project.place(address)).split(".yml:")[1] for address in places}
    assert here == places
    assert project.place("nothing.at.all") is None
    assert str(project.place("measures.spend.take", 4)).endswith("measures.yml:3:15")


def test_paths_start_at_their_file_and_package_paths_in_the_package(tmp_path: Path) -> None:
    files = {"measures/a.yml": "measures:\n  spend: {take: x}\n"}
    project, _ = loaded(tmp_path, files)
    assert project.path("orders.parquet", "ingest.sources.orders.path") == f"{tmp_path}/orders.parquet"
    assert project.path("../x", "measures.spend.take") == f"{tmp_path}/x"
    assert project.path("x", "measures.spend.take") == f"{tmp_path}/measures/x"
    assert project.path("/data/x", "measures.spend.take") == "/data/x"
    assert project.path("s3://bucket/x", "measures.spend.take") == "s3://bucket/x"
    assert project.path("package:pydantic/fields.py", "measures.spend.take").endswith("/pydantic/fields.py")
    assert project.found.problems == []
    assert project.path("package:nowhere_at_all/x", "ingest.sources.orders.path") == "package:nowhere_at_all/x"
    assert [problem.what for problem in project.found.problems] == ["the Python package nowhere_at_all is not installed"]


def test_a_lakehouse_named_on_the_command_line_starts_at_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    project, found = loaded(tmp_path / "shop", {}, ("project.lakehouse.path=tables",))
    assert found == []
    assert project.lakehouse == Location(tmp_path / "here" / "tables")
    by_name = ("project.lakehouse.catalog=main", "project.lakehouse.prefix=t_")
    project, found = loaded(tmp_path / "shop", {}, by_name)
    assert (found, project.lakehouse) == ([], Location(tmp_path / "shop" / "lakehouse", "main", "t_"))
