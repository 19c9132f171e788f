"""Rules for outliers, right and wrong. No Spark."""

from pathlib import Path

import pytest

from dmp_spark.ingest.resolved import Outlier
from tests.ingest.test_check import CAMPAIGNS, ORDERS, found_in
from tests.written_project import resolved, told


def with_outliers(text: str, source: str = ORDERS) -> str:
    return source.replace("    arrives:", f"    outliers: {text}\n    arrives:", 1)


def test_a_rule_for_outliers_resolves_with_what_is_usual(tmp_path: Path) -> None:
    written = (
        "{high: {of: amount, learned_at: [2018-01-01], otherwise: clip}, "
        "odd: {of: amount * 2, by: [customer], method: mad, learned_at: [2018-01-01, 2018-07-01T00:00:00Z], otherwise: flag}, "
        "far: {of: amount, factor: 3, learned_at: [2018-01-01], otherwise: flag}}"
    )
    spec, found = resolved(tmp_path, "ingest", ingest=with_outliers(written), models="")

    assert told(found) == []
    midnight = "2018-01-01T05:00:00+00:00"  # in New York
    assert spec.sources[0].outliers == (
        Outlier(name="high", of="amount", method="iqr", factor=1.5, learned_at=(midnight,), clips=True),
        Outlier(
            name="odd",
            of="amount * 2",
            by=("customer",),
            method="mad",
            factor=3.5,
            learned_at=(midnight, "2018-07-01T00:00:00+00:00"),
        ),
        Outlier(name="far", of="amount", method="iqr", factor=3.0, learned_at=(midnight,)),
    )


AT = "learned_at: [2018-01-01]"


@pytest.mark.parametrize(
    ("text", "place", "sentence", "way_out"),
    [
        (
            f"{{high: {{of: customer, {AT}, otherwise: flag}}}}",
            "of",
            "this gives string, and outliers are among",
            "name a number",
        ),
        (f"{{high: {{of: amuont, {AT}, otherwise: flag}}}}", "of", "amuont", "did you mean amount?"),
        (
            f"{{high: {{of: amount, by: [custmer], {AT}, otherwise: flag}}}}",
            "by",
            "no such column: custmer",
            "did you mean customer?",
        ),
        (f"{{high: {{of: amount * 2, {AT}, otherwise: clip}}}}", "of", "only a column can be clipped", "or otherwise: flag"),
        (
            f"{{late: {{of: amount, {AT}, otherwise: flag}}}}",
            "late",
            "late is the flag of events that were known late",
            "name it",
        ),
        (f"{{has_customer: {{of: amount, {AT}, otherwise: flag}}}}", "", "has_customer is the flag of a rule already", "name it"),
        (
            "{high: {of: amount, learned_at: [2018-02-01, 2018-01-01], otherwise: flag}}",
            "learned_at",
            "the moments of `learned_at` do not follow one another",
            "write them in order, each once",
        ),
        (
            f"{{high: {{of: amount, {AT}, otherwise: clip}}, low: {{of: amount, {AT}, otherwise: clip}}}}",
            "low",
            "amount is clipped by high already",
            "otherwise: flag",
        ),
        ("{high: {of: amount, learned_at: [], otherwise: flag}}", "", "", ""),
        (f"{{high: {{of: amount, factor: 0, {AT}, otherwise: flag}}}}", "", "", ""),
        (f"{{high: {{of: amount, {AT}, otherwise: reject}}}}", "", "", ""),
        ("{high: {of: amount, otherwise: flag}}", "", "learned_at", ""),
    ],
)
def test_what_cannot_be_an_outlier_is_told(tmp_path: Path, text: str, place: str, sentence: str, way_out: str) -> None:
    [(where, what, out)] = found_in(tmp_path, with_outliers(text))

    line = with_outliers(text).splitlines()[int(where.split(":")[1]) - 1]
    assert place in line
    assert (sentence in what, way_out in out) == (True, True), (what, out)


def test_what_makes_an_event_one_is_not_clipped_and_only_events_have_outliers(tmp_path: Path) -> None:
    text = with_outliers(f"{{high: {{of: amount, {AT}, otherwise: clip}}}}").replace("id: fingerprint", "id: [customer, amount]")
    [(_, what, out)] = found_in(tmp_path, text)
    assert (what, out) == (
        "amount is a part of what makes a purchase one event, and an event stays what it is",
        "otherwise: flag",
    )
    [(_, what, _)] = found_in(
        tmp_path, with_outliers(f"{{x: {{of: campaign_id, {AT}, otherwise: flag}}}}", "sources:" + CAMPAIGNS)
    )
    assert what == "outliers are judged of events, by when they were known, and this source has none"
