"""A stage that reached a point of each kind, or had nothing new and is named; injections counted in a table. No Spark."""

from dataclasses import replace

from tests.system.points import PUBLISH, STAGES, Seed, kinds_of, table

EVERY = {
    stage: [f"{stage}.before_write", f"{stage}.after_commit:1", f"{stage}.after_commit:2", f"{stage}.before_row"]
    for stage in STAGES
}


def seed_of(number: int, calls: tuple[str, ...] = STAGES, *without: str) -> Seed:
    """A seed whose stages reached all they must, and two commits; `without` are points that were not reached."""
    points = [(stage, point) for stage in STAGES for point in EVERY[stage]]
    points += [("activation", "activation.after_export"), (calls[-1], "run.before_publication")]
    reached = [(call, point) for call, point in points if point not in without]
    return Seed(number, calls, calls, True, [], reached, list(reached))


def test_the_last_call_publishes_and_activation_exports() -> None:
    assert kinds_of("features", STAGES) == ("features.before_write", "features.after_commit", "features.before_row")
    assert kinds_of("activation", STAGES)[3:] == ("activation.after_export",)
    assert kinds_of("measurement", STAGES)[3:] == ("run.before_publication",)
    in_parts = (*STAGES, PUBLISH)
    assert kinds_of("measurement", in_parts)[3:] == ()
    assert kinds_of(PUBLISH, in_parts) == ("run.before_publication",)


def test_a_stage_that_misses_a_kind_of_point_is_told_and_one_that_misses_a_commit_of_two_is_not() -> None:
    for calls in (STAGES, (*STAGES, PUBLISH)):
        assert seed_of(1, calls).mistakes() == []
        assert seed_of(1, calls, "features.after_commit:2").mistakes() == []
        for stage in STAGES:
            assert seed_of(1, calls, *EVERY[stage][1:3]).mistakes() == [f"seed 1: {stage} did not reach {stage}.after_commit"]
        missing = ("activation.after_export", "run.before_publication", "ingest.before_write", "models.before_row")
        assert seed_of(3, calls, *missing).mistakes() == [
            "seed 3: ingest did not reach ingest.before_write",
            "seed 3: models did not reach models.before_row",
            "seed 3: activation did not reach activation.after_export",
            f"seed 3: {calls[-1]} did not reach run.before_publication",
        ]


def test_a_stage_with_nothing_new_reaches_nothing_and_one_that_runs_without_a_point_is_not_excused() -> None:
    silent = seed_of(2, STAGES, *EVERY["identity"])
    assert silent.mistakes() == [
        "seed 2: identity did not reach identity.before_write, identity.after_commit, identity.before_row"
    ]
    assert replace(silent, nothing_new=["identity"]).mistakes() == []
    first = replace(silent, nothing_new=["identity"], goes_on=False)
    assert first.mistakes() == ["seed 2: identity had nothing new in a first run"]
    spoke = replace(seed_of(2, STAGES, *EVERY["identity"][1:]), nothing_new=["identity"])
    assert spoke.mistakes() == ["seed 2: identity had nothing new, and reached identity.before_write"]


def test_of_some_calls_only_these_are_judged() -> None:
    only = Seed(1, STAGES, ("models",), True, [], [("models", point) for point in EVERY["models"]])
    assert only.mistakes() == []
    assert replace(only, wanted=("models", "segments")).mistakes()[0].startswith("seed 1: segments did not reach")


def test_a_chosen_point_is_injected_once() -> None:
    seed = seed_of(1)
    assert seed.not_injected(seed.reached) == []
    seed.injected.remove(("features", "features.before_row"))
    seed.injected.append(("models", "models.before_write"))
    assert seed.not_injected(seed.reached) == [
        "seed 1: features, features.before_row: 0 injections",
        "seed 1: models, models.before_write: 2 injections",
    ]


def test_the_table_adds_up_to_the_injections_and_names_what_had_nothing_new() -> None:
    first, second = seed_of(1), replace(seed_of(2, STAGES, *EVERY["identity"]), nothing_new=["identity"])
    third = seed_of(3, (*STAGES, PUBLISH))
    lines = table([first, second, third])
    cells = {line[:40].strip(): line[40:].split() for line in lines[1:-2]}
    assert lines[0].split() == ["injections", "seed", "1", "seed", "2", "seed", "3", "sum"]
    assert cells["features: features.after_commit"] == ["2", "2", "2", "6"]
    assert cells["identity: identity.before_row"] == ["1", "none", "new", "1", "2"]
    assert cells["measurement: run.before_publication"] == ["1", "1", ".", "2"]
    assert cells["publish: run.before_publication"] == [".", ".", "1", "1"]
    total = sum(len(seed.injected) for seed in (first, second, third))
    assert sum(int(row[-1]) for row in cells.values()) == total
    assert lines[-2].split() == ["sum", "38", "34", "38", str(total)]
    assert lines[-1] == "stages with nothing new: 1: identity (seed 2)"
    assert table([first])[-1] == "stages with nothing new: 0"
