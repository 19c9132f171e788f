"""The list of the stages: its order, its hashes, and what it takes to resolve a project."""

import json
import re
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from dmp_spark import registry
from dmp_spark.identity.spec import IdentitySpec
from dmp_spark.project.found import Found

PROJECT = Path(__file__).parents[1] / "conf" / "complete_journey"
SMALL = Path(__file__).parent / "projects" / "small"
SCHEMAS = Path(__file__).parents[1] / "docs" / "schema"


def test_the_stages_stand_in_an_order_that_their_tables_allow() -> None:
    assert registry.order() == registry.STAGES


def test_order_follows_the_tables_and_else_the_list() -> None:
    graph = {
        "c": (["x.a", "x.b_*"], ["x.c"]),
        "a": ([], ["x.a"]),
        "b": (["x.a"], ["x.b_one", "x.b_two"]),
        "d": (["x.d"], ["x.d"]),
    }
    assert registry.ordered(graph) == ("a", "b", "c", "d")


@pytest.mark.parametrize(
    ("graph", "sentence"),
    [
        ({"a": (["x.b"], ["x.a"])}, "a reads x.b, which no stage writes"),
        ({"a": ([], ["x.a"]), "b": ([], ["x.a"])}, "more than one stage writes x.a"),
        ({"a": (["x.b"], ["x.a"]), "b": (["x.a"], ["x.b"])}, "a circle among a, b"),
    ],
)
def test_a_graph_that_cannot_run_is_refused(graph: dict[str, tuple[list[str], list[str]]], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        registry.ordered(graph)


def test_every_contract_is_of_its_stage_and_declared() -> None:
    _, resolution = registry.resolved(PROJECT)
    assert list(resolution.specs) == [name for name in registry.STAGES if name != "sessions"]  # a retailer's till sees no visits
    for name, contract in resolution.contracts.items():
        assert contract.name == name
        assert any(registry._same(name, written) for written in registry.tables(contract.owner).WRITES)
        assert set(contract.key) <= set(contract.names)


def test_a_stage_without_a_file_does_not_run_but_identity_always_does(tmp_path: Path) -> None:
    (tmp_path / "project.yml").write_text("grammar: 1\nproject: shop\ntime_zone: UTC\n")
    (tmp_path / "ingest.yml").write_text(
        "sources:\n  items:\n    read: {path: items.parquet}\n    arrives: replaced\n"
        "    columns: {item_id: string}\n    reference: {table: items, key: [item_id]}\n"
    )
    _, resolution = registry.resolved(tmp_path)
    assert list(resolution.specs) == ["ingest", "identity"]
    assert resolution.specs["identity"] == IdentitySpec(zone="UTC")


def test_the_hash_of_a_spec_is_over_all_it_holds_and_the_same_each_time() -> None:
    _, first = registry.resolved(PROJECT)
    _, again = registry.resolved(PROJECT)
    _, other = registry.resolved(PROJECT, ["segments.growing.where=feature.spend_30d > 5"])
    hashes = [{name: registry.spec_hash(spec) for name, spec in each.specs.items()} for each in (first, again, other)]
    assert hashes[0] == hashes[1]
    assert {name for name in hashes[0] if hashes[0][name] != hashes[2][name]} == {"segments"}
    assert all(len(value) == 64 for value in hashes[0].values())


def test_the_hash_of_the_code_is_of_the_stage_and_the_layers_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in ("identity/a.py", "segments/a.py", "functions/a.py", "errors.py", "contracts.py", "stage.py", "cli/a.py"):
        path = tmp_path / file
        path.parent.mkdir(exist_ok=True)
        path.write_text("x = 1\n")
    monkeypatch.setattr(registry, "__file__", str(tmp_path / "registry.py"))

    def hashes() -> tuple[str, str]:
        registry.code_hash.cache_clear()
        return registry.code_hash("identity"), registry.code_hash("segments")

    before = hashes()
    assert before[0] != before[1]
    (tmp_path / "cli/a.py").write_text("x = 2\n")
    assert hashes() == before
    for file in ("report.py", "report_curves.py"):
        (tmp_path / "identity" / file).write_text("told = 1\n")
    assert hashes() == before, "what only tells of the tables makes nothing run again"
    (tmp_path / "identity/a.py").write_text("x = 2\n")
    after = hashes()
    assert (after[0] != before[0], after[1] == before[1]) == (True, True)
    (tmp_path / "functions/a.py").write_text("x = 2\n")
    assert all(one != other for one, other in zip(hashes(), after, strict=True))
    registry.code_hash.cache_clear()


def test_mistakes_of_all_stages_are_raised_together() -> None:
    found = Found()
    project = registry.read(PROJECT, ["features.measures.spend.take=sum(valu)", "segments.growing.where=feature.lines"], found)
    registry.resolve(project, found)
    assert {str(problem.where) for problem in found.problems} == {
        "--set features.measures.spend.take",
        "--set segments.growing.where",
    }


def test_every_file_has_a_json_schema() -> None:
    schemas = registry.json_schemas()
    assert list(schemas) == ["project.yml", *[f"{name}.yml" for name in (*registry.STAGES, *registry.BESIDE)]]
    assert schemas["segments.yml"]["additionalProperties"] is False


def test_every_file_of_a_project_names_its_schema_and_fits_it() -> None:
    schemas = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in SCHEMAS.glob("*.json")}
    assert sorted(schemas) == sorted(["project", *registry.STAGES, *registry.BESIDE])
    for folder in (PROJECT, SMALL):
        for stage, root in registry.read(folder).roots.items():
            Draft202012Validator.check_schema(schemas[stage])
            assert list(Draft202012Validator(schemas[stage]).iter_errors(root.data())) == []
            head = (folder / f"{stage}.yml").read_text(encoding="utf-8").partition("\n")[0]
            named = re.fullmatch(r"# yaml-language-server: \$schema=(.*)", head)
            assert named and (folder / named[1]).resolve() == SCHEMAS / f"{stage}.json"


