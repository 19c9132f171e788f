"""What `dmp model` prints of a small store, and what it says where there is nothing."""

import json
from pathlib import Path

import pytest

from dmp_spark.cli.model import model_compare, model_explain, model_list
from dmp_spark.errors import UserError
from tests.cli.test_main import WITHOUT_SPARK, dmp
from tests.operations.small_models import with_models

PROJECT = Path(__file__).parents[1] / "projects" / "small"


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return [f"project.lakehouse.path={with_models(tmp_path_factory.mktemp('lakehouse'))}"]


def test_every_registered_version_is_listed_with_its_main_metric(on: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert model_list(PROJECT, on, "csv") == 0
    assert capsys.readouterr().out == (
        "task,number,version,champion,tested_at,metric,value,low,high,alias\n"
        'leaves,1,aaa,,[],,,,,""\n'
        'leaves,2,bbb,forest,"[""2017-12-01""]",roc_auc,0.75,0.5,1.0,champion\n'
    )
    assert model_list(PROJECT, on, "table") == 0
    assert " ".join(capsys.readouterr().out.splitlines()[-1].split()) == (
        "leaves bbb forest 2017-12-01 roc_auc 0.750 [0.500, 1.000] champion"
    )


def test_candidates_are_compared_metric_by_metric(on: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert model_compare(PROJECT, on, "leaves", None, "csv") == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "forest,roc_auc,0.75,0.5,1.0,rule,0.25,0.125,0.5",
        "forest,log_loss,,,,,,,",
        "rule,roc_auc,0.5,0.25,0.75,,,,",
    ]
    assert model_compare(PROJECT, on, "leaves", "bbb", "table") == 0
    out, err = capsys.readouterr()
    assert " ".join(out.splitlines()[2].split()) == "forest roc_auc 0.750 [0.500, 1.000] +0.250 [+0.125, +0.500]"
    assert err == "leaves bbb: Will it leave?\ntested at 2017-12-01; the champion is forest, by roc_auc\n"


@pytest.mark.parametrize("person", ["B", "mail:it's:me\\"])
def test_a_score_is_explained_by_person_or_identifier(on: list[str], person: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert model_explain(PROJECT, on, "leaves", person, "json") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found == {
        "task": "leaves",
        "person_id": "B",
        "version": "bbb",
        "as_of": "2018-01-01T05:00:00Z",
        "score": 0.75,
        "percentile": 100,
        "reasons": ["baskets_90d = 1 (raises)", "spend_ever = 2.5 (lowers)"],
    }
    assert model_explain(PROJECT, on, "leaves", person, "table") == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "because     baskets_90d = 1 (raises)",
        "            spend_ever = 2.5 (lowers)",
    ]


@pytest.mark.parametrize(
    "words", [("list",), ("compare", "leaves"), ("explain", "leaves", "mail:it's:me\\")], ids=lambda words: words[0]
)
def test_models_are_shown_without_spark_and_mlflow(on: list[str], words: tuple[str, ...]) -> None:
    told = dmp("model", *words, "-p", PROJECT, "--set", on[0], "--format", "json", code=("-c", WITHOUT_SPARK))
    assert (told.returncode, told.stderr) == (0, "imported []\n")
    assert json.loads(told.stdout)


def test_what_is_not_there_is_told_with_a_way_out(on: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = [f"project.lakehouse.path={tmp_path}"]
    for call, said in [
        (
            lambda: model_compare(PROJECT, on, "leavs", None, "csv"),
            "there is no model of leavs [model]\n    did you mean leaves?",
        ),
        (lambda: model_compare(PROJECT, on, "leaves", "ddd", "csv"), "leaves has no version ddd [model]\n    known: aaa, bbb"),
        (lambda: model_compare(PROJECT, on, "leaves", "aaa", "csv"), "the evaluation of leaves aaa was removed"),
        (lambda: model_compare(PROJECT, nothing, "leaves", None, "csv"), "nothing is trained yet: dmp run"),
        (lambda: model_explain(PROJECT, on, "leaves", "household:7", "csv"), "nobody is known as household:7"),
        (lambda: model_explain(PROJECT, on, "leaves", "C", "csv"), "C has no score of leaves"),
    ]:
        with pytest.raises(UserError) as told:
            call()
        assert said in str(told.value)
    assert model_list(PROJECT, nothing, "csv") == 0
    assert capsys.readouterr().err == "no model is trained yet: dmp run\n"
