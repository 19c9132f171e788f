"""`dmp package`: what goes along and what does not, and a zip where a folder could be named."""

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from zipfile import ZipFile

import pytest

from dmp_spark.cli.call import lakehouse_of
from dmp_spark.cli.check import check
from dmp_spark.cli.package import package
from dmp_spark.errors import UserError
from tests.refusals import refusal
from tests.system.commands import small_copy


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The small project among what may lie beside it: data, a lakehouse, secrets, a question, a measure in a folder."""
    folder = small_copy(tmp_path)
    for name in (".env", "lakehouse/silver/events/_delta_log/0.json", "data/key.pem", "queries/who.sql", "queries/.draft.sql"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("select person_id from gold.profiles")
    (folder / "segments").mkdir()
    (folder / "segments.yml").rename(folder / "segments" / "all.yml")
    (folder / "segments" / "README.md").write_text("by hand")
    return folder


def packed(*words: object) -> tuple[str, str]:
    """What `dmp package` shows and says."""
    shown, said = io.StringIO(), io.StringIO()
    with redirect_stdout(shown), redirect_stderr(said):
        assert package(*words) == 0
    return shown.getvalue(), said.getvalue()


def checked(folder: Path, *sets: str) -> tuple[int, str]:
    said = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(said):
        return check(folder, sets), said.getvalue()


def test_a_package_holds_what_commands_read_and_nothing_else(project: Path, tmp_path: Path) -> None:
    shown, said = packed(project, tmp_path / "sent.zip")
    assert shown == f"{tmp_path / 'sent.zip'}\n"
    with ZipFile(tmp_path / "sent.zip") as zipped:
        assert zipped.namelist() == [
            "README.md",
            "activation.yml",
            "features.yml",
            "identity.yml",
            "ingest.yml",
            "measurement.yml",
            "models.yml",
            "profiles.yml",
            "project.yml",
            "queries/who.sql",
            "segments/all.yml",
            "sessions.yml",
        ]
    first = (tmp_path / "sent.zip").read_bytes()
    packed(project, tmp_path / "sent.zip")
    assert (tmp_path / "sent.zip").read_bytes() == first
    assert said.splitlines()[1:] == [
        "these start at the project's folder, so set them where the zip runs:",
        "  --set project.lakehouse.path=/an/absolute/path  (here lakehouse)",
        "  --set project.variables.data=/an/absolute/path  (here data/transactions and 7 more)",
    ]


def test_a_zip_is_read_like_its_folder_once_its_paths_are_set(project: Path, tmp_path: Path) -> None:
    packed(project, tmp_path / "sent.zip")
    sets = (f"project.variables.data={project / 'data'}", f"project.lakehouse.path={tmp_path / 'lakehouse'}")
    assert checked(tmp_path / "sent.zip", *sets) == (0, "")
    assert lakehouse_of(tmp_path / "sent.zip", sets).root == tmp_path / "lakehouse"


def test_a_path_that_would_start_in_a_zip_is_refused_where_it_stands_with_what_to_set(project: Path, tmp_path: Path) -> None:
    packed(project, tmp_path / "sent.zip")
    code, said = checked(tmp_path / "sent.zip", f"project.variables.data={project / 'data'}")
    assert code == 2
    assert "sent.zip/project.yml:13:9: lakehouse starts at the project's folder, and a zip has none that lasts" in said
    assert "--set project.lakehouse.path=/an/absolute/path" in said
    assert said.endswith("1 mistake\n")
    code, said = checked(tmp_path / "sent.zip", f"project.lakehouse.path={tmp_path / 'lakehouse'}")
    assert code == 2
    assert said.count("[relative-path]") == said.count("--set project.variables.data=/an/absolute/path") == 8
    told = refusal(UserError, lambda: lakehouse_of(tmp_path / "sent.zip"))
    assert "--set project.lakehouse.path=/an/absolute/path" in told
    stores = ("project.lakehouse.path=s3://bucket/lakehouse",)
    assert "is the address of a store" in refusal(UserError, lambda: lakehouse_of(tmp_path / "sent.zip", stores))


def test_what_cannot_be_packed_is_refused_and_nothing_is_written(project: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    for target, said in (
        (project / "small.zip", "would lie in the project itself"),
        (project, "would lie in the project itself"),
        (tmp_path / "small.tar", "is no name of a zip"),
        (tmp_path / "nowhere" / "small.zip", "there is no folder"),
    ):
        assert said in refusal(UserError, lambda target=target: package(project, target))
    (project / "profiles.yml").write_text("wrong: 1\n")
    assert "profiles.yml:1:1" in refusal(UserError, lambda: package(project, tmp_path / "small.zip"))
    assert sorted(tmp_path.rglob("*")) == before
    (tmp_path / "sent.zip").write_bytes(b"")
    assert "this is a package already" in refusal(UserError, lambda: package(tmp_path / "sent.zip", None))
