"""jobs/simulate.py: a wrong call is one sentence, and a folder that holds anything else is left alone. No Spark."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dmp_spark.errors import UserError
from dmp_spark.simulate.storefront.call import MADE, already_made, parsed, remember
from tests.refusals import refusal

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "required: OUT"),
        (["out", "--events", "many"], "invalid int value: 'many'"),
        (["out", "--events", "9"], "9 events are not between 10,000 and 1,000,000,000"),
        (["out", "--setting", "soft"], "there is no setting soft"),
        (["out", "--partitions", "0"], "0 partitions are not between"),
        (["out", "--batch", "hour"], "invalid choice: 'hour'"),
        (["s3://bucket/out"], "the address of a store"),
        (["out", "--sed", "3"], "unrecognized arguments: --sed 3"),
    ],
)
def test_a_wrong_call_is_told_in_a_sentence(arguments: list[str], words: str) -> None:
    said = refusal(UserError, lambda: parsed(arguments))
    assert words in said
    assert "Traceback" not in said


def test_a_wrong_call_ends_with_2_and_starts_no_spark(tmp_path: Path) -> None:
    command = [sys.executable, "jobs/simulate.py", str(tmp_path / "out"), "--days", "1"]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] == "1 days are not between 7 and 500 [simulate-days]"
    assert not (tmp_path / "out").exists()


def test_a_folder_is_free_found_or_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    call = parsed([str(out), "--seed", "3"])
    assert already_made(call) is None
    (out / "truth").mkdir(parents=True)
    assert "did not end" in refusal(UserError, lambda: already_made(call))
    remember(call, {"content": "abc"})
    assert (already_made(call) or {})["content"] == "abc"
    other = parsed([str(out), "--seed", "4"])
    assert "made by another call or by other code" in refusal(UserError, lambda: already_made(other))
    said = json.loads((out / MADE).read_text(encoding="utf-8"))
    (out / MADE).write_text(json.dumps({**said, "made_of": {**said["made_of"], "code": "older"}}), encoding="utf-8")
    assert "made by another call or by other code" in refusal(UserError, lambda: already_made(call))


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("here", encoding="utf-8")
    assert "is a file" in refusal(UserError, lambda: already_made(parsed([str(tmp_path / "out")])))


def test_cuts_and_cores_make_no_other_call(tmp_path: Path) -> None:
    one = parsed([str(tmp_path), "--partitions", "3", "--master", "local[1]"])
    assert one.made_of == parsed([str(tmp_path), "--partitions", "7"]).made_of
