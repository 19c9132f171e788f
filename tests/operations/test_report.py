"""The whole report over a published lakehouse: each table is what SQL says, and nothing in it is more than text."""

import hashlib
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dmp_spark import registry
from dmp_spark.cli.report import report as command
from dmp_spark.errors import UserError
from dmp_spark.lakehouse.location import Location
from dmp_spark.operations import report as made
from dmp_spark.operations.ledger import Ledger, Row
from dmp_spark.operations.queries import heading
from dmp_spark.operations.report_questions import answer_table
from dmp_spark.page import parts as drawing
from dmp_spark.section import Kind, Rows, Section, Table
from tests.operations import told_lakehouse
from tests.operations.small_lakehouse import AS_OF, instant, write
from tests.operations.told_lakehouse import BEFORE, EVIL, QUERIES, QUOTED, told
from tests.page.test_elements import Read


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return told(tmp_path_factory.mktemp("told"))


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return text_of(project)


@pytest.fixture(scope="module")
def sections(project: Path) -> dict[str, Section]:
    return sections_of(project)


@pytest.fixture
def own(project: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(project, tmp_path / "small"))


def text_of(project: Path, *overrides: str) -> str:
    return made.report(*registry.resolved(project, overrides))


def sections_of(project: Path) -> dict[str, Section]:
    return {section.name: section for section in made.sections(made.source_of(*registry.resolved(project)))}


def shown(section: Section) -> dict[str, list[list[str]]]:
    """Heading of a table → its rows as they stand on the page, without the head."""
    found: dict[str, list[list[str]]] = {}
    group = title = ""
    drawn = ElementTree.Element("div")
    drawn.extend(drawing.parts(section.parts, "America/New_York"))
    for element in drawn.iter():
        if element.tag == "h3":
            group, title = element.text or "", ""
        if element.get("class") == "title":
            title = element.text or ""
        if element.tag == "tbody":
            rows = [["".join(cell.itertext()).replace("\u00a0", " ") for cell in row] for row in element]
            found[title or group] = rows
            title = ""
    return found


def sentences(section: Section) -> str:
    drawn = ElementTree.Element("div")
    drawn.extend(drawing.parts(section.parts, "UTC"))
    return "\n".join("".join(found.itertext()) for found in drawn.iter("p"))


def test_ingest_tells_counts_rules_and_freshness_and_no_record(sections: dict[str, Section], page: str) -> None:
    tables = shown(sections["ingest"])
    assert tables["By source"] == [["transactions", "2", "1,207", "1", "1,202", "1", "3", "0"]]
    assert tables["Rejected, and why"] == [["transactions", "has household", "2", ""], ["transactions", "sane time", "2", ""]]
    assert tables["Other contents under an id that stands"] == [
        ["transactions", "known at once, its hash is the smaller one", "1", "1"],
        ["transactions", "it was known earlier", "2", "3"],
    ]
    assert tables["Events"] == [
        [EVIL, "3", "–", "1 Dec 2017", "1 Dec 2017"],
        ["purchase", "9", "9,004.50 USD", "1 Nov 2017, 11:00", "9 Nov 2017, 10:00"],
    ]
    assert tables["Newest event by source"] == [
        ["campaigns", "2 Dec 2017", "30 days"],
        ["transactions", "30 Dec 2017, 12:00", "1.5 days"],
    ]
    assert tables["Events by month"] == [["2017-11", "0", "9", ""], ["2017-12", "3", "0", ""]]
    said = sentences(sections["ingest"])
    assert f"campaigns: 1 file refused, so nothing of this source was taken: no column {EVIL}" in said
    assert "1 unreadable, 3 rejected." in said
    assert "secret.example" not in page


def test_visits_are_those_of_people_by_day_and_channel(sections: dict[str, Section]) -> None:
    tables = shown(sections["sessions"])
    assert tables["Visits a day"] == [
        ["30 Dec 2017", "2", "4", "50 %", "50 %", ""],
        ["31 Dec 2017", "2", "3", "50 %", "50 %", ""],
    ]
    assert tables["By channel"] == [
        [EVIL, "2", "4", "50 %", "50 %", "50 %"],
        ["unknown", "1", "1", "100 %", "0 %", "25 %"],
        ["organic search", "1", "2", "0 %", "100 %", "25 %"],
    ]
    assert [row[:3] for row in tables["Why they began"]] == [
        ["after a gap", "2", "50 %"],
        ["something declared changed", "1", "25 %"],
        ["nothing came before", "1", "25 %"],
    ]
    assert "Visits of machines are left out here: 1." in sentences(sections["sessions"])


