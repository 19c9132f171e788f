"""The questions of the first project to the small one: by path in Spark, by name, and by path without Spark. `make questions`.

Usage: python -m tests.system.questions [FOLDER]. Runs the small project by path and by name, asks every query file by each of the
three, and writes an answer a file, FOLDER/by_path_in_spark/NAME.csv and so on; then `diff -r` compares the folders. Exit 1 where
they differ or an answer has no row. What lies in FOLDER is gone on from; without one a temporary folder is used.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dmp_spark.operations.queries import query_files
from tests.system import by_name
from tests.system.commands import ROOT, Done, dmp, small_copy

QUERIES = query_files(ROOT / "conf" / "complete_journey")


@dataclass(frozen=True)
class Named:
    """A project, and where its lakehouse by name keeps what is no table."""

    project: Path
    folder: Path

    def dmp(self, command: str, *words: str) -> Done:
        """The command on the lakehouse by name."""
        sets = by_name.words_of((*by_name.SETS, f"project.lakehouse.path={self.folder}"))
        return dmp(command, "-p", str(self.project), *sets, *words)


def engines(named: Named) -> dict[str, Callable[[str], Done]]:
    """Folder of answers → what asks a question: of the project's own lakehouse, which lies by path, or of the one by name."""
    by_path = ("sql", "-p", str(named.project), "--format", "csv")
    return {
        "by_path_in_spark": lambda text: dmp(*by_path, "--engine", "spark", text),
        "by_name": lambda text: named.dmp("sql", "--format", "csv", text),
        "by_path_without_spark": lambda text: dmp(*by_path, text),
    }


def ask(named: Named, out: Path) -> int:
    """Write each engine's answer to each question as CSV; the number of files."""
    files = 0
    for engine, asked in engines(named).items():
        (out / engine).mkdir(parents=True, exist_ok=True)
        for query in QUERIES:
            answer = asked(query.read_text(encoding="utf-8"))
            assert answer.code == 0, f"{engine}, {query.name}: {answer.everything}"
            (out / engine / f"{query.stem}.csv").write_text(answer.shown, encoding="utf-8")
            files += 1
    return files


def differences(out: Path) -> str:
    """What `diff -r` says of the first engine's folder and each other one; empty where all files are equal."""
    first, *others = sorted(folder for folder in out.iterdir() if folder.is_dir())
    said = [subprocess.run(["diff", "-r", first, other], capture_output=True, text=True, check=False) for other in others]
    assert all(done.returncode in (0, 1) for done in said), said
    return "".join(done.stdout for done in said)


def without_rows(out: Path) -> list[str]:
    """The answers that have no line under their header, such as `by_name/who_is_lapsing.csv`."""
    files = sorted(out.glob("*/*.csv"))
    return [str(file.relative_to(out)) for file in files if len(file.read_text(encoding="utf-8").splitlines()) < 2]


def shown(out: Path) -> tuple[list[str], bool]:
    """Lines: rows by question, then how many files were equal; whether all of them are, and none is without rows."""
    folders = sorted(folder for folder in out.iterdir() if folder.is_dir())
    lines, equal = [], 0
    for query in QUERIES:
        answers = [(folder / f"{query.stem}.csv").read_text(encoding="utf-8") for folder in folders]
        equal += len(folders) * (len(set(answers)) == 1)
        lines.append(f"{query.stem:<30} {', '.join(str(len(text.splitlines()) - 1) for text in answers)} rows")
    empty, differ = without_rows(out), differences(out)
    lines += [f"no row: {name}" for name in empty] + differ.splitlines()
    lines.append(f"diff -r: {'differ' if differ else 'empty'}; {equal} of {len(QUERIES) * len(folders)} files equal")
    return lines, not differ and not empty and bool(QUERIES)


def built(folder: Path) -> Named:
    """The small project in a folder, run by path and by name; what stands there from another call is gone on from."""
    project = folder / "small" if (folder / "small").exists() else small_copy(folder)
    named = Named(project, folder / "named")
    for name, done in (("by path", dmp("run", "-p", str(project))), ("by name", named.dmp("run"))):
        if done.code != 0:
            raise SystemExit(f"{name}: {done.everything}")
        print(f"ran {name}", flush=True)
    return named


def main() -> int:
    """Run, ask, compare; 0 where every answer is the same and has a row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="where lakehouses and answers go, and stay")
    wanted = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as scratch:
        folder = (wanted or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        named = built(folder)
        files = ask(named, folder / "answers")
        print(f"{len(QUERIES)} questions × 3 = {files} files in {folder / 'answers'}")
        lines, is_same = shown(folder / "answers")
    print("\n".join(lines))
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main())
