"""`dmp package`: a project as one zip, for clusters. No pyspark here."""

import sys
from pathlib import Path

from dmp_spark import registry
from dmp_spark.errors import Problem, UserError
from dmp_spark.operations.queries import query_files
from dmp_spark.project.load import Project
from dmp_spark.project.package import SUFFIX, write_package
from dmp_spark.wording import counted


def package(folder: Path, out: Path | None) -> int:
    """Write the zip and print its path; 0. UserError where the project has mistakes: what is sent away is right.

    Standard error says which paths start at the project's folder, and what to set for them where there is none.
    """
    if folder.suffix == SUFFIX and folder.is_file():
        raise UserError(Problem("wrong-call", "this is a package already", str(folder), "name a project's folder: -p FOLDER"))
    project, _ = registry.resolved(folder)
    target = out or Path(f"{project.settings.project}{SUFFIX}")
    if target.is_dir():
        target = target / f"{project.settings.project}{SUFFIX}"
    _judge(target, project)
    files = package_files(project)
    size = write_package(project.folder, files, target)
    print(target)
    print(f"{counted(len(files), 'file')}, {size:,} bytes", file=sys.stderr)
    for line in to_set(project):
        print(line, file=sys.stderr)
    return 0


def package_files(project: Project) -> list[Path]:
    """What commands read of a project: its files of YAML, its questions, its README; nothing else in the folder goes along."""
    read = [file for files in project.files.values() for file in files]
    readme = project.folder / "README.md"
    return [*read, *query_files(project.folder), *([readme] if readme.is_file() else [])]


def to_set(project: Project) -> list[str]:
    """A line for each thing that must be set where the zip runs: a path that starts at the project's folder."""
    values: dict[str, list[str]] = {}
    for address, text in project.relative.items():
        values.setdefault(project.settable(address), []).append(text)
    lines = [f"  --set {key}=/an/absolute/path  (here {_shown(texts)})" for key, texts in sorted(values.items())]
    return ["these start at the project's folder, so set them where the zip runs:", *lines] if lines else []


def _shown(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{texts[0]} and {len(texts) - 1} more"


def _judge(target: Path, project: Project) -> None:
    if target.suffix != SUFFIX:
        raise UserError(Problem("wrong-call", f"--out {target} is no name of a zip", None, f"end it with {SUFFIX}"))
    if project.folder.resolve() in target.resolve().parents:
        what = f"{target} would lie in the project itself, where no stage reads it"
        raise UserError(Problem("wrong-call", what, None, "name another place: --out FILE.zip"))
    if not target.resolve().parent.is_dir():
        raise UserError(
            Problem("wrong-call", f"there is no folder {target.resolve().parent}", None, "make it, or name another: --out")
        )
