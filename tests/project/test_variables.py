"""Variables are put into texts; what is not known, or is a secret where none may be, is told."""

from pathlib import Path

from tests.project.project_files import PROJECT, loaded, problems

VARIABLES = PROJECT + "variables:\n  data: /lake\n  orders: '${data}/orders'\n"


def _ingest(path: str) -> str:
    return f"sources:\n  orders: {{path: '{path}'}}\n"


def test_variables_stand_in_texts_and_may_use_those_above(tmp_path: Path) -> None:
    project, found = loaded(tmp_path, {"project.yml": VARIABLES, "ingest.yml": _ingest("${orders}/x-${data}.parquet")})
    assert found == []
    assert project.written("ingest").sources["orders"].path == "/lake/orders/x-/lake.parquet"


def test_a_variable_can_be_set_when_called(tmp_path: Path) -> None:
    project, found = loaded(
        tmp_path, {"project.yml": VARIABLES, "ingest.yml": _ingest("${orders}")}, ("project.variables.data=/x",)
    )
    assert found == []
    assert project.written("ingest").sources["orders"].path == "/x/orders"


def test_an_unknown_variable_is_told_where_it_stands(tmp_path: Path) -> None:
    assert problems(tmp_path, {"project.yml": VARIABLES, "ingest.yml": _ingest("x/${date}")}) == [
        "ingest.yml:2:21: there is no variable date [unknown-variable]\n"
        "      orders: {path: 'x/${date}'}\n"
        "                        ^\n"
        "    did you mean data?"
    ]


def test_a_place_behind_a_variable_is_found_in_the_file(tmp_path: Path) -> None:
    project, _ = loaded(tmp_path, {"project.yml": VARIABLES, "ingest.yml": _ingest("${data}/abc")})
    place = project.place("ingest.sources.orders.path", len("/lake/a"))
    assert place is not None
    assert place.text[place.column - 1 :] == "bc'}"


def test_a_secret_stands_only_where_one_may(tmp_path: Path) -> None:
    assert [text.split("\n")[0] for text in problems(tmp_path, {"ingest.yml": _ingest("${env:HOME}")})] == [
        "ingest.yml:2:18: path is no secret, so ${env:…}, ${file:…} and ${databricks:…} mean nothing here [no-secret]"
    ]
