"""What pages show and `pytest tests/docs` does not run by itself: who does, or why no machine does."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

RUN_ELSEWHERE: dict[str, tuple[str, str]] = {
    # how the command begins → (the file that runs it, the words with which it does so, one after another; … is any one)
    "make run": (".ci/run", "make --no-print-directory run"),
    "make test": (".ci/run", "make --no-print-directory test"),
    "make check": (".ci/run", "make --no-print-directory check"),
    "DMP_JARS=jars make run": ("tests/system/test_offline.py", "run -p … … ivy= DMP_JARS="),
    "bin/bootstrap run": ("Makefile", "bin/bootstrap run"),
    "DMP_JARS=jars unshare": ("tests/system/test_offline.py", "unshare --map-root-user --net sh -c"),
    "bin/jars": ("tests/system/test_offline.py", "bin/jars …"),
    "bin/environment-archive": ("tests/system/test_cluster.py", "bin/environment-archive …"),
    "MASTER=spark://": ("tests/system/test_cluster.py", "--master … --properties-file … --archives …#environment"),
    ".venv/bin/python -m tests.mutants.run": ("Makefile", "-m tests.mutants.run"),
    "dmp features rebuild": ("tests/system/test_training_sets.py", "features rebuild --training-set …"),
    "dmp run -p conf/complete_journey --stage models --set models.search=wide": (
        "tests/docs/test_run.py",
        "dmp run -p conf/complete_journey --stage models --set models.search=wide",
    ),
    "/srv/dmp_spark/.venv/bin/dmp run": ("tests/system/conftest.py", "run -p …"),
    "dmp package -p PROJECT --out FOLDER/project.zip": ("tests/system/test_cluster.py", "package -p … --out …"),
    "dmp deploy databricks FOLDER": ("tests/deploy/test_databricks.py", "deploy databricks … -p …"),
    "python jobs/simulate.py": ("tests/system/test_simulate.py", "jobs/simulate.py … --events …"),
    "dmp deploy airflow FOLDER": ("tests/deploy/test_airflow_run.py", "deploy airflow … -p …"),
}

NOBODY = {
    "make run-storefront": "minutes on two cores; CONTRIBUTING says after which change, and it ends with 1 unless it holds",
    "make run-shopping": "four minutes on two cores; CONTRIBUTING says after which change, and it ends with 1 unless it holds",
    "pip wheel": "builds the wheel: bin/environment-archive does the same in tests/system/test_cluster.py",
    "databricks": "asks a workspace; docs/guide/databricks.md says what was tried",
    "airflow": "sets up the Airflow of others; docs/guide/airflow.md says what was tried",
    "spark-submit --master": "YARN and Kubernetes; docs/guide/clusters.md says that they were not tried",
}

ANY = "…"


def begins(text: str, names: tuple[str, ...]) -> bool:
    """Whether a command begins with one of these, word by word: `make test-connect` does not begin with `make test`."""
    return any(
        re.match(re.escape(name) + r"(?![\w-])", text) or (text.startswith(name) and name.endswith("//")) for name in names
    )


def own_words(beginning: str) -> set[str]:
    """The words of a command that make it what it is: no program, no value of a variable, nothing that stands for another."""
    words = [word for word in shlex.split(beginning) if not re.match(r"[A-Z_]+=", word)]
    return {word for word in words[1:] if not re.search(r"[A-Z]{2,}", word)} or set(words)


def holds(file: Path, words: str) -> bool:
    """Whether the file says these words one after another: a test in one list of arguments, a script in one line."""
    wanted = words.split()
    return any(
        all(word in (ANY, found) for word, found in zip(wanted, said[start : start + len(wanted)], strict=True))
        for said in _lists(file)
        for start in range(len(said) - len(wanted) + 1)
    )


def _lists(file: Path) -> Iterator[list[str]]:
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".py":
        yield from (re.split(r"[\s'\"@]+", line.strip()) for line in text.splitlines())
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            yield [*map(_word, node.args), *(f"{keyword.arg}=" for keyword in node.keywords)]
        elif isinstance(node, ast.List | ast.Tuple):
            yield [*map(_word, node.elts)]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("dmp "):
            yield node.value.split()  # a command as a shell is given it


def _word(node: ast.expr) -> str:
    """What stands there as a literal, a path without what it starts from; … for what is computed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return f"{_word(node.left)}/{_word(node.right)}".removeprefix(f"{ANY}/")
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else ANY for part in node.values)
    return ANY
