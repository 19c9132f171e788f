"""Starting Spark: quiet where it starts, and one sentence where it does not."""

import os
import subprocess
import sys
from pathlib import Path

from dmp_spark.lakehouse.session import read_settings, settings_file

START = "from dmp_spark.errors import UserError\nfrom dmp_spark.lakehouse.session import start\n"
ROOT = Path(__file__).parents[2]


def test_a_spark_that_does_not_start_is_one_sentence_below_what_it_said(tmp_path: Path) -> None:
    code = START + "try:\n    start()\nexcept UserError as error:\n    print(error)\n"
    ended = _python(code, {"JAVA_HOME": str(tmp_path / "nowhere")})
    assert ended.stdout.startswith("Spark did not start"), ended
    assert "DMP_JARS" in ended.stdout
    assert "nowhere" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_engine_that_the_environment_names_is_taken_and_one_without_settings_is_told() -> None:
    code = START + "try:\n    start()\nexcept UserError as error:\n    print(error)\n"
    ended = _python(code, {"DMP_ENGINE": "nothing"})
    assert ended.stdout.startswith(f"{ROOT}/conf/spark/nothing.conf: no settings for the engine nothing"), ended


def test_the_next_spark_has_another_build_of_delta_and_no_other_setting() -> None:
    here, following = read_settings(settings_file()), read_settings(settings_file("next"))
    assert {
        name: (here.get(name), following.get(name)) for name in here | following if here.get(name) != following.get(name)
    } == {"spark.jars.packages": ("io.delta:delta-spark_4.1_2.13:4.4.0", "io.delta:delta-spark_4.2_2.13:4.4.0")}


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
