"""What the report says of activation: who would be sent what, who is held out, who may not be, and why."""

from pathlib import PurePosixPath
from typing import Any

from dmp_spark.activation.spec import ActivationSpec, Message
from dmp_spark.activation.tables import Decision, Reason
from dmp_spark.section import About, Answers, Column, Fact, Group, Kind, Section, Sentence, Table
from dmp_spark.wording import plain

_WORDS = {Decision.SENT: "sent", Decision.HELD_OUT: "held out", Decision.REFUSED: "not sent"}
_REASONS = {
    Reason.NO_IDENTIFIER: "no address for this destination",
    Reason.CONSENT: "no consent",
    Reason.MINIMUM_SIZE: "too few people were left",
    Reason.HOLDOUT: "kept back at random, to measure what sending does",
}


def queries(spec: ActivationSpec, about: About) -> dict[str, str]:
    """The last decision of each person and occasion by reason, and the files that were written."""
    return {
        "decisions": f"""
            select last.activation, last.decision, last.reason, count(*) as people,
                   sum(case when last.as_of = {about.moment} then 1 else 0 end) as now
            from (select activation, decision, reason, as_of,
                         row_number() over (partition by activation, person_id, occasion order by as_of desc) as back
                  from gold.decisions) last
            where last.back = 1
            group by last.activation, last.decision, last.reason order by last.activation, people desc, last.reason""",
        "files": """
            select activation, destination, export, as_of, count(*) as people from gold.decisions
            where decision = 'sent' and export is not null
            group by activation, destination, export, as_of order by activation, as_of desc, export""",
    }


def section(spec: ActivationSpec, about: About, answers: Answers) -> Section:
    """The section: an activation each, and the files; nobody is named."""
    decisions = answers["decisions"].named
    groups = [
        _activation(message, [row for row in decisions if row["activation"] == message.name], about) for message in spec.messages
    ]
    files = tuple(
        (
            plain(row["activation"]),
            plain(row["destination"]),
            str(PurePosixPath(row["activation"], row["export"])),
            row["as_of"],
            row["people"],
        )
        for row in answers["files"].named
    )
    columns = (
        Column("activation"),
        Column("destination"),
        Column("folder"),
        Column("moment", Kind.MOMENT),
        Column("recipients", Kind.COUNT),
    )
    totals = {kind: sum(row["people"] for row in decisions if row["decision"] == kind) for kind in Decision}
    facts = tuple(Fact(_WORDS[kind], totals[kind]) for kind in Decision)
    written = Table("Files written", columns, files, empty="No file was written.")
    return Section("activation", "Who is sent what", (*groups, written), facts)


def _activation(message: Message, rows: list[dict[str, Any]], about: About) -> Group:
    all_rows = sum(row["people"] for row in rows)
    table = Table(
        "",
        (
            Column("decision"),
            Column("why"),
            Column(about.people, Kind.COUNT),
            Column("share", Kind.SHARE),
            Column("", Kind.BAR),
            Column("decided now", Kind.COUNT),
        ),
        tuple(
            (_word(row["decision"]), _reason(row["reason"]), row["people"], row["people"] / all_rows, row["people"], row["now"])
            for row in rows
        ),
        "One stay in the segment is one message: whoever stays is not written to again.",
        "Nobody was in the segment, so there was nothing to decide.",
    )
    return Group(plain(message.name).capitalize(), (Sentence(_told(message, about)), table))


def _told(message: Message, about: About) -> str:
    rules = [f"held out at random: {message.holdout:.0%}"] if message.holdout else []
    rules += [f"at least {message.minimum_size:,} {about.people} or nobody"] if message.minimum_size else []
    shown = f"; {'; '.join(rules)}" if rules else ""
    return (
        f"To {plain(message.destination.name)} go those in the segment “{plain(message.segment)}”, "
        f"for the purpose {plain(message.purpose)}{shown}."
    )


def _word(decision: str) -> str:
    return _WORDS.get(Decision(decision), decision) if decision in set(Decision) else plain(decision)


def _reason(reason: str | None) -> str:
    if reason is None:
        return "in the segment, may be written to"
    return _REASONS[Reason(reason)] if reason in set(Reason) else plain(reason)
