"""What `make same` says of its ways: six lines, and no success where one is missing or differs. No Spark."""

from dataclasses import replace

from tests.system.same import MOST, SHOWN_BY, WAYS, Compared, lines_of

EQUAL = {name: Compared(f"lakehouse_{place}", 17) for place, name in enumerate(WAYS)}


def test_four_ways_show_six_things() -> None:
    assert set(SHOWN_BY.values()) == set(WAYS)
    lines, is_same = lines_of(EQUAL)
    assert is_same
    assert [line[:9].strip() for line in lines] == ["local[1]", "local[2]", "by path", "by name", "classic", "Connect"]
    assert lines[0] == "local[1]  lakehouse_1 (one core): 17 tables equal to the first; largest difference of scores 0"
    assert lines[4] == "classic   lakehouse_0 (two cores): 17 tables equal to the first; largest difference of scores 0"


def test_a_way_that_was_not_run_shows_nothing() -> None:
    for missing in WAYS:
        lines, is_same = lines_of({name: found for name, found in EQUAL.items() if name != missing})
        assert not is_same
        assert {line[:9].strip() for line in lines if "not run" in line} == {
            label for label, way in SHOWN_BY.items() if way == missing
        }


def test_a_table_or_a_score_that_differs_is_told() -> None:
    for changes, said in (
        ({"differing": ("gold.scores",)}, "differ in gold.scores"),
        ({"apart": 2 * MOST}, "scores 2e-09"),
        ({"apart": float("nan")}, "scores nan"),
    ):
        lines, is_same = lines_of(EQUAL | {"by name": replace(EQUAL["by name"], **changes)})
        assert not is_same
        assert [line[:9].strip() for line in lines if said in line] == ["by name"]
    assert lines_of(EQUAL | {"by name": replace(EQUAL["by name"], apart=MOST)})[1]
