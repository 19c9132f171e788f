"""A project as a zip: the same bytes each time, read like a folder, and refused where it is none."""

import os
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from dmp_spark.errors import UserError
from dmp_spark.project.package import unpacked, write_package
from tests.refusals import refusal


def test_equal_files_give_equal_bytes_whatever_their_order_dates_and_modes(tmp_path: Path) -> None:
    packages = []
    for name, order, mode, date in (("first", 1, 0o600, 1_000_000_000), ("second", -1, 0o755, 2_000_000_000)):
        folder = tmp_path / name
        (folder / "queries").mkdir(parents=True)
        files = [folder / "project.yml", folder / "queries" / "a.sql", folder / "ingest.yml"]
        for file in files:
            file.write_bytes(f"text of {file.name}\r\n".encode())
            file.chmod(mode)
            os.utime(file, (date, date))
        target = tmp_path / f"{name}.zip"
        size = write_package(folder, files[::order], target)
        packages.append(target.read_bytes())
        assert size == len(packages[-1])
    assert packages[0] == packages[1]
    with ZipFile(tmp_path / "first.zip") as package:
        assert package.namelist() == ["ingest.yml", "project.yml", "queries/a.sql"]
        assert package.read("queries/a.sql") == b"text of a.sql\r\n"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["first", "first.zip", "second", "second.zip"]


def test_what_is_unpacked_is_called_like_the_zip_and_stays_in_its_folder(tmp_path: Path) -> None:
    package = tmp_path / "shop.zip"
    with ZipFile(package, "w") as zipped:
        zipped.writestr("project.yml", "grammar: 1")
        zipped.writestr("../../outside.yml", "x")
    folder = unpacked(package)
    assert folder.name == "shop.zip"
    assert sorted(file.name for file in folder.rglob("*") if file.is_file()) == ["outside.yml", "project.yml"]


def write_garbage(file: Path) -> None:
    file.write_bytes(b"PK no zip at all")


def write_other(file: Path) -> None:
    with ZipFile(file, "w") as zipped:
        zipped.writestr("shop/project.yml", "grammar: 1")


def write_huge(file: Path) -> None:
    with ZipFile(file, "w", ZIP_DEFLATED) as zipped:
        zipped.writestr("project.yml", "grammar: 1")
        zipped.writestr("README.md", b"0" * (64 * 1024 * 1024))


def write_broken(file: Path) -> None:
    with ZipFile(file, "w") as zipped:
        zipped.writestr("project.yml", "grammar: 1")
    file.write_bytes(file.read_bytes().replace(b"grammar: 1", b"grammar: 2"))


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (write_garbage, "this zip cannot be read"),
        (write_other, "there is no project.yml at the top of this zip"),
        (write_huge, "this zip holds 67,108,874 bytes"),
        (write_broken, "this zip cannot be read: Bad CRC-32"),
    ],
)
def test_what_is_no_package_is_refused(tmp_path: Path, write: object, said: str) -> None:
    file = tmp_path / "shop.zip"
    write(file)
    told = refusal(UserError, lambda: unpacked(file))
    assert told.startswith(f"{file}: {said}")
    assert "dmp package" in told