def test_people_and_fill_are_counted(sections: dict[str, Section]) -> None:
    assert [(fact.title, fact.value) for fact in sections["identity"].facts] == [("households", 5), ("identifiers", 6)]
    assert shown(sections["identity"])["Identifiers of one household"] == [["1", "4", ""], ["2", "1", ""]]
    filled = {row[0]: row[2:4] for row in shown(sections["profiles"])["Known of how many households"]}
    assert filled["age band"] == ["3", "50 %"]
    assert filled["spend"] == ["5", "83 %"]
    assert len(filled) == 13


def test_the_catalogue_stands_as_the_command_lists_it(sections: dict[str, Section]) -> None:
    rows = {tuple(row[:3]): row[3:7] for row in shown(sections["features"])["The catalogue"]}
    assert rows[("spendsum(value) of purchase, in the 30 days before the moment", "USD", "30 days")] == ["0 %", "6", "8", "11"]
    last = ("first purchasefirst(time) of purchase, ever before the moment", "–", "ever")
    assert rows[last] == ["0 %", "1 Jan 2017", "1 Jan 2017", "1 Jan 2017"]
    assert len(rows) == 41
    moments = shown(sections["features"])["Households at each moment"]
    assert moments == [["1 Dec 2017", "6", ""], ["1 Jan 2018", "6", ""]]


def test_segments_tell_sizes_comings_and_goings_and_shares_of_one_another(sections: dict[str, Section]) -> None:
    tables = shown(sections["segments"])
    title = EVIL + QUOTED
    assert tables["Sizes"][:2] == [
        ["Children at home, said or seen", "3", "50 %", "", "2", "0"],
        [title, "2", "33 %", "", "1", "1"],
    ]
    assert [row[1:] for row in tables["Sizes"][2:]] == [["0", "0 %", "", "0", "0"]] * 8
    assert tables["Overlaps"] == [["Children at home, said or seen", "–", "67 %"], [title, "100 %", "–"]]


def test_scores_are_counted_in_steps_and_the_comparison_is_of_their_version(sections: dict[str, Section]) -> None:
    section = sections["models"]
    gallery = section.parts[0].parts[-1]  # type: ignore[union-attr]
    counts = gallery.charts[0].counts  # type: ignore[union-attr]
    assert counts == (2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2)
    assert "The champion is the baseline" in sentences(section)
    assert [row[0] for row in shown(section)["What the baseline goes by"]][-1] == EVIL


def test_activation_counts_the_last_decision_of_each_with_its_reason(sections: dict[str, Section]) -> None:
    tables = shown(sections["activation"])
    assert sorted(tables["Come back"]) == sorted(
        [
            ["sent", "in the segment, may be written to", "2", "40 %", "", "2"],
            ["held out", "kept back at random, to measure what sending does", "1", "20 %", "", "1"],
            ["not sent", "no consent", "1", "20 %", "", "0"],
            ["not sent", EVIL, "1", "20 %", "", "0"],
        ]
    )
    assert tables["Files written"] == [["come back", "mail house", "come_back/2018-01-01T050000Z", "1 Jan 2018", "2"]]


def test_arms_are_those_of_the_latest_moment_and_of_everybody(sections: dict[str, Section]) -> None:
    section = sections["measurement"]
    assert shown(section) == {
        "Difference, in USD": [["spend in 30 days", "", "+19.67 [−30.10, +69.44]"]],
        "The arms": [
            ["spend in 30 days", "to be sent to", "2", "2", "2", "2.00 USD"],
            ["spend in 30 days", "held out", "1", "1", "1", "2.00 USD"],
        ],
        "How sure it is": [["spend in 30 days", "10 %", "0.43", "52.00 USD"]],
    }
    said = sentences(section).replace("\u00a0", " ")
    assert "Redeemed in 30 days: The first 30 days ended on 31 Dec 2017, and dmp run has yet to judge them." in said


