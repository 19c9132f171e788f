"""The cut-off of a run: which `as_of` holds, and how instants are told to people."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dmp_spark.errors import Problem, UserError
from dmp_spark.project.types import moment_instant


def instant_text(instant: datetime, zone: str) -> str:
    """An instant as local time with offset, to the minute where it has no seconds: 2018-01-01T00:00-05:00."""
    local = instant.astimezone(ZoneInfo(zone))
    return local.isoformat(timespec="seconds" if local.second or local.microsecond else "minutes")


def parsed(text: str, zone: str) -> datetime:
    """The instant of a date (its local midnight) or of an ISO time with offset; UserError where it is neither."""
    try:
        return moment_instant(text.strip(), zone)
    except ValueError as error:
        raise UserError(Problem("as-of", f"as_of: {error}")) from None


def started(text: str) -> datetime:
    """The instant of an ISO time as schedulers write it, in UTC where it names no offset; UserError where it is none."""
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        way_out = "write the time at which the run started, like 2018-01-01T04:00:00Z"
        raise UserError(Problem("started-at", f"--started-at: {text} is no time", way_out=way_out)) from None
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)


def not_before(as_of: datetime, stands_at: datetime | None, zone: str, elsewhere: str) -> None:
    """Nothing, where a run at `as_of` may follow what was done; UserError where it would go back in time.

    `elsewhere` is how a call names another lakehouse.
    """
    if stands_at is None or as_of >= stands_at:
        return
    raise UserError(
        Problem(
            "as-of-earlier",
            f"as_of {instant_text(as_of, zone)} is earlier than the lakehouse, which stands at {instant_text(stands_at, zone)}",
            way_out=f"run at that moment or later, or name another lakehouse with {elsewhere}",
        )
    )
