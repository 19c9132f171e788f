"""The model store keeps its files in the lakehouse that it belongs to."""

import shutil

from dmp_spark.models.tracking import ModelStore


def test_a_lakehouse_that_was_copied_writes_into_itself_and_not_into_the_first(tmp_path):
    first = tmp_path / "first"
    store = ModelStore(first, "shop", "leaves")
    kept = store._start("abc", {})
    store._client.log_text(kept, "{}", "evaluation.json")
    shutil.copytree(first, tmp_path / "copy")

    copy = ModelStore(tmp_path / "copy", "shop", "leaves")
    run = copy._start("abd", {})
    copy._client.log_text(run, "{}", "evaluation.json")
    assert (tmp_path / "copy" / "mlflow" / "artifacts" / "leaves" / run / "artifacts" / "evaluation.json").is_file()
    assert [folder.name for folder in (first / "mlflow" / "artifacts" / "leaves").iterdir()] == [kept]

    again = ModelStore(tmp_path / "copy", "shop", "leaves")
    assert again._experiment == copy._experiment
    assert {found.name for found in again._client.search_experiments()} == {
        "Default",
        "shop leaves",
        "shop leaves, until the lakehouse was moved (1)",
    }
