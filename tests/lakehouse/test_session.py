"""Starting Spark: quiet where it starts, and one sentence where it does not."""

import os
import subprocess
import sys
from pathlib import Path

START = "from dmp_spark.errors import UserError\nfrom dmp_spark.lakehouse.session import start\n"
ROOT = Path(__file__).parents[2]


def test_a_spark_that_does_not_start_is_one_sentence_below_what_it_said(tmp_path: Path) -> None:
    code = START + "try:\n    start()\nexcept UserError as error:\n    print(error)\n"
    ended = _python(code, {"JAVA_HOME": str(tmp_path / "nowhere")})
    assert ended.stdout.startswith("Spark did not start"), ended
    assert "DMP_JARS" in ended.stdout
    assert "nowhere" in ended.stderr
    assert "Traceback" not in ended.stderr


def _python(code: str, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    own = {name: value for name, value in os.environ.items() if name != "SPARK_REMOTE"}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**own, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
