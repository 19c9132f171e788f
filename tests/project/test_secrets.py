"""Secrets are read from the environment or a file, and none is ever repeated in what is said of them."""

from pathlib import Path

import pytest

from dmp_spark.errors import UserError
from dmp_spark.project.secrets import read_secret
from tests.project.project_files import PROJECT, problems
from tests.refusals import refusal

VALUE = "planted-0123456789-value"


def test_a_secret_is_what_the_variable_or_the_file_holds_and_prints_as_asterisks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DMP_KEY", VALUE)
    file = tmp_path / "key.txt"
    for written in (VALUE, f"{VALUE}\n", f"{VALUE}\r\n"):
        file.write_bytes(written.encode())
        secrets = [read_secret("${env:DMP_KEY}"), read_secret(f"${{file:{file}}}")]
        assert [secret.get_secret_value() for secret in secrets] == [VALUE, VALUE]
        assert VALUE not in f"{secrets} {secrets[0]} {secrets[1]!r}"
    file.write_text(f"{VALUE} \n", encoding="utf-8")
    assert read_secret(f"${{file:{file}}}").get_secret_value() == f"{VALUE} "


def test_what_cannot_be_had_is_told_in_a_sentence_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DMP_KEY", raising=False)
    monkeypatch.setenv("SHORT_KEY", "hunter2")
    noise = tmp_path / "noise"
    noise.write_bytes(b"\xff\xfe planted")
    said = {
        "${env:DMP_KEY}": "the environment variable DMP_KEY, which holds a secret, is not set [no-secret-value]",
        "${env:SHORT_KEY}": "the environment variable SHORT_KEY holds a secret of 7 characters, which can be guessed [short-secret]",
        f"${{file:{tmp_path}/none}}": f"the file {tmp_path}/none, which holds a secret, cannot be read: No such file or directory "
        "[no-secret-value]",
        f"${{file:{noise}}}": f"the file {noise}, which holds a secret, cannot be read: it is no text in UTF-8 [no-secret-value]",
        "${databricks:scope/key}": "secrets of a scope of Databricks cannot be read yet [not-yet]",
    }
    found = {reference: refusal(UserError, lambda name=reference: read_secret(name)) for reference in said}
    assert {reference: text.splitlines()[0] for reference, text in found.items()} == said
    assert not [text for text in found.values() if "hunter2" in text or "planted" in text]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("identifier_key: hunter2-hunter2-hunter2", "project.yml:4:17: a secret never stands in a file"),
        ("identifier_key: 1234567890123456", "project.yml:4:17: a secret never stands in a file"),
        ("identifier_key: [hunter2-hunter2]", "project.yml:4:17: a secret never stands in a file"),
        ("identifier_key: ${hunter2-hunter2}", "project.yml:4:17: a secret never stands in a file"),
        ("identifer_key: ${hunter2-hunter2}", "project.yml:4:1: unknown key identifer_key [unknown-key]\n    did you mean"),
        ("identifer_key: hunter2-hunter2-hunter2", "project.yml:4:1: unknown key identifer_key [unknown-key]\n    did you mean"),
    ],
)
def test_a_secret_that_stands_in_a_file_is_refused_and_not_repeated(tmp_path: Path, line: str, said: str) -> None:
    told = problems(tmp_path, {"project.yml": f"{PROJECT}{line}\n"})
    assert len(told) == 1
    assert told[0].startswith(said)
    assert "hunter2" not in told[0]
    assert "1234567890123456" not in told[0]


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("project.identifier_key=hunter2", "--set project.identifier_key: a secret never stands in a file"),
        ("project.identifier_key=[hunter2", "--set project.identifier_key: a secret never stands in a file"),
        ("project.identifier_key=[*hunter2]", "--set project.identifier_key: a secret never stands in a file"),
        ("project.identifier_key={from: env, name: hunter2}", "--set project.identifier_key: a secret never stands in a file"),
        ("project.identifier_key=${hunter2}", "--set project.identifier_key: a secret never stands in a file"),
        (
            "project.identifer_key=hunter2",
            "--set project.identifer_key: there is no identifer_key to change [unknown-address]\n    did you mean identifier_key?",
        ),
        (
            "project.identifier_key.value=hunter2",
            "--set project.identifier_key.value: there is no value in identifier_key to change",
        ),
        (
            "project.lakehouse.identifier_key=hunter2",
            "--set project.lakehouse.identifier_key: there is no identifier_key in lakehouse to change",
        ),
        ("project.lakehouse={identifer_key: hunter2}", "--set project.lakehouse: unknown key identifer_key in lakehouse"),
        ("projet.identifier_key=hunter2", "--set projet.identifier_key: there is no file projet"),
        ("identifier_key=hunter2", "--set identifier_key: there is no file identifier_key"),
        ("ingest=hunter2", "--set ingest: ingest is a whole file"),
        ("project.identifier_key hunter2", "`--set project.identifier_key…` has no value"),
        ("project.identifier_key: hunter2", "`--set project.identifier_key…` has no value"),
        ("project.identifier_key: hunter2==", "--set project.identifier_key…: there is no identifier_key… to change"),
        ("hunter2", "`--set …` has no value"),
        ("ingest.sources.orders.passwrd=hunter2", "--set ingest.sources.orders.passwrd: there is no passwrd in orders to change"),
    ],
)
def test_a_secret_that_was_typed_behind_a_wrong_address_is_not_repeated(tmp_path: Path, override: str, said: str) -> None:
    told = problems(tmp_path, {}, (override,))
    assert told[0].startswith(said)
    assert "hunter2" not in f"{told}"
