"""What a source is expected to be, right and wrong. No Spark."""

from pathlib import Path

import pytest

from dmp_spark.ingest.manifest import spec_hash
from dmp_spark.ingest.resolved import Expected, Freshness, Shape, Volume
from tests.ingest.test_check import CAMPAIGNS, ORDERS, found_in
from tests.written_project import resolved, told


def expecting(text: str, source: str = ORDERS) -> str:
    return source.replace("    arrives:", f"    expect: {text}\n    arrives:", 1)


def test_what_is_expected_resolves_and_makes_no_record_another_one(tmp_path: Path) -> None:
    written = (
        "{freshness: {within: 36 hours, otherwise: hold}, volume: {otherwise: warn}, schema: {columns: grows, otherwise: warn}}"
    )
    spec, found = resolved(tmp_path, "ingest", ingest=expecting(written), models="")
    plain, _ = resolved(tmp_path, "ingest", ingest=ORDERS, models="")

    assert told(found) == []
    assert spec.sources[0].expected == Expected(
        freshness=Freshness(within=36 * 3600, holds=True),
        volume=Volume(days=28, same_weekdays=False, least=0.5, most=2.0, holds=False),
        shape=Shape(grows=True, holds=False),
    )
    assert plain.sources[0].expected == Expected()
    assert spec_hash(spec.sources[0], spec) == spec_hash(plain.sources[0], plain)  # nothing is read again

    own = "{volume: {recent: 8 weeks, against: same_weekdays, least: 20 %, most: 350 %, otherwise: hold}}"
    spec, found = resolved(tmp_path, "ingest", ingest=expecting(own), models="")
    assert told(found) == []
    assert spec.sources[0].expected.volume == Volume(days=56, same_weekdays=True, least=0.2, most=3.5, holds=True)


@pytest.mark.parametrize(
    ("text", "sentence", "way_out"),
    [
        ("{}", "`expect` expects nothing", "name freshness, volume or schema, or leave it out"),
        ("{freshness: {within: 1 month, otherwise: hold}}", "1 month has no fixed length", "within: 2 days"),
        (
            "{volume: {recent: 6 days, otherwise: hold}}",
            "6 days hold too few days to tell what is usual: 7 days are the least",
            "",
        ),
        (
            "{volume: {recent: 3 weeks, against: same_weekdays, otherwise: hold}}",
            "3 weeks hold too few days to tell what is usual: 28 days are the least",
            "recent: 28 days",
        ),
        ("{volume: {recent: 36 hours, otherwise: hold}}", "36 hours is not a whole number of days", "recent: 28 days"),
        ("{volume: {most: 90 %, otherwise: hold}}", "`most` lies below what is usual", "most: 200 %"),
        ("{volume: {most: twice, otherwise: hold}}", "twice is no multiple: write it in percent, like 200 %", ""),
        ("{volume: {least: 120 %, otherwise: hold}}", "120 % is more than the whole", ""),
        ("{freshness: {within: 1 day}}", "", ""),
        ("{freshness: {within: 1 day, otherwise: reject}}", "", ""),
    ],
)
def test_what_cannot_be_expected_is_told_where_it_stands(tmp_path: Path, text: str, sentence: str, way_out: str) -> None:
    [(where, what, out)] = found_in(tmp_path, expecting(text))

    assert where.startswith("ingest.yml:5:")
    assert sentence in what
    assert way_out in out


def test_only_events_tell_and_only_where_what_no_column_names_is_kept(tmp_path: Path) -> None:
    schema = "{schema: {columns: exact, otherwise: warn}}"
    [(_, what, _)] = found_in(tmp_path, expecting(schema, "sources:" + CAMPAIGNS))
    assert what == "what is expected is told by events, and this source has none"

    [(_, what, out)] = found_in(tmp_path, expecting(schema).replace("    arrives:", "    extra: drop\n    arrives:", 1))
    assert (what, out) == ("what no column names is not looked at: `extra: drop`", "extra: keep, or leave it out")
