"""The moment at which a run judges, and the settings that would make none."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from dmp_spark.project.settings import LakehouseFile, ProjectFile, default_as_of
from tests.project.project_files import PROJECT, problems

NOW = datetime(2017, 8, 17, 3, 30, tzinfo=UTC)  # a Thursday; in New York still Wednesday, 23:30


def _settings(**more: object) -> ProjectFile:
    return ProjectFile.model_validate({"grammar": 1, "project": "shop", "time_zone": "America/New_York", **more})


def test_a_finished_data_set_says_its_moment() -> None:
    assert default_as_of(_settings(as_of="2018-01-01"), NOW) == datetime(2018, 1, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cadence", "boundary"),
    [
        ("1 day", datetime(2017, 8, 16, 4, tzinfo=UTC)),
        ("1 week", datetime(2017, 8, 14, 4, tzinfo=UTC)),
        ("1 month", datetime(2017, 8, 1, 4, tzinfo=UTC)),
        ("3 months", datetime(2017, 7, 1, 4, tzinfo=UTC)),
        ("12 months", datetime(2017, 1, 1, 5, tzinfo=UTC)),
    ],
)
def test_else_it_is_the_last_local_midnight_of_the_cadence(cadence: str, boundary: datetime) -> None:
    assert default_as_of(_settings(cadence=cadence), NOW) == boundary


def test_midnight_itself_is_a_boundary_and_days_do_not_drift() -> None:
    midnight = datetime(2017, 8, 16, 4, tzinfo=UTC)
    assert default_as_of(_settings(), midnight) == midnight
    every_three = {default_as_of(_settings(cadence="3 days"), NOW.replace(day=day)) for day in range(1, 31)}
    gaps = sorted(every_three)
    assert {(later - earlier).days for earlier, later in zip(gaps, gaps[1:], strict=False)} == {3}


@pytest.mark.parametrize("cadence", ["12 hours", "30 minutes", "90 seconds", "0 days"])
def test_a_cadence_is_whole_days(cadence: str) -> None:
    with pytest.raises(ValidationError, match="is no cadence"):
        _settings(cadence=cadence)


def test_settings_are_told_in_plain_sentences(tmp_path: Path) -> None:
    text = PROJECT + "as_of: 2018-13-01\ncurrency: usd\nconsent: {unknown_means: {mail: grant}}\nidentifier_key: abc\n"
    assert [line.split("\n")[0] for line in problems(tmp_path, {"project.yml": text})] == [
        "project.yml:4:8: 2018-13-01 is no moment: write a date like 2018-01-01, or a time with offset like "
        "2018-01-01T00:00:00-05:00 [wrong-value]",
        "project.yml:5:11: `usd` does not look as it should here [wrong-value]",
        "project.yml:6:33: expected granted or denied, found `grant` [wrong-value]",
        "project.yml:7:17: a secret never stands in a file: write ${env:NAME}, ${file:PATH} or ${databricks:SCOPE/KEY} [wrong-value]",
    ]


def test_a_lakehouse_by_name_is_a_catalog_and_names(tmp_path: Path) -> None:
    wrong = {
        "catalog: 'my catalog'": "`my catalog` is no name [wrong-value]",
        "catalog: main\n  prefix: T-": "`T-` is no name [wrong-value]",
        "prefix: t_": "a prefix goes before the schemas of a catalog, so say the catalog too: catalog: spark_catalog [wrong-value]",
    }
    for number, (text, sentence) in enumerate(wrong.items()):
        files = {"project.yml": f"{PROJECT}lakehouse:\n  {text}\n"}
        (told,) = problems(tmp_path / str(number), files)
        assert told.split("\n")[0].endswith(sentence), told
        assert told.startswith("project.yml:"), told
    assert ProjectFile.model_fields["lakehouse"].default == LakehouseFile(path="lakehouse", catalog=None, prefix=None)


@pytest.mark.parametrize("path", ["s3://bucket/lakehouse", "hdfs:///lakehouse", "dbfs:/lakehouse"])
def test_a_lakehouse_in_a_store_is_refused_and_not_taken_for_a_folder(path: str) -> None:
    with pytest.raises(ValidationError, match="is the address of a store, and a lakehouse lies on a path"):
        _settings(lakehouse={"path": path})
