"""Problems are collected once, in order, and say which name was meant."""

from dmp_spark.errors import Place, Problem
from dmp_spark.project.found import Found


def test_a_near_name_is_suggested_else_the_known_ones() -> None:
    assert Found.suggest("spent_90d", ["spend_90d", "lines_90d"]) == "did you mean spend_90d?"
    assert Found.suggest("SPEND", ["spend"]) == "did you mean spend?"
    assert Found.suggest("xyz", ["b", "a", "b"]) == "known: a, b"
    assert Found.suggest("xyz", []) == ""
    assert Found.suggest("xyz", [f"a{n:02}" for n in range(25)]).endswith("a19, and 5 more")


def test_the_same_problem_is_kept_once_and_problems_are_in_order() -> None:
    found = Found()
    for place in (None, Place("b.yml", 2), Place("a.yml", 9), Place("a.yml", 1, 5), Place("a.yml", 1, 2), "a.yml", None):
        found.tell(Problem("x", "wrong", place))
    assert [str(problem.where) for problem in found.sorted()] == [
        "a.yml",
        "a.yml:1:2",
        "a.yml:1:5",
        "a.yml:9:1",
        "b.yml:2:1",
        "None",
    ]


def test_that_a_broken_thing_is_unknown_elsewhere_is_not_told() -> None:
    found = Found()
    found.broken.add("spend")
    found.add("unknown-feature", "there is no feature spend_90d")
    found.add("expression", "there is no column feature.spend_90d")
    found.add("unknown-feature", "there is no feature total_spend")
    found.add("unknown-feature", "there is no feature spending_90d")
    found.add("name-taken", "spend is a column already")
    assert [problem.what for problem in found.problems] == [
        "there is no feature total_spend",
        "there is no feature spending_90d",
        "spend is a column already",
    ]


def test_a_warning_is_no_problem() -> None:
    found = Found()
    found.warn("no-consent", "no source writes consent")
    found.warn("no-consent", "no source writes consent")
    assert (len(found.warnings), found.problems) == (1, [])
