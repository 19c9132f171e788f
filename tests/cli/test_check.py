"""`dmp check` on the real project: nothing to say, four planted mistakes, a forbidden function, and no pyspark."""

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dmp_spark.cli.check import check

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "conf" / "complete_journey"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the real project."""
    return Path(shutil.copytree(PROJECT, tmp_path / "shop", ignore=shutil.ignore_patterns("lakehouse")))


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def test_a_good_project_is_told_in_one_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(project) == 0
    assert capsys.readouterr() == (
        "complete_journey: 10 files, 8 sources, 25 measures, 3 tasks, 11 segments, 1 activation, 1 experiment, no mistakes\n",
        "",
    )


def test_four_mistakes_in_three_files_are_told_at_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _change(project / "models.yml", "choose_by: roc_auc", "chose_by: roc_auc")
    _change(project / "profiles.yml", "spend: spend_ever", "spend: spent_ever")
    with (project / "profiles.yml").open("a") as file:
        file.write("  baskets: baskets_90d\n")
    (project / "activation.yml").rename(project / "activations.yml")
    assert check(project) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.replace(f"{project}/", "") == (
        "activations.yml: no stage reads this file [unknown-file]\n"
        "    did you mean activation.yml?\n"
        "models.yml:31:5: unknown key chose_by in goes_quiet [unknown-key]\n"
        "        chose_by: roc_auc\n"
        "        ^\n"
        "    did you mean choose_by?\n"
        "profiles.yml:15:10: there is no feature spent_ever [unknown-feature]\n"
        "      spend: spent_ever\n"
        "             ^\n"
        "    did you mean spend_ever?\n"
        "profiles.yml:17:3: baskets stands here twice [same-name-twice]\n"
        "      baskets: baskets_90d\n"
        "      ^\n"
        "    the first is in line 14: rename or delete one\n"
        "4 mistakes\n"
    )


def test_a_broken_measure_is_told_once_and_not_by_those_who_use_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _change(project / "features.yml", "of: campaign_exposure, take: count(*)", "of: campaign_exposure, take: 5")
    _change(project / "segments.yml", "feature.baby_lines_90d", "feature.baby_line_90d")
    line = 1 + (project / "features.yml").read_text().split("take: 5")[0].count("\n")
    assert check(project) == 2
    heads = [line for line in capsys.readouterr().err.replace(f"{project}/", "").split("\n") if "[" in line and ".yml:" in line]
    assert [head.split(" [")[0] for head in heads] == [
        f"features.yml:{line}:54: expected text, found the number 5",
        "segments.yml:11:12: there is no column feature.baby_line_90d",
    ]


def test_a_file_that_cannot_be_read_silences_only_the_stages_that_need_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "features.yml").write_text("measures: [\n")
    _change(project / "ingest.yml", "item_id: product_id\n        order_id", "item_id: product_ids\n        order_id")
    assert check(project) == 2
    err = capsys.readouterr().err.replace(f"{project}/", "")
    assert [line.split(":")[0] for line in err.split("\n") if ".yml:" in line] == ["features.yml", "ingest.yml"]
    assert err.endswith("2 mistakes\n")


def test_a_function_that_is_not_allowed_is_named_with_those_that_are(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(project, ["segments.coupon_lovers.where=reflect('java.lang.System','getenv','HOME')='x'"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("--set segments.coupon_lovers.where: the function reflect() is not allowed")
    assert "\n    reflect('java.lang.System'" in err
    assert "\n    ^\n    allowed: abs, " in err
    assert err.endswith("\n1 mistake\n")


def test_a_warning_is_printed_and_is_no_mistake(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _change(project / "project.yml", "consent: {unknown_means: {marketing_mail: granted}}", "#")
    assert check(project) == 0
    out, err = capsys.readouterr()
    assert out.endswith("no mistakes\n")
    assert err.startswith("warning: ")
    assert "no source writes consent for marketing_mail" in err


def test_show_prints_the_project_with_its_defaults(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(project, ["segments.growing.where=feature.spend_30d > 5"], show=True) == 0
    out = capsys.readouterr().out
    assert "\ncadence: 1 day                            # default\n" in out
    assert f"\n{'    where: feature.spend_30d > 5':<40}  # --set\n" in out


def test_a_folder_that_is_no_project_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path) == 2
    assert capsys.readouterr().err.endswith("name a project's folder: -p FOLDER\n1 mistake\n")


def test_the_answer_comes_soon_and_without_pyspark_or_mlflow() -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom dmp_spark.cli.check import check\n"
        f"code = check(Path({str(PROJECT)!r}))\n"
        "heavy = sorted({'pyspark', 'mlflow', 'delta', 'pandas', 'numpy', 'duckdb'} & set(sys.modules))\n"
        "print(code, heavy)\n"
    )
    seconds = []
    for _ in range(2):  # the first one may have to compile
        begin = time.monotonic()
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        seconds.append(time.monotonic() - begin)
        assert done.stdout.split("\n")[-2] == "0 []"
    assert min(seconds) < 3


def test_no_damage_to_the_files_ends_in_a_traceback(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damage = random.Random(7)
    originals = {file: file.read_text() for file in sorted(project.glob("*.yml"))}
    values = ["5", "[a]", "{a: b}", "", "true", "'", "null", "[[1]]", "90 days", "${x}"]
    answers = []
    for _ in range(40):
        file = damage.choice(list(originals))
        lines = originals[file].split("\n")
        at = damage.randrange(len(lines))
        lines[at] = damage.choice(["", "  " + lines[at], lines[at][2:], f"{lines[at].split(':')[0]}: {damage.choice(values)}"])
        file.write_text("\n".join(lines))
        answers.append(check(project))
        file.write_text(originals[file])
        err = capsys.readouterr().err
        assert answers[-1] == (2 if err and not err.startswith("warning: ") else 0), err
    assert 20 < answers.count(2) < 40
