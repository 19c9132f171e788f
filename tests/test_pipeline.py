"""The order of a run, what fails, what is skipped and what is published: with stages of plain Python."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from dmp_spark import pipeline
from dmp_spark.contracts import Changes
from dmp_spark.errors import LockLostError, Problem, StageError, UserError
from dmp_spark.lakehouse.location import Location
from dmp_spark.lakehouse.standing import standing
from dmp_spark.operations.ledger import Ledger
from dmp_spark.operations.plan import plan
from dmp_spark.operations.position import Following
from dmp_spark.operations.progress import Progress
from dmp_spark.operations.steps import Step, chosen
from dmp_spark.stage import Check, RunContext, RunSummary, Since
from tests.refusals import refusal

AS_OF = datetime(2018, 1, 1, tzinfo=UTC)


@dataclass
class World:
    """A lakehouse with five stages: a → b → c → d, and e, which needs nobody."""

    root: Path
    files: str = "files"
    specs: dict[str, str] = field(default_factory=dict)
    behave: dict[str, Callable[[RunContext], RunSummary]] = field(default_factory=dict)
    follows: dict[str, tuple[str, ...]] = field(default_factory=dict)
    misfits: dict[str, Callable[[object], Problem | None]] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    clock: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    told: StringIO = field(default_factory=StringIO)
    runs: int = 0

    def write(self, table: str) -> Changes:
        write_deltalake(Location(self.root).path(table), pa.table({"x": [1, 2]}), mode="append")
        return Changes(inserted=2)

    def steps(self) -> tuple[Step, ...]:
        reads = {"a": (), "b": ("silver.a",), "c": ("silver.b*", "silver.c"), "d": ("silver.c",), "e": ()}
        return tuple(self.step(name, read) for name, read in reads.items())

    def step(self, name: str, reads: tuple[str, ...]) -> Step:
        def run(context: RunContext) -> RunSummary:
            self.ran.append(name)
            if name in self.behave:
                return self.behave[name](context)
            return RunSummary(changes={f"silver.{name}": self.write(f"silver.{name}")}, checks=(Check("is_fine", True),))

        files_hash = (lambda now: self.files) if name == "a" else None
        following = Following(self.follows.get(name, ()))
        misfit = self.misfits.get(name)
        return Step(name, reads, (f"silver.{name}",), self.specs.get(name, "s"), "c", run, files_hash, following, misfit)

    def now(self) -> datetime:
        self.clock += timedelta(seconds=1)
        return self.clock

    def go(self, as_of=AS_OF, full=False, part=False, **choice):
        self.ran.clear()
        self.runs += 1
        steps = self.steps()
        wanted = chosen(steps, choice.get("stages", ()), choice.get("first"), choice.get("last"))
        options = pipeline.Options(as_of, f"r{self.runs}", self.now, "UTC", full, is_part=part)
        return pipeline.run(wanted, steps, Location(self.root), options, lambda step: None, Progress(self.told))

    def versions(self) -> dict[str, int]:
        return standing(Location(self.root)).versions(standing(Location(self.root)).names())

    def published(self):
        publication = Ledger(Location(self.root)).publication()
        return publication and publication.versions_written


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def statuses(outcome):
    return {result.stage: result.status for result in outcome.results}


def fails(context):
    raise StageError("the disk is full")


def test_stages_run_in_order_and_the_run_publishes_all_their_tables(world):
    outcome = world.go()
    assert world.ran == ["a", "b", "c", "d", "e"]
    assert (outcome.exit_code, outcome.published) == (0, True)
    assert world.published() == {f"silver.{name}": 0 for name in "abcde"}
    rows = Ledger(Location(world.root)).rows()
    assert [row.stage for row in rows][-1] == "run"
    assert rows[1].stage == "b"
    assert (rows[1].versions_read, rows[1].versions_written) == ({"silver.a": 0}, {"silver.b": 0})
    assert rows[1].rows_written == 2
    assert rows[1].bytes_written > 0
    assert rows[1].checks == ({"name": "is_fine", "passed": True, "detail": ""},)
    assert "a             2 rows written" in world.told.getvalue()


def test_a_second_run_does_nothing_and_writes_nothing(world):
    world.go()
    before = world.versions()
    outcome = world.go()
    assert world.ran == []
    assert set(statuses(outcome).values()) == {"nothing new"}
    assert (outcome.exit_code, outcome.published) == (0, False)
    assert world.versions() == before
    assert "b             nothing new" in world.told.getvalue()


def test_new_files_run_all_that_they_reach(world):
    world.go()
    world.files = "more files"
    world.go()
    assert world.ran == ["a", "b", "c", "d"]


def test_a_changed_spec_runs_its_stage_and_those_that_read_it(world):
    world.go()
    world.specs["c"] = "other"
    world.go()
    assert world.ran == ["c", "d"]


def test_a_stage_that_changes_nothing_stops_the_wave(world):
    world.go()
    world.specs["b"] = "other"
    world.behave["b"] = lambda context: RunSummary()
    world.go()
    assert world.ran == ["b"]


def test_a_later_moment_runs_everything_and_an_earlier_one_is_refused(world):
    world.go()
    world.go(AS_OF + timedelta(days=1))
    assert world.ran == ["a", "b", "c", "d", "e"]
    before = world.versions()
    with pytest.raises(UserError) as refused:
        world.go(AS_OF)
    assert "stands at" in str(refused.value)
    assert (world.ran, world.versions()) == ([], before)


def test_a_table_that_is_gone_or_was_written_by_others_is_made_again(world):
    world.go()
    world.write("silver.e")
    world.go()
    assert world.ran == ["e"]


def test_full_runs_everything_again(world):
    world.go()
    world.go(full=True)
    assert world.ran == ["a", "b", "c", "d", "e"]


def test_after_a_failure_the_rest_runs_and_dependants_are_skipped(world):
    world.behave["b"] = fails
    outcome = world.go()
    assert world.ran == ["a", "b", "e"]
    assert statuses(outcome) == {"a": "done", "b": "failed", "c": "skipped", "d": "skipped", "e": "done"}
    assert outcome.exit_code == 1
    assert world.published() is None
    told = world.told.getvalue()
    assert "failed: the disk is full" in told
    assert "skipped: needs b" in told.splitlines()[-2]
    assert {row.stage: row.status for row in Ledger(Location(world.root)).rows()} == {**statuses(outcome), "run": "failed"}
    assert "StageError" in outcome.log.read_text()


def test_once_mended_only_what_is_missing_runs_and_all_is_published(world):
    world.behave["b"] = fails
    world.go()
    del world.behave["b"]
    outcome = world.go()
    assert world.ran == ["b", "c", "d"]
    assert outcome.published
    assert world.published() == {f"silver.{name}": 0 for name in "abcde"}


def test_any_error_of_a_stage_is_a_failure_of_that_stage(world):
    world.behave["e"] = lambda context: {}["secret value"]
    outcome = world.go()
    assert statuses(outcome)["e"] == "failed"
    assert "unexpected KeyError" in outcome.results[-1].detail
    assert "secret" not in outcome.results[-1].detail


def test_a_project_that_does_not_fit_the_lakehouse_is_refused_before_anything_and_is_no_failure(world):
    world.go()
    before = (world.versions(), Ledger(Location(world.root)).rows())
    world.files = "more files"
    world.misfits["a"] = lambda lakehouse: Problem("another-key", "it has another key")
    assert refusal(UserError, world.go) == "it has another key [another-key]"
    assert (world.ran, (world.versions(), Ledger(Location(world.root)).rows())) == ([], before)
    assert not (world.root / "logs").exists()
    world.misfits["a"] = lambda lakehouse: None
    assert world.go().exit_code == 0
    assert world.ran == ["a", "b", "c", "d"]


def test_where_it_cannot_be_told_whether_the_project_fits_the_stage_has_failed(world):
    world.misfits["a"] = fails
    assert world.go().exit_code == 1
    assert world.ran == ["e"]


def test_a_failure_keeps_the_last_publication(world):
    world.go()
    before = world.published()
    world.files = "more files"
    world.behave["b"] = fails
    world.go()
    assert world.published() == before
    assert world.versions()["silver.a"] == 1


def test_what_stands_is_written_before_a_summary_says_that_it_failed(world):
    world.behave["a"] = lambda context: RunSummary(changes={"silver.a": world.write("silver.a")}, failed=("one file is broken",))
    outcome = world.go()
    assert (outcome.exit_code, statuses(outcome)["b"]) == (1, "skipped")
    assert Ledger(Location(world.root)).rows()[0].notes == ("one file is broken",)


def test_a_gate_that_others_need_holds_them_and_the_publication_back(world):
    world.behave["a"] = lambda context: RunSummary(held=("7 % rejected",))
    outcome = world.go()
    assert statuses(outcome) == {"a": "held", "b": "skipped", "c": "skipped", "d": "skipped", "e": "done"}
    assert (outcome.exit_code, outcome.published) == (3, False)


def test_a_gate_that_nobody_needs_does_not_hold_the_publication_back(world):
    world.behave["d"] = lambda context: RunSummary(changes={"silver.d": world.write("silver.d")}, held=("only 7 people",))
    outcome = world.go()
    assert (outcome.exit_code, outcome.published) == (3, True)
    assert world.go().exit_code == 3


def test_a_gate_before_something_else_than_tables_holds_nothing_else_back(world):
    world.behave["a"] = lambda context: RunSummary(
        changes={"silver.a": world.write("silver.a")}, held=("only 7 people",), tables_stand=True
    )
    outcome = world.go()
    assert statuses(outcome) == {"a": "held", "b": "done", "c": "done", "d": "done", "e": "done"}
    assert (outcome.exit_code, outcome.published) == (3, True)


def test_the_parts_of_a_run_publish_nothing_and_the_run_after_them_all_of_it(world):
    first = world.go()
    assert first.published
    standing = world.published()
    world.files = "more"
    for name in "abcde":
        outcome = world.go(part=True, stages=[name])
        assert (outcome.exit_code, outcome.published, world.published()) == (0, False, standing), name
    again = world.go(part=True, stages=["a"])
    assert (statuses(again), world.published()) == ({"a": "nothing new"}, standing)
    world.ran.clear()
    assert world.go().published
    assert world.ran == []
    assert world.published() == {f"silver.{name}": 1 if name in "abcd" else 0 for name in "abcde"}


def test_a_part_answers_3_only_where_its_gate_holds_others_back(world):
    def holds(name, **more):
        world.behave[name] = lambda context: RunSummary(held=("only 7 people",), **more)
        return world.go(part=True, stages=[name])

    holding, letting, last = holds("a"), holds("b", tables_stand=True), holds("d")
    assert [outcome.exit_code for outcome in (holding, letting, last)] == [3, 0, 0]
    assert [result.status for outcome in (letting, last) for result in outcome.results] == ["held", "held"]
    world.behave["c"] = fails
    assert world.go(part=True, stages=["c"]).exit_code == 1


def test_a_failure_beats_a_gate(world):
    world.behave["a"] = lambda context: RunSummary(held=("7 % rejected",))
    world.behave["e"] = fails
    assert world.go().exit_code == 1


def test_a_run_that_was_killed_before_it_published_publishes_next_time(world, monkeypatch):
    def die(stage, point, number=1):
        if point == "before_publication":
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pipeline.fault, "reach", die)
        with pytest.raises(KeyboardInterrupt):
            world.go()
    assert world.published() is None
    outcome = world.go()
    assert (world.ran, outcome.published) == ([], True)


def test_a_stage_that_was_killed_before_its_row_runs_again(world, monkeypatch):
    def die(stage, point, number=1):
        if (stage, point) == ("b", "before_row"):
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pipeline.fault, "reach", die)
        with pytest.raises(KeyboardInterrupt):
            world.go()
    world.go()
    assert world.ran == ["b", "c", "d", "e"]


def test_stages_can_be_chosen(world):
    world.go(last="b")
    assert world.ran == ["a", "b"]
    world.go(first="d")
    assert world.ran == ["d", "e"]
    world.go(stages=("c",))
    assert world.ran == ["c"]
    with pytest.raises(UserError) as refused:
        world.go(stages=("f",))
    assert "it has a, b, c, d, e" in str(refused.value)


def test_spark_is_not_started_for_a_stage_that_is_skipped(world):
    world.go()
    asked = []
    options = pipeline.Options(AS_OF, "again", world.now, "UTC")
    pipeline.run(world.steps(), world.steps(), Location(world.root), options, asked.append, Progress(world.told))
    assert asked == []


def test_the_plan_says_what_a_run_does_and_why(world):
    world.go()
    world.specs["b"] = "other"
    before = world.versions()
    planned = {step.stage: step.reason for step in plan(world.steps(), Location(world.root), AS_OF, AS_OF, "UTC")}
    assert planned == {
        "a": "nothing new",
        "b": "spec changed",
        "c": "reads silver.b*, which b would write",
        "d": "reads silver.c, which c would write",
        "e": "nothing new",
    }
    assert world.versions() == before


def test_the_plan_before_the_first_run_writes_nothing(world):
    planned = plan(world.steps(), Location(world.root), AS_OF, AS_OF, "UTC")
    assert [step.reason for step in planned] == ["first run"] * 5
    assert not list(world.root.iterdir())


def test_the_plan_names_a_full_run(world):
    world.go()
    planned = plan(world.steps(), Location(world.root), AS_OF, AS_OF, "UTC", full=True)
    assert {step.reason for step in planned} == {"asked for with --full"}


def test_a_stage_that_follows_changes_is_told_where_it_stands_and_a_plan_says_how_much_it_looks_at(world):
    told: dict[str, Since | None] = {}

    def remembers(name):
        def run(context):
            told[name] = context.since
            return RunSummary(changes={f"silver.{name}": world.write(f"silver.{name}")})

        return run

    world.behave = {name: remembers(name) for name in "bc"}
    world.follows = {"b": ("silver.a",)}
    world.go()
    assert told == {"b": None, "c": None}
    world.files = "others"
    world.go(stages=("a",))
    how = {step.stage: step.how for step in plan(world.steps(), Location(world.root), AS_OF, AS_OF, "UTC")}
    assert how == {"a": "", "b": "affected keys only: 1 changed version of silver.a", "c": "all", "d": "all", "e": ""}
    world.go()
    assert told == {"b": Since(AS_OF, {"silver.a": (0, 1)}), "c": None}
    world.files = "yet others"
    world.go(full=True)
    assert told["b"] is None
    world.write("silver.b")  # by somebody else
    world.go()
    assert told["b"] is None


@pytest.mark.parametrize(
    ("point", "ran", "stages"),
    [
        ("c.commit", ["a", "b", "c"], ["a", "b"]),
        ("d.before_row", ["a", "b", "c", "d"], ["a", "b", "c"]),
        ("run.before_publication", list("abcde"), list("abcde")),
    ],
)
def test_a_run_that_lost_the_lakehouse_ends_at_once_and_leaves_no_row_more(world, monkeypatch, point, ran, stages):
    lost = []

    def still_held():
        if lost:
            raise LockLostError("another run has it")

    @contextmanager
    def held(*call):
        yield still_held

    def loses_it_and_commits(context):
        lost.append(point)
        still_held()  # as the lakehouse asks before it commits
        return RunSummary()

    def reach(stage, name):
        lost.extend([point] if point == f"{stage}.{name}" else [])

    monkeypatch.setattr(pipeline, "held", held)
    monkeypatch.setattr(pipeline.fault, "reach", reach)
    if point == "c.commit":
        world.behave["c"] = loses_it_and_commits
    assert refusal(LockLostError, world.go) == "another run has it"
    assert (world.ran, [row.stage for row in Ledger(Location(world.root)).rows()]) == (ran, stages)
    assert world.published() is None