@pytest.mark.parametrize(
    ("stage", "address", "wrong"),
    [
        ("segments", ("segments", "growing", "were"), "true"),
        ("features", ("moments", "every"), "1 moon"),
        ("features", ("measures", "spend", "over"), ["90 days", "always"]),
        ("ingest", ("sources", "transactions", "arrives"), "now and then"),
        ("models", ("tasks", "goes_quiet", "choose_by"), ["roc_auc"]),
    ],
)
def test_an_editor_sees_what_is_wrong(stage: str, address: tuple[str, ...], wrong: object) -> None:
    schema = json.loads((SCHEMAS / f"{stage}.json").read_text(encoding="utf-8"))
    data = registry.read(PROJECT).roots[stage].data()
    *way, last = address
    place = data
    for part in way:
        place = place[part]
    place[last] = wrong
    errors = list(Draft202012Validator(schema).iter_errors(data))
    assert {tuple(error.absolute_path)[: len(way)] for error in errors} == {tuple(way)}


def test_resolving_imports_no_stage_and_so_no_pyspark() -> None:
    import subprocess

    code = (
        "import sys\nfrom pathlib import Path\nfrom dmp_spark import registry\n"
        f"registry.resolved(Path({str(PROJECT)!r}))\n[registry.code_hash(name) for name in registry.STAGES]\n"
        "print(sorted(name for name in sys.modules if name == 'pyspark' or name.endswith('.stage') and name.count('.') > 1))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT.parents[1], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_stage_that_follows_changes_reads_these_tables_and_says_whom_they_affect():
    following = {name: registry.tables(name).FOLLOWS for name in registry.STAGES}
    assert {name for name, tables in following.items() if tables} == {"sessions", "identity", "features", "profiles", "segments"}
    for name, tables in following.items():
        assert set(tables) <= set(registry.tables(name).READS)
        assert bool(tables) == hasattr(registry.stage(name), "affected")
