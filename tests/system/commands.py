"""`dmp` run as people run it, a process of its own, on copies of the small project."""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from dmp_spark.cli.main import main

SMALL = Path(__file__).parents[1] / "projects" / "small"
ROOT = Path(__file__).parents[2]
MAIN = "import sys; from dmp_spark.cli.main import main; sys.exit(main())"
# The same, and afterwards: did anything import pyspark (which starts no JVM, but costs a second)?
WATCHED = """
import sys
from dmp_spark.cli.main import main
try:
    code = main()
except SystemExit as end:
    code = end.code
print("pyspark imported:", "pyspark" in sys.modules, file=sys.stderr)
sys.exit(code)
"""
# The same with a session that is there already.
STARTED = f"""
import json, os
from dmp_spark.lakehouse.session import start
start(overrides=json.loads(os.environ["TEST_SETTINGS"]))
{MAIN}
"""
KILLED = -9  # what a shell shows as 137


@dataclass(frozen=True)
class Done:
    """How a command ended; `said` is standard error, `shown` standard output."""

    code: int
    shown: str
    said: str

    @property
    def everything(self) -> str:
        """Both outputs, for messages of failed assertions."""
        return f"exit {self.code}\n{self.shown}\n{self.said}"


def environment_of(fault: str = "", settings: Mapping[str, str] | None = None, **further: str) -> dict[str, str]:
    """The environment of a process of its own, which may die at a fault, or start Spark with `settings` over the usual ones."""
    kept = {name: value for name, value in os.environ.items() if name != "DMP_FAULT"}
    own = {"PYTHONPATH": str(ROOT), "SPARK_LOCAL_IP": "127.0.0.1", **({"DMP_FAULT": fault} if fault else {})}
    return kept | own | ({"TEST_SETTINGS": json.dumps(settings)} if settings else {}) | further


def dmp(
    *words: str,
    fault: str = "",
    watched: bool = False,
    seconds: int = 600,
    settings: Mapping[str, str] | None = None,
    **further: str,
) -> Done:
    """Run `dmp` with these words; `further` are variables of its environment."""
    ended = subprocess.run(
        [sys.executable, "-c", WATCHED if watched else STARTED if settings else MAIN, *words],
        capture_output=True,
        text=True,
        env=environment_of(fault, settings, **further),
        stdin=subprocess.DEVNULL,
        timeout=seconds,
        check=False,
    )
    return Done(ended.returncode, ended.stdout, ended.stderr)


def warm(*words: str, at: Path | None = None, **further: str) -> Done:
    """Run `dmp` with these words in this process, seen from the folder `at`, with the session that is there already.

    `further` are variables of its environment. A process of its own spends half a minute on a JVM that has compiled nothing
    yet: only what is about a process needs one.
    """
    said, shown = io.StringIO(), io.StringIO()
    before, arguments = Path.cwd(), sys.argv
    sys.argv = ["dmp", *words]
    os.chdir(at or before)
    try:
        with redirect_stdout(shown), redirect_stderr(said), patch.dict(os.environ, further):
            main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        os.chdir(before)
        sys.argv = arguments
    return Done(code, shown.getvalue(), said.getvalue())


def small_copy(folder: Path) -> Path:
    """A copy of the small project whose transactions lie in a folder that may grow: `data/transactions/2017.parquet`."""
    project = folder / "small"
    shutil.copytree(SMALL, project, ignore=shutil.ignore_patterns("lakehouse"))
    deliveries = project / "data" / "transactions"
    deliveries.mkdir()
    (project / "data" / "transactions.parquet").rename(deliveries / "2017.parquet")
    replace_in(project / "ingest.yml", '"${data}/transactions.parquet"', '"${data}/transactions"')
    return project


def replace_in(file: Path, old: str, new: str) -> None:
    """Change a file where `old` stands exactly once."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    file.write_text(text.replace(old, new), encoding="utf-8")
