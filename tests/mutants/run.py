"""Break the code in known ways: each time exactly the named test must turn red, by an AssertionError. `make mutants`.

Usage: python -m tests.mutants.run [NAME…] [--applies]. Each patch is applied in a copy of the tree; `dmp check` must still
pass there, so that the mutant is one that nobody would see. `--applies` only looks whether each patch still fits.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COPIED = (
    "dmp_spark",
    "jobs",
    "tests",
    "conf",
    "requirements",
    "pyproject.toml",
    "setup.py",
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "docs",
    "bin",
    ".ci",
    "benchmarks",
    ".importlinter",
    "spark-submit.sh",
)
MAIN = "import sys; from dmp_spark.cli.main import main; sys.exit(main())"


def listed() -> dict[str, str]:
    """Mutant → the test that must turn red, in the order of mutants.txt; every patch is listed and every name has a patch."""
    lines = [line.split("#")[0].strip() for line in (HERE / "mutants.txt").read_text(encoding="utf-8").splitlines()]
    named = {name.strip(): test.strip() for name, _, test in (line.partition("|") for line in lines if line)}
    patches = {file.stem for file in HERE.glob("*.patch")}
    if odd := patches ^ named.keys():
        raise SystemExit(f"mutants.txt and *.patch do not fit together: {', '.join(sorted(odd))}")
    return named


def tree(folder: Path) -> Path:
    """A copy of what the code and its tests need."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=_left_out)
        elif source.exists():
            shutil.copy2(source, folder / name)
    return folder


def _left_out(folder: str, names: list[str]) -> set[str]:
    """Caches, and the lakehouses of projects (the package lakehouse stays)."""
    built = {"lakehouse"} if "project.yml" in names else set()
    return {name for name in names if name in built or name == "__pycache__"}


def applied(copy: Path, name: str, *words: str) -> str:
    """Apply a patch to the copy; what git complains about, or nothing."""
    done = subprocess.run(
        ["git", "apply", *words, str(HERE / f"{name}.patch")],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
        env=_environment(copy),
    )
    return done.stderr.strip()


def killed(name: str, test: str) -> tuple[bool, str]:
    """Whether the mutant was seen by its test, and what to say."""
    with tempfile.TemporaryDirectory() as folder:
        copy = tree(Path(folder))
        if complaint := applied(copy, name):
            return False, f"does not apply: {complaint}"
        checked = _python(copy, "-c", MAIN, "check", "-p", "conf/complete_journey")
        if checked.returncode:
            return False, f"dmp check does not pass on it: {checked.stderr[-500:]}"
        tested = _python(
            copy, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--override-ini=addopts=--import-mode=importlib", test
        )
        said = tested.stdout + tested.stderr
        if tested.returncode == 0:
            return False, f"survived: {test} passed"
        if tested.returncode != 1 or not re.search(r"^E\s+(AssertionError|assert |chispa\.|.*NotEqualError)", said, re.MULTILINE):
            return False, f"{test} ended otherwise than by an AssertionError:\n{said[-1500:]}"
    return True, f"seen by {test}"


def _environment(copy: Path) -> dict[str, str]:
    """Git must not take the copy for a part of a repository above it, nor Python the package of the checkout for the copy's."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"GIT_CEILING_DIRECTORIES": str(copy.parent), "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}


def _python(copy: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, *words], cwd=copy, capture_output=True, text=True, check=False, env=_environment(copy))


def main() -> int:
    """Run the mutants; 0 where all were seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--applies", action="store_true", help="only look whether each patch still fits")
    wanted = parser.parse_args()
    mutants = {name: test for name, test in listed().items() if not wanted.names or name in wanted.names}
    good = 0
    for name, test in mutants.items():
        begin = time.monotonic()
        if wanted.applies:
            complaint = applied(ROOT, name, "--check")
            passed, said = not complaint, complaint or "applies"
        else:
            passed, said = killed(name, test)
        good += passed
        print(
            f"{'red   ' if passed and not wanted.applies else 'ok    ' if passed else 'FAILED'} {name:<40} {said} ({time.monotonic() - begin:.0f} s)",
            flush=True,
        )
    print(f"{good} of {len(mutants)} {'apply' if wanted.applies else 'mutants are red'}")
    return 0 if good == len(mutants) else 1


if __name__ == "__main__":
    sys.exit(main())
