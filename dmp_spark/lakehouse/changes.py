"""What changed in a table between two of its versions: its log tells whether that is still there, its change feed what.

No pyspark here: by path `dmp plan` asks the log without a JVM.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from dmp_spark.lakehouse.location import Location

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Actions = list[dict[str, Any]]
ANEW = ("REPLACE TABLE", "CREATE OR REPLACE TABLE")
"""What commits are called by which a table takes the place of another: there is no feed from one shape to the other."""


def is_whole(folder: Path, after: int, until: int) -> bool:
    """Whether all that changed after version `after` up to `until` can still be read from the table in a folder.

    Decided by the files that the log names and not by trying: VACUUM and the clean-up of logs take files away. False where
    the table is younger than `after`, or was made anew meanwhile.
    """
    commits = [_actions(folder, version) for version in range(after + 1, until + 1)]
    if after > until or any(commit is None or _is_anew(commit) or _is_marked(commit) for commit in commits):
        return False
    return all((folder / file).exists() for commit in commits for file in _files(commit or []))


def is_empty(folder: Path, after: int, until: int) -> bool:
    """Whether no row changed: the versions of a whole range do no more than compact, vacuum, or change the table's properties."""
    return not any(any(_files(_actions(folder, version) or [])) for version in range(after + 1, until + 1))


def bytes_added(folder: Path, version: int) -> int:
    """Size in bytes of the data files that a commit brought; a file of which rows were marked as deleted was there before."""
    commit = _actions(folder, version) or []
    gone = {action["remove"]["path"] for action in commit if "remove" in action}
    return sum(action["add"]["size"] for action in commit if "add" in action and action["add"]["path"] not in gone)


def feed(spark: "SparkSession", location: Location, table: str, after: int, until: int) -> "DataFrame":
    """The rows that changed after version `after` up to `until`, as they were and as they are; some columns more tell which.

    A row for each image: an update has two, and what changed twice is there twice. The range must be whole and not empty.
    """
    reader = spark.read.format("delta").option("readChangeFeed", "true")
    versions = reader.option("startingVersion", after + 1).option("endingVersion", until)
    return versions.table(location.sql_name(table))


def _actions(folder: Path, version: int) -> Actions | None:
    """The actions of a commit; None where its file is gone."""
    file = folder / "_delta_log" / f"{version:020d}.json"
    if not file.is_file():
        return None
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def _is_anew(commit: Actions) -> bool:
    return any(str(action["commitInfo"].get("operation", "")).startswith(ANEW) for action in commit if "commitInfo" in action)


def _is_marked(commit: Actions) -> bool:
    """Whether its feed is what rows were marked as deleted (by another's DELETE: our MERGEs have files of changes).

    The files of such marks go by VACUUM, too, and their names are not told plainly.
    """
    return not any("cdc" in action for action in commit) and any("deletionVector" in file for file in _moved(commit))


def _moved(commit: Actions) -> Actions:
    """What it says of the files by which it added and removed rows."""
    files = [action[kind] for action in commit for kind in ("add", "remove") if kind in action]
    return [file for file in files if file.get("dataChange", True)]


def _files(commit: Actions) -> Iterator[str]:
    """The files from which the change feed reads a commit: its own where it has some, else those that it added and removed."""
    own = [action["cdc"]["path"] for action in commit if "cdc" in action]
    yield from (unquote(path) for path in own or [file["path"] for file in _moved(commit)])
