"""`dmp` run as people run it, a process of its own, on copies of the small project."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

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


def dmp(*words: str, fault: str = "", watched: bool = False, seconds: int = 600) -> Done:
    """Run `dmp` with these words."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SPARK_LOCAL_IP": "127.0.0.1"}
    environment.pop("DMP_FAULT", None)
    if fault:
        environment["DMP_FAULT"] = fault
    ended = subprocess.run(
        [sys.executable, "-c", WATCHED if watched else MAIN, *words],
        capture_output=True,
        text=True,
        env=environment,
        stdin=subprocess.DEVNULL,
        timeout=seconds,
        check=False,
    )
    return Done(ended.returncode, ended.stdout, ended.stderr)


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
