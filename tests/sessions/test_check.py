"""What is told about a wrong sessions.yml, and what a right one becomes."""

from pathlib import Path
from typing import Any

import pytest

from dmp_spark.ingest.tables import EVENTS
from dmp_spark.project.found import Found
from dmp_spark.sessions.spec import Kind, SessionsSpec
from dmp_spark.sessions.tables import contracts
from tests.sessions.visitors import GIVEN, INGEST, RICH, spec_of
from tests.written_project import resolved, told


def checked(folder: Path, text: str, **files: str) -> tuple[Any, Found]:
    return resolved(folder, "sessions", {EVENTS.name: EVENTS}, sessions=text, models="", **{"ingest": INGEST} | files)


def test_without_a_word_visits_are_cut_as_the_field_cuts_them(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, "")
    assert (spec.gap, spec.cap, spec.over_cap, spec.key) == (1800, 86400, "cut", "subject_id")
    assert (spec.activity, spec.page_views, spec.conversions, spec.page) == (Kind(), Kind(of=("page_view",)), None, None)
    assert spec.heartbeats is not None
    assert (spec.heartbeats.kind.of, spec.heartbeats.every, spec.heartbeats.first) == (("page_ping",), 10, 5)
    assert (spec.bounce_page_views, spec.bounce_seconds, spec.event_columns) == (1, 10, {})
    assert SessionsSpec.model_validate_json(spec.model_dump_json()) == spec


def test_columns_of_the_project_have_the_type_of_their_expression_and_come_last(tmp_path: Path) -> None:
    table = contracts(spec_of(tmp_path, RICH))["silver.sessions"]
    assert list(table.types.items())[-4:] == [
        ("device", "string"), ("campaign", "string"), ("shop", "bigint"), ("spent", "decimal(18,4)"),
    ]  # fmt: skip
    assert "visit_key" not in table.names
    spec = spec_of(tmp_path, GIVEN)
    assert contracts(spec)["silver.sessions"].names[:3] == ("session_id", "subject_id", "visit_key")
    assert spec.key == "visit_key"
    assert spec.event_columns == {"context": "map<string,string>"}


def test_a_project_without_heartbeats_has_none_and_without_page_views_is_warned(tmp_path: Path) -> None:
    spec, found = checked(tmp_path, "gap: 1 hour\n", ingest=INGEST.replace("page_", "screen_"))
    assert (told(found), spec.heartbeats) == ([], None)
    assert [(one.code, one.what, one.way_out) for one in found.warnings] == [
        (
            "no-page-views",
            "no source writes page_view as activity, so no visit has page views",
            "name yours: page_views: {of: <type>}",
        )
    ]
    _, found = checked(tmp_path, "page_views: {of: screen_view}\n", ingest=INGEST.replace("page_", "screen_"))
    assert (told(found), found.warnings) == ([], [])


@pytest.mark.parametrize(
    ("text", "place", "says", "way_out"),
    [
        ("gap: 1 month", "1:6", "1 month has no fixed length", ""),
        ("gap: 0 minutes", "1:6", "0 minutes is no length", "a second or longer"),
        ("gap: 30", "1:6", "30 is no duration: write a whole number and seconds, minutes", ""),
        ("cap: 0 days", "1:6", "0 days is no length", ""),
        ("heartbeats: {every: 0 seconds}", "1:21", "0 seconds is no length", ""),
        ("over_cap: drop", "1:11", "cut or leave_out", ""),
        ("cut_at: [context.campaign, context]", "1:28", "something to compare is one value", "context.page"),
        ("cut_at: [context.campaign, camp]", "1:28", "there is no column camp", ""),
        ("by: identifier_ids", "1:5", "the id of a visit is one value, and this is array<string>", ""),
        ("activity: {of: page_view, without: search}", "1:1", "either `of` or `without`", ""),
        (
            "activity: {without: [page_ping, searches]}",
            "1:12",
            "no source writes events of type searches",
            "did you mean search?",
        ),
        ("activity: {where: channel}", "1:19", "this must be a condition", ""),
        ("page_views: {of: pageview}", "1:18", "no source writes events of type pageview", "did you mean page_view?"),
        ("page_views: {page: contextt.page}", "1:20", "there is no column contextt.page", ""),
        ("conversions: {of: purchase, where: value}", "1:36", "this must be a condition", ""),
        ("activity: {of: page_view}\nconversions: {of: purchase}", "2:19", "purchase is no activity", "take it in"),
        ("conversions: {where: value > 0}", "1:1", "of is missing", ""),
        ("bounce: {page_views: -1}", "1:22", "expected at least 0", ""),
        ("machines: {page_views: 0, within: 1 hour}", "1:24", "expected at least 1", ""),
        ("machines: {page_views: 300}", "1:1", "within is missing", ""),
        ("machines: {page_views: 300, within: 0 hours}", "1:37", "0 hours is no length", "a second or longer"),
        ("columns: {events: context.page}", "1:19", "events is a column of silver.sessions already", "another name"),
        ("columns: {page: context}", "1:17", "a column of a visit is one value", ""),
        ("gaps: 30 minutes", "1:1", "unknown key", "did you mean gap?"),
    ],
)
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, text: str, place: str, says: str, way_out: str) -> None:
    _, found = checked(tmp_path, text + "\n")
    first, *others = told(found)
    assert others == []
    assert first[0] == f"sessions.yml:{place}"
    assert says in first[1]
    assert way_out in first[2]


def test_heartbeats_that_are_spoken_of_must_be_there(tmp_path: Path) -> None:
    _, found = checked(tmp_path, "heartbeats: {every: 15 seconds}\n", ingest=INGEST.replace("page_ping", "alive"))
    assert [(place, what) for place, what, _ in told(found)] == [
        ("sessions.yml:1:1", "no source writes events of type page_ping")
    ]
