"""Each distinct value is read once a batch, and not again while the worker remembers it. No Spark: Arrow arrays as workers get them."""

import pyarrow as pa

from dmp_spark.enrichment import once
from dmp_spark.enrichment.once import answers, per_distinct, reader, remembering
from dmp_spark.enrichment.spec import COLUMNS, Enrichment, columns_of
from dmp_spark.enrichment.visits import visit_of

COLUMNS_OF_TEST = {"whole": "string", "is_long": "boolean"}


class Counted:
    """Reads values into (their text, whether there are two), and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str | None, ...]] = []

    def __call__(self, *values: str | None) -> tuple[str, bool]:
        self.asked.append(values)
        return "|".join("null" if value is None else value for value in values), len(values) > 1


def texts(*values: str | None) -> pa.Array:
    return pa.array(values, pa.string())


def test_equal_values_are_read_once_and_each_row_has_its_answer() -> None:
    read = Counted()
    got = per_distinct(read, COLUMNS_OF_TEST, [texts("a", None, "b", "a", "", None, "a")])
    assert [row["whole"] for row in got.to_pylist()] == ["a", "null", "b", "a", "", "null", "a"]
    assert sorted(read.asked, key=str) == sorted([("a",), (None,), ("b",), ("",)], key=str)
    assert got.type == pa.struct([("whole", pa.string()), ("is_long", pa.bool_())])
    assert got.null_count == 0


def test_of_two_inputs_each_pair_is_read_once_and_none_is_mixed_up() -> None:
    first = ["a", "a", "b", "b", None, None, "a", "b"]
    second = ["x", "y", "x", "y", "x", None, "x", None]
    read = Counted()
    got = per_distinct(read, COLUMNS_OF_TEST, [texts(*first), texts(*second)])
    assert [row["whole"] for row in got.to_pylist()] == [
        f"{a or 'null'}|{b or 'null'}" for a, b in zip(first, second, strict=True)
    ]
    assert len(read.asked) == len(set(read.asked)) == len(set(zip(first, second, strict=True)))


def test_batches_without_rows_or_values_and_slices_of_others_are_batches_too() -> None:
    assert per_distinct(Counted(), COLUMNS_OF_TEST, [texts()]).to_pylist() == []
    assert per_distinct(Counted(), COLUMNS_OF_TEST, [texts(), texts()]).to_pylist() == []
    assert per_distinct(Counted(), COLUMNS_OF_TEST, [texts(None, None)]).to_pylist() == [{"whole": "null", "is_long": False}] * 2
    sliced = texts("a", "b", None, "c").slice(1, 2)
    assert [row["whole"] for row in per_distinct(Counted(), COLUMNS_OF_TEST, [sliced]).to_pylist()] == ["b", "null"]
    large = pa.array(["a", "b"], pa.large_string())
    assert [row["whole"] for row in per_distinct(Counted(), COLUMNS_OF_TEST, [large]).to_pylist()] == ["a", "b"]


def test_what_was_read_is_remembered_unless_it_is_very_long(monkeypatch) -> None:
    monkeypatch.setattr(once, "REMEMBERED", 2)
    read = Counted()
    remembered = remembering(read)
    long = "x" * (once.LONGEST_REMEMBERED + 1)
    for value in ("a", "b", "a", long, long, "c", "b"):
        assert remembered(value)[0] == value
    assert read.asked == [("a",), ("b",), (long,), (long,), ("c",), ("b",)], "of more than two values the oldest is forgotten"


def test_an_enrichment_has_the_columns_that_its_kind_promises() -> None:
    visit = Enrichment(name="visit", kind="visit", inputs=("page", "referrer"), hosts=("shop.example",))
    got = answers(visit, [texts("/?utm_medium=email", "/"), texts(None, "https://pay.shop.example/")])
    assert [field.name for field in got.type] == list(COLUMNS["visit"])
    assert got.to_pylist()[0] == visit_of("/?utm_medium=email", None)._asdict()
    assert (got.to_pylist()[1]["is_internal"], got.to_pylist()[1]["channel"]) == (True, None)
    assert reader("visit", ("shop.example",), "", False) is reader("visit", ("shop.example",), "", False)
    assert reader("visit", (), "", False) is not reader("visit", ("shop.example",), "", False)


def test_a_city_is_a_column_only_where_it_is_asked_for() -> None:
    place = Enrichment(name="place", kind="ip", inputs=("client",), database="x.mmdb")
    assert list(columns_of(place)) == ["country", "region"]
    assert list(columns_of(place.model_copy(update={"with_city": True}))) == ["country", "region", "city"]
    assert answers(place, [texts(None, "no address")]).to_pylist() == [{"country": None, "region": None}] * 2
