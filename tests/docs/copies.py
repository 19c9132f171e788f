"""Projects as the pages make them: a folder in which their commands run as they stand."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.docs.pages import ROOT, commands, named_blocks
from tests.system.commands import Done, warm

SMALL = ROOT / "tests" / "projects" / "small"
FIRST = ROOT / "conf" / "complete_journey"
SHELL = re.compile(r"[|&;<>$`]")
"""Signs by which a command asks for more than a program and its words, also where they stand in quotes."""
_DMP = 'dmp() { "$DMP_PYTHON" -c "import sys; from dmp_spark.cli.main import main; sys.exit(main())" "$@"; }\n'


def small_project(root: Path) -> Path:
    """The small project where the pages have the first one, with its questions; around it a checkout, as far as commands need one."""
    project = root / "conf" / "complete_journey"
    shutil.copytree(SMALL, project, ignore=shutil.ignore_patterns("lakehouse"))
    shutil.copytree(FIRST / "queries", project / "queries")
    shutil.copy(FIRST / "operations.yml", project)
    for name in (".venv", "bin", "dmp_spark", "jobs", "spark-submit.sh", "conf/spark"):
        (root / name).symlink_to(ROOT / name)
    return project


def add_blocks(page: Path, project: Path) -> None:
    """What the page says to write: blocks of YAML are joined to the files that they name, other files are written."""
    for name, text in named_blocks(page, "yaml"):
        file = project / name
        yaml = YAML()
        standing = yaml.load(file) if file.exists() else {}
        _join(standing, yaml.load(text))
        yaml.dump(standing, file)
    for name, text in named_blocks(page, "csv"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")


def _join(into: Any, other: Any) -> None:
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _join(into[key], value)
        else:
            into[key] = value


def said(command: str, root: Path, seconds: int = 600) -> Done:
    """Run a command of a page in a folder; `dmp` is that of this checkout, in this process where the command is it alone."""
    plain = command.replace(".venv/bin/dmp", "dmp").replace("/tmp/", f"{root}/tmp-")
    if plain.startswith("dmp ") and not SHELL.search(plain):
        return warm(*shlex.split(plain)[1:], at=root)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SPARK_LOCAL_IP": "127.0.0.1", "DMP_PYTHON": sys.executable}
    environment.pop("DMP_FAULT", None)
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", _DMP + plain],
        cwd=root,
        capture_output=True,
        text=True,
        env=environment,
        stdin=subprocess.DEVNULL,
        timeout=seconds,
        check=False,
    )
    return Done(ended.returncode, ended.stdout, ended.stderr)


def answers(page: Path) -> dict[str, str]:
    """The last command of a block → what the page shows right behind it, without blanks at the ends of lines."""
    text = re.sub(r"\\\n *", "", page.read_text(encoding="utf-8"))
    pairs = re.findall(r"^```(?:sh)?\n((?:dmp [^\n]*\n)+)```\n```\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return {_as_shown(block.splitlines()[-1], page): trimmed(answer) for block, answer in pairs}


def trimmed(text: str) -> str:
    """The text without blanks at the ends of its lines."""
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def _as_shown(line: str, page: Path) -> str:
    return next(one.text for one in commands(page) if line.startswith(one.text))