def test_questions_are_answered_with_their_first_rows(sections: dict[str, Section]) -> None:
    section = sections["questions"]
    tables = shown(section)
    asked = f"How many {EVIL} {QUOTED}? And where?"
    assert tables[asked] == [[EVIL, "3"], ["purchase", "9"]]
    assert len(tables["Long"]) == 50
    assert tables["Long"][0] == ["e00", "e00", "1,234,567", "2017", "0.50", "–", EVIL]
    said = sentences(section)
    assert "The first 50 of 144 rows." in said
    assert 'Only Spark answers this one (xxhash64 is not the same in DuckDB): dmp sql "$(cat queries/of_spark.sql)"' in said
    assert "This could not be answered: there is no table silver.person_attributes." in said
    codes = [found.text for found in drawing.section(section, "UTC").iter("code")]
    assert codes == [text.strip() for text in QUERIES.values()]


def test_freshness_is_measured_against_the_moment(own: Path) -> None:
    section = sections_of(own)["fresh"]
    assert shown(section)[""] == [
        ["silver.events", "30 Dec 2017, 12:00", "1.5 days", "2 days", "fresh"],
        ["gold.scores", "1 Jan 2018", "0 days", "1 hour", "fresh"],
    ]
    (own / "operations.yml").write_text("fresh: {silver.events: 1 day, silver.person_attributes: 3 days}\n")
    section = sections_of(own)["fresh"]
    assert [row[4] for row in shown(section)[""]] == ["too old", "too old"], "a table that does not stand is not fresh"
    assert "Too old: silver.events, silver.person_attributes." in sentences(section)


def test_everything_hostile_is_text(page: str) -> None:
    read = Read(page)
    assert "script" not in read.tags
    assert "img" not in read.tags
    assert read.text.count(EVIL) > 30
    assert not [name for name, _ in read.attributes if name.startswith("on") or name in ("style", "src")]
    assert {value for name, value in read.attributes if name == "href" and not (value or "").startswith("#")} == set()


def test_no_person_is_named_but_by_a_question(own: Path, page: str) -> None:
    assert "person-" not in page
    (own / "queries" / "who.sql").write_text("select person_id from gold.profiles order by 1")
    assert "person-a" in text_of(own)


def test_the_same_lakehouse_gives_the_same_bytes_and_is_not_touched(own: Path, page: str, tmp_path: Path) -> None:
    before = files(own)
    out = tmp_path / "elsewhere" / "told.html"
    assert command(own, (), out) == 0
    assert files(own) == before
    assert out.read_text(encoding="utf-8") == page
    assert command(own, (), None) == 0
    assert set(files(own)) - set(before) == {"lakehouse/report/index.html"}
    assert (own / "lakehouse/report/index.html").read_bytes() == out.read_bytes()
    assert len(out.read_bytes()) < 2_000_000


