"""A call of jobs/simulate.py: read, refused where it is wrong, and remembered beside what it made. No pyspark."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

from dmp_spark.errors import Problem, UserError
from dmp_spark.simulate.storefront.settings import SETTINGS
from dmp_spark.simulate.storefront.world import World, world

MADE = "truth/made.json"
"""Written last: the call, and what it printed. A folder without it was left by a call that did not end."""


@dataclass(frozen=True)
class Call:
    """What to make and where; `partitions` and `master` None: as it comes."""

    folder: Path
    world: World
    partitions: int | None
    compression: str
    master: str | None

    @property
    def made_of(self) -> dict[str, Any]:
        """What the content follows from: the setting's numbers, seed, events, days, the code, and the compression of lines."""
        return {"world": json.loads(json.dumps(asdict(self.world))), "code": code(), "compression": self.compression}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One sentence instead of the usage and an exit."""
        raise UserError(Problem("simulate-call", message, way_out=" ".join(self.format_usage().split()).removeprefix("usage: ")))


def parsed(arguments: Sequence[str]) -> Call:
    """The call that these arguments make (UserError where they make none)."""
    parser = _Parser(prog="jobs/simulate.py", allow_abbrev=False, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("folder", metavar="OUT", help="a folder that is empty or not there yet")
    parser.add_argument("--events", type=int, default=100_000, metavar="N", help="events of the web log, about")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed is another storefront")
    parser.add_argument("--setting", default="plain", help=f"what is true: {', '.join(SETTINGS)}")
    parser.add_argument("--days", type=int, default=60, metavar="N", help="the length of the period")
    parser.add_argument("--partitions", type=int, metavar="N", help="into how many parts the work is cut; changes no content")
    parser.add_argument("--batch", choices=["day"], default="day", help="what a folder holds: the deliveries of a day")
    parser.add_argument("--compression", choices=["gzip", "none"], default="gzip", help="of lines of JSON")
    parser.add_argument("--master", help="local[1], local[2], …; else what conf/spark or spark-submit says")
    given = parser.parse_args(list(arguments))
    if given.partitions is not None and not 1 <= given.partitions <= 100_000:
        parser.error(f"{given.partitions:,} partitions are not between 1 and 100,000")
    if "://" in given.folder:
        parser.error(f"{given.folder} is the address of a store: the folders are renamed by day, so OUT must lie on a disk")
    made = world(given.setting, given.events, given.seed, given.days)
    return Call(Path(given.folder), made, given.partitions, given.compression, given.master)


def already_made(call: Call) -> dict[str, Any] | None:
    """What the same call said when it made this very folder; None where the folder is free (UserError where it is not)."""
    folder = call.folder
    if not folder.exists():
        return None
    if not folder.is_dir():
        raise UserError(Problem("simulate-folder", f"{folder} is a file", way_out="name a folder"))
    names = sorted(each.name for each in folder.iterdir())
    if not names:
        return None
    marker = folder / MADE
    said: dict[str, Any] = json.loads(marker.read_text(encoding="utf-8")) if marker.is_file() else {}
    if said.get("made_of") == call.made_of:
        return said
    what = "was made by another call or by other code" if said else "holds other data, or what a call left that did not end"
    raise UserError(
        Problem("simulate-folder", f"{folder} {what} ({', '.join(names[:3])}, …)", way_out="name an empty folder, or remove it")
    )


def remember(call: Call, said: dict[str, Any]) -> None:
    """Write down what was made, so that the same call finds it."""
    marker = call.folder / MADE
    marker.write_text(json.dumps({"made_of": call.made_of, **said}, indent=1) + "\n", encoding="utf-8")


def code() -> str:
    """The first 16 hex digits of sha-256 over the modules of the storefront."""
    modules = sorted(Path(__file__).parent.glob("*.py"))
    return sha256(b"\0".join(module.name.encode() + b"\0" + module.read_bytes() for module in modules)).hexdigest()[:16]
