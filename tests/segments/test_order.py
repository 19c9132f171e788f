"""The order of segments that name one another."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dmp_spark.segments.order import cycle, levels, rests_on


def test_a_chain_is_told_from_its_first_name_to_the_same():
    assert cycle({"a": ("b",), "b": ("c",), "c": ("a",)}) == ("a", "b", "c", "a")


def test_a_segment_that_names_itself_is_a_chain_of_one():
    assert cycle({"a": (), "b": ("b", "a")}) == ("b", "b")


def test_a_tail_that_leads_into_a_circle_is_no_part_of_it():
    assert cycle({"tail": ("a",), "a": ("b",), "b": ("a",)}) == ("a", "b", "a")


def test_two_ways_to_one_segment_are_no_circle():
    needs = {"top": ("left", "right"), "left": ("base",), "right": ("base",), "base": ()}
    assert cycle(needs) == ()
    assert levels(needs) == {"top": 2, "left": 1, "right": 1, "base": 0}
    assert rests_on("top", needs) == ("base", "left", "right")


@settings(derandomize=True, max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14))
def test_without_a_circle_every_level_is_above_all_it_needs(pairs):
    needs = {str(name): tuple(sorted({str(b) for a, b in pairs if a == name})) for name in range(8)}
    chain = cycle(needs)
    if chain:
        assert chain[0] == chain[-1]
        assert all(after in needs[before] for before, after in zip(chain, chain[1:], strict=False))
    else:
        level = levels(needs)
        assert all(level[name] > level[other] for name, others in needs.items() for other in others)