def files(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_what_was_not_published_is_not_told(own: Path) -> None:
    root = own / "lakehouse"
    stays = told_lakehouse.stays()
    write(root, "gold.segment_membership", {name: values.slice(0, 1) for name, values in stays.items()})
    published = datetime(2018, 1, 2, 3, tzinfo=UTC)
    Ledger(Location(root)).append(Row("r2", "segments", AS_OF, published, 1.0, "failed", notes=(f"no {EVIL}",)))
    Ledger(Location(root)).append(Row("r2", "activation", AS_OF, published, 0.0, "skipped", notes=("needs segments",)))
    Ledger(Location(root)).append(Row("r2", "run", AS_OF, published, 1.0, "failed"))
    sections = sections_of(own)
    assert [row[1] for row in shown(sections["segments"])["Sizes"][:2]] == ["3", "2"]
    said = sentences(sections["run"])
    assert f"Segments failed: no {EVIL}" in said
    assert "Activation skipped: needs segments" in said
    assert (
        "The last run published nothing, so everything here is as it was published before, on 1\u00a0Jan\u00a02018, 22:00."
        in said
    )
    boxes = {box.title: box.status for box in sections["flow"].parts[0].boxes}  # type: ignore[union-attr]
    assert boxes == {
        **dict.fromkeys(("ingest", "sessions", "identity", "features", "profiles", "models", "measurement"), "nothing new"),
        "segments": "failed",
        "activation": "skipped",
    }


def test_a_project_that_changed_since_the_run_is_told_as_far_as_it_stands(own: Path) -> None:
    profiles = own / "profiles.yml"
    profiles.write_text(profiles.read_text(encoding="utf-8") + "  lines: lines_ever\n", encoding="utf-8")
    section = sections_of(own)["profiles"]
    assert "Not all of this stands yet (there is no column" in sentences(section)
    assert {row[2] for row in shown(section)["Known of how many households"]} == {"–"}


def test_a_table_that_its_first_row_makes_is_not_missed(own: Path) -> None:
    def without(table: str) -> Section:
        ledger = Ledger(Location(own / "lakehouse"))
        last = ledger.publication()
        assert last is not None
        ledger.append(replace(last, versions_written={name: n for name, n in last.versions_written.items() if name != table}))
        return sections_of(own)["ingest"]

    section = without("bronze.conflicts")
    assert "Not all of this stands yet" not in sentences(section)
    assert "Other contents under an id that stands" not in shown(section)
    assert "Not all of this stands yet (there is no table bronze.rejected" in sentences(without("bronze.rejected"))


def test_before_anything_was_published_the_report_says_what_went_wrong(tmp_path: Path) -> None:
    project = told_lakehouse.project(tmp_path)
    with pytest.raises(UserError, match="nothing has run yet"):
        text_of(project)
    Ledger(Location(project / "lakehouse")).append(Row("r1", "ingest", AS_OF, AS_OF, 1.0, "failed", notes=("no file at all",)))
    Ledger(Location(project / "lakehouse")).append(Row("r1", "run", AS_OF, AS_OF, 1.0, "failed"))
    read = Read(text_of(project))
    assert "Nothing was published yet" in read.text
    assert "Ingest failed: no file at all" in read.text
    assert "there is no table gold.profiles" in read.text


def test_a_version_without_a_comparison_says_so(own: Path) -> None:
    shutil.rmtree(own / "lakehouse" / "mlflow")
    assert "No comparison was kept with version 0123456789ab" in sentences(sections_of(own)["models"])


def test_two_publications_tell_who_came_at_the_later_one(own: Path) -> None:
    assert "This is the first moment" in sentences(sections_of(own)["segments"])
    ledger = Ledger(Location(own / "lakehouse"))
    published = ledger.publication()
    assert published is not None
    later = instant(2018, 1, 2, 5)
    ledger.append(Row("r2", "run", later, later, 1.0, "done", versions_written=published.versions_written))
    section = sections_of(own)["segments"]
    assert "This is the first moment" not in sentences(section)
    assert [row[4:] for row in shown(section)["Sizes"][:2]] == [["0", "0"], ["0", "0"]]
    assert BEFORE < AS_OF < later


def test_columns_of_answers_are_shown_by_what_is_in_them() -> None:
    answer = Rows(
        ("n", "basket_id", "money", "sum", "day", "time", "empty", "mixed"),
        (
            (1, 5_000_000, Decimal("1.5000"), Decimal(361), instant(2017, 1, 1), instant(2017, 1, 1), None, 1),
            (None, None, None, None, None, instant(2017, 1, 1, 5), None, "a"),
        ),
    )
    table = answer_table(answer)
    assert isinstance(table, Table)
    assert [column.kind for column in table.columns] == [
        Kind.COUNT, Kind.TEXT, Kind.MONEY, Kind.COUNT, Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.TEXT,
    ]  # fmt: skip
    assert [column.title for column in table.columns][1] == "basket id"
    assert table.rows[0][1] == "5000000"
    assert [str(row[4]) for row in table.rows] == ["2017-01-01", "None"]
    assert table.rows[0][5] == instant(2017, 1, 1), "not all of these are midnights, so they are times"
    assert answer_table(Rows(("a",), ())).rows == ()


def test_a_long_answer_is_counted_and_not_kept(project: Path) -> None:
    source = made.source_of(*registry.resolved(project))
    every = "select a.event_id from silver.events a join silver.events b on 1 = 1 join silver.events c on 1 = 1"
    assert [(len(answer.rows), answer.total) for answer in (source.ask(every, 50), source.ask(every, 0), source.ask(every))] == [
        (50, 1728), (0, 1728), (1728, 1728),
    ]  # fmt: skip


def test_the_comment_at_the_head_is_the_question() -> None:
    assert heading("\n-- Who?\n--   And why?\nselect 1 -- not this\n-- nor this") == "Who? And why?"
    assert heading("select 1") == ""


def test_no_pyspark_is_imported(project: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom dmp_spark.cli.report import report\n"
        f"report(Path({str(project)!r}), (), Path({str(tmp_path / 'page.html')!r}))\n"
        "print(sorted(name for name in sys.modules if name in ('pyspark', 'mlflow', 'matplotlib')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
