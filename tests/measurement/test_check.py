"""What is told about a wrong measurement.yml."""

from textwrap import dedent

from dmp_spark.ingest.tables import EVENTS
from tests.written_project import resolved, told

ACTIVATION = """
destinations: {house: {kind: files, path: lakehouse/exports/house, format: csv, recipient: customer}}
activations:
  back: {kind: message, segment: cold, destination: house, purpose: mail, holdout: 10 %}
  all: {kind: message, segment: cold, destination: house, purpose: mail}
"""
SEGMENTS = "segments: {cold: {where: profile.kids = '0'}}\n"


def measurement(tmp_path, text):
    files = {"activation": ACTIVATION, "segments": SEGMENTS, "measurement": dedent(text)}
    return resolved(tmp_path, "measurement", {EVENTS.name: EVENTS}, **files)


def test_an_experiment_is_resolved_with_its_metrics(tmp_path):
    spec, found = measurement(
        tmp_path,
        """\
        experiments:
          come_back:
            question: Do they?
            assignment: {activation: back}
            metrics:
              bought: {of: purchase, take: count(*) > 0, ahead: 30 days}
              spend: {of: purchase, where: value > 0, take: sum(value) - sum(amounts.coupon), ahead: 1 month, unit: USD, winsorise: 99 %}
        """,
    )
    assert told(found) == []
    assert found.warnings == []
    (experiment,) = spec.experiments
    assert (experiment.name, experiment.activation, experiment.question) == ("come_back", "back", "Do they?")
    bought, spend = experiment.metrics
    assert (bought.measure.name, bought.ahead, bought.is_condition, bought.winsorise) == (
        "come_back.bought",
        "30 days",
        True,
        None,
    )
    assert (spend.measure.name, spend.ahead, spend.is_condition, spend.winsorise) == ("come_back.spend", "1 month", False, 0.99)
    assert spec.shares == (0.99,)
    assert spec.zone == "America/New_York"


def test_without_a_holdout_there_is_a_warning(tmp_path):
    spec, found = measurement(
        tmp_path,
        "experiments: {a: {assignment: {activation: all}, metrics: {n: {of: purchase, take: count(*), ahead: 1 week}}}}\n",
    )
    assert told(found) == []
    assert [warning.what for warning in found.warnings] == [
        "all holds nobody out, so there is nothing to compare those with who are sent to"
    ]
    assert len(spec.experiments) == 1


def test_every_mistake_is_told_with_its_place(tmp_path):
    spec, found = measurement(
        tmp_path,
        """\
        experiments:
          one:
            assignment: {activation: bak}
            metrics: {n: {of: purchase, take: count(*), ahead: 30 days}}
          two:
            assignment: {activation: back}
            metrics:
              a: {of: purchas, take: count(*), ahead: 30 days}
              b: {of: purchase, take: count(*), over: [30 days]}
              c: {of: purchase, take: mean(value), ahead: 30 days}
              d: {of: purchase, take: sum(value) / count(*) > 3, ahead: 30 days}
              e: {of: purchase, take: sum(valeu), ahead: 30 days}
              f: {of: purchase, take: count(*) > 0, ahead: 30 days, winsorise: 99 %}
              g: {of: purchase, take: sum(value), ahead: 30 days, winsorise: 10 %}
              h: {of: purchase, take: sum(value), ahead: 30 hours}
              i: {of: purchase, take: last(channel), ahead: 30 days}
        attribution: {}
        """,
    )
    everybody = "and a metric counts everybody who was assigned"
    zero = "counts and sums are 0 where nothing happened"
    assert [(place.partition(":")[2], what, way_out) for place, what, way_out in told(found)] == [
        ("3:30", "there is no activation bak", "did you mean back?"),
        ("8:15", "no source writes events of type purchas", "did you mean purchase?"),
        ("9:7", "a metric looks ahead from the day of assignment", "say how far: ahead: 30 days"),
        ("10:31", f"mean() is null of whom nothing happened, {everybody}", zero),
        ("11:31", f"a quotient is null of whom nothing happened, {everybody}", zero),
        ("12:35", "there is no column valeu", "did you mean value?"),
        ("13:72", "a condition has no large values to hold down", "leave it out"),
        ("14:70", "it is a quantile from 50 % to below 100 %", "for example 99 %"),
        ("15:50", "30 hours: windows and horizons are whole local days", "for example 30 days, 1 month or ever"),
        ("16:31", "a metric is a condition or a number, and this is string", ""),
        ("17:1", "unknown key attribution", "known: experiments"),
    ]
    assert spec.experiments == ()
