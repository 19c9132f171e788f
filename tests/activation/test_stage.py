"""Activation through storage: killed after the export and run again, nobody is sent to twice or without a record."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from dmp_spark.activation.spec import ActivationSpec, Destination, Message, OutputColumn
from dmp_spark.activation.stage import run
from dmp_spark.activation.tables import READS, WRITES, contracts
from dmp_spark.contracts import Contract
from dmp_spark.errors import StageError
from dmp_spark.stage import RunContext
from tests.written_project import PROFILES, table

AS_OF = datetime(2018, 1, 1, 5, tzinfo=UTC)
NEXT = AS_OF + timedelta(days=1)
PEOPLE = 40
SPEC = ActivationSpec(
    zone="America/New_York",
    unknown_means={"mail": "granted"},
    known={"profile.spend": "decimal(18,4)"},
    messages=(
        Message(
            name="back",
            segment="cold",
            destination=Destination(name="house", path="exports/house", is_inside=True, recipient="customer"),
            purpose="mail",
            holdout=0.25,
            salt="s",
            minimum_size=5,
            columns=(
                OutputColumn(name="customer", expression="recipient", type="string"),
                OutputColumn(name="spend", expression="profile.spend", type="decimal(18,4)"),
            ),
        ),
    ),
)


class Killed(Exception):
    """What stands for a machine that lost its power."""


def tables() -> dict[str, Contract]:
    given = (
        table("gold.segment_membership", ("segment", "person_id"), entered_at="timestamp", left_at="timestamp", version="string"),
        table("silver.identifiers", ("identifier_id",), namespace="string", value="string", first_known_time="timestamp"),
        table("silver.identity_map", ("identifier_id",), person_id="string", valid_until="timestamp"),
        PROFILES,
    )
    return contracts(None) | {contract.name: contract for contract in given}


def fill(spark, lakehouse, numbers):
    people = [f"p{number:02d}" for number in numbers]
    rows = {
        "gold.segment_membership": [("cold", p, AS_OF - timedelta(days=1), None, "v1") for p in people],
        "silver.identifiers": [(f"i-{p}", "customer", f"c-{p}", AS_OF - timedelta(days=9)) for p in people],
        "silver.identity_map": [(f"i-{p}", p, None) for p in people],
        "gold.profiles": [(p, "0", Decimal(number)) for number, p in zip(numbers, people, strict=True)],
    }
    for name, given in rows.items():
        types = ", ".join(f"{column} {kind}" for column, kind in tables()[name].types.items())
        lakehouse.replace(name, spark.createDataFrame(given, types))


def files_under(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def decisions(lakehouse):
    return sorted((r["person_id"], r["decision"], r["reason"], r["export"]) for r in lakehouse.read("gold.decisions").collect())


@pytest.mark.slow(reason="several runs through Delta")
def test_a_kill_between_export_and_record_sends_nobody_twice_and_nobody_without_a_record(spark, lakehouse_at, monkeypatch):
    fill(spark, lakehouse_at(tables()), range(PEOPLE))
    lakehouse = lakehouse_at(tables(), "activation", READS, WRITES)
    context = RunContext(lakehouse, AS_OF, "run-1", AS_OF, "America/New_York")

    def die(point):
        if point == "after_export":
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(lakehouse, "fault", die)
        with pytest.raises(Killed):
            run(context, SPEC)
    exports = lakehouse.root / "exports" / "house" / "back"
    killed = files_under(exports)
    assert sorted(killed) == ["2018-01-01T050000Z/back.csv", "2018-01-01T050000Z/manifest.json"]
    assert decisions(lakehouse) == []

    with pytest.raises(StageError, match="there is no record of to whom: run again with --as-of 2018-01-01T05:00:00Z"):
        run(replace(context, as_of=NEXT), SPEC)

    summary = run(context, SPEC)
    assert files_under(exports) == killed
    rows = decisions(lakehouse)
    sent = [row for row in rows if row[1] == "sent"]
    assert len(rows) == PEOPLE
    assert {row[1:] for row in rows} == {("sent", None, "2018-01-01T050000Z"), ("held_out", "holdout", None)}
    lines = killed["2018-01-01T050000Z/back.csv"].decode().splitlines()
    assert lines == ["customer,spend"] + [f"c-{person},{int(person[1:])}.0000" for person, *_ in sent]
    assert summary.notes == (
        f"back: {len(sent)} to send, {PEOPLE - len(sent)} held out, file {exports / '2018-01-01T050000Z' / 'back.csv'}",
    )

    again = run(context, SPEC)
    assert all(change.written == 0 for change in again.changes.values())
    assert files_under(exports) == killed
    assert decisions(lakehouse) == rows

    fill(spark, lakehouse_at(tables()), range(PEOPLE + 3))  # three more: too few for a message
    few = run(replace(context, as_of=NEXT), SPEC)
    assert few.held == ("back: 3 people are left, fewer than minimum_size 5: nobody was sent to",)
    assert files_under(exports) == killed
    assert [row[1:3] for row in decisions(lakehouse) if row not in rows] == [("refused", "minimum_size")] * 3
