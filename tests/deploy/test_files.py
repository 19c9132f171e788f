"""Generated files are written again, and what a person wrote or changed never is."""

import pytest

from dmp_spark.deploy.files import stamped, write
from dmp_spark.errors import UserError
from tests.refusals import refusal


def test_what_is_there_already_stays_and_what_is_new_is_named(tmp_path):
    texts = {"a.yml": stamped("databricks", "a: 1\n"), "deep/b.yml": stamped("databricks", "b: ü\n")}
    assert write(tmp_path, texts) == [tmp_path / "a.yml", tmp_path / "deep/b.yml"]
    assert write(tmp_path, texts) == []
    texts["a.yml"] = stamped("databricks", "a: 2\n")
    assert write(tmp_path, texts) == [tmp_path / "a.yml"]
    assert (tmp_path / "a.yml").read_text() == texts["a.yml"]


@pytest.mark.parametrize(
    "stands",
    [
        "a: mine\n",
        "",
        stamped("databricks", "a: 1\n") + "# a line of mine\n",
        stamped("databricks", "a: 1\n").replace("a: 1", "a: 7"),
        stamped("databricks", "a: 1\n").encode() + b"\xff\xfe",
        None,
    ],
    ids=["foreign", "empty", "longer", "changed", "not text", "folder"],
)
def test_a_foreign_file_stops_all_of_it(tmp_path, stands):
    place = tmp_path / "b.yml"
    if stands is None:
        place.mkdir()
    else:
        place.write_bytes(stands if isinstance(stands, bytes) else stands.encode())
    texts = {"a.yml": stamped("databricks", "a: 2\n"), "b.yml": stamped("databricks", "a: 2\n")}
    assert refusal(UserError, lambda: write(tmp_path, texts)) == (
        f"{place}: it was not written by dmp deploy, or was changed by hand since [foreign-file]\n"
        "    move it away or delete it, or name another folder"
    )
    assert not (tmp_path / "a.yml").exists()
    if stands is not None:
        assert place.read_bytes() == (stands if isinstance(stands, bytes) else stands.encode())
