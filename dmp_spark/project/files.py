"""Which files a project's folder holds: one or a folder a stage, and nothing that nobody reads."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from dmp_spark.errors import Problem
from dmp_spark.project.found import Found
from dmp_spark.project.nodes import Mapping, Source
from dmp_spark.project.reading import read

_FREE = ("README.md", "data", "lakehouse")  # beside hidden files
_BOM = "\ufeff"


@dataclass
class Survey:
    """The files of each stage, in order, and the stages whose file seems to have another name by mistake."""

    files: dict[str, list[Path]] = field(default_factory=dict)
    misnamed: set[str] = field(default_factory=set)


def survey(
    folder: Path, stages: Sequence[str], planned: Sequence[str], lakehouse: Path, tell: Callable[[Problem], None]
) -> Survey:
    """What the folder holds beside project.yml; a file that no stage reads is a mistake."""
    survey_ = Survey()
    for entry in sorted(folder.iterdir()):
        stage = entry.name if entry.is_dir() else entry.name.removesuffix(".yml") if entry.suffix == ".yml" else ""
        if entry.name.startswith(".") or entry.name in (*_FREE, "project.yml") or _holds_lakehouse(entry, lakehouse):
            continue
        if entry.name == "queries" and entry.is_dir():
            _others(entry, ".sql", "queries/ holds *.sql files only", tell)
        elif stage in stages:
            if stage in survey_.files:
                tell(
                    Problem(
                        "two-forms",
                        f"there are {stage}.yml and a folder {stage}",
                        str(folder / f"{stage}.yml"),
                        "keep one of them",
                    )
                )
            elif entry.is_dir():
                survey_.files[stage] = sorted(file for file in entry.glob("*.yml") if not file.name.startswith("."))
                _others(entry, ".yml", f"{stage}/ holds *.yml files only", tell)
            else:
                survey_.files[stage] = [entry]
        elif stage in planned:
            tell(Problem("not-built", f"the stage {stage} is not built yet", str(entry), "take the file away"))
        else:
            survey_.misnamed |= _unknown(entry, stages, tell)
    return survey_


def _holds_lakehouse(entry: Path, lakehouse: Path) -> bool:
    """Whether a folder is the project's lakehouse, lies above it, or is another one that was made with --set."""
    return entry.resolve() in (lakehouse, *lakehouse.parents) or next(entry.glob("*/*/_delta_log"), None) is not None


def _unknown(entry: Path, stages: Iterable[str], tell: Callable[[Problem], None]) -> set[str]:
    """Tell of a file that nobody reads; the stage that was probably meant."""
    expected = ["project.yml", *[f"{stage}.yml" for stage in stages], "README.md", "queries"]
    by_small = {name.lower(): name for name in expected}
    near = [by_small[name] for name in get_close_matches(entry.name.lower(), by_small, n=1)]
    kind = "folder" if entry.is_dir() else "file"
    way_out = f"did you mean {near[0]}?" if near else f"a project holds {', '.join(expected)}"
    tell(Problem("unknown-file", f"no stage reads this {kind}", str(entry), way_out))
    return {near[0].removesuffix(".yml")} if near and near[0].endswith(".yml") else set()


def _others(folder: Path, suffix: str, what: str, tell: Callable[[Problem], None]) -> None:
    for entry in sorted(folder.iterdir()):
        if not entry.name.startswith(".") and entry.name != "README.md" and (entry.is_dir() or entry.suffix != suffix):
            near = entry.suffix in (".yaml", ".yml") and f"did you mean {entry.stem}{suffix}?"
            tell(Problem("unknown-file", what, str(entry), near or "take it away"))


def read_files(files: Sequence[Path], found: Found) -> Mapping | None:
    """The files of one stage as one mapping, joined by name; None where one of them cannot be used."""
    roots = [read_file(file, found) for file in files]
    good = [root for root in roots if root is not None]
    if not good or len(good) < len(roots):
        return None
    joined = good[0]
    for root in good[1:]:
        _join(joined, root, found, deeper=True)
    return joined


def read_file(file: Path, found: Found) -> Mapping | None:
    """One file as a mapping; None where it cannot be used."""
    try:
        raw = file.read_bytes()
        text = raw.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n")
        source = Source(str(file), raw.decode("utf-8", errors="replace"), str(file.parent))
        before = raw[: error.start].rpartition(b"\n")[2].decode("utf-8", errors="replace")
        found.tell(Problem("not-utf-8", "this file is not UTF-8", source.place(line, len(before)), "save it as UTF-8"))
        return None
    except OSError as error:
        found.tell(Problem("unreadable", f"this file cannot be read: {error.strerror or error}", str(file)))
        return None
    return read(Source(str(file), text.replace("\r\n", "\n").replace("\r", "\n"), str(file.parent)), found.tell)


def _join(into: Mapping, other: Mapping, found: Found, deeper: bool) -> None:
    """Add the keys of `other`; sections are joined by the names in them, and the same name twice is a mistake."""
    for key, value in other.values.items():
        mine = into.values.get(key)
        if mine is None and key not in into.values:
            into.values[key], into.keys[key] = value, other.keys[key]
        elif deeper and isinstance(mine, Mapping) and isinstance(value, Mapping):
            _join(mine, value, found, deeper=False)
        else:
            way_out = f"the first is in {into.keys[key].place}: rename or delete one"
            found.tell(Problem("same-name-twice", f"{key} stands in two files", other.keys[key].place, way_out))
