"""The busiest time of a subject, counted in plain Python: imports nothing of what it judges."""

from collections.abc import Iterable


def busiest(events: Iterable[tuple[str, int | None, bool, bool]], within: int) -> dict[str, tuple[int, int]]:
    """Subject → (most views in any `within` seconds, heartbeats), from (subject, micros, is view, is heartbeat)."""
    rows = list(events)
    answers: dict[str, tuple[int, int]] = {}
    for subject in {row[0] for row in rows}:
        own = [row for row in rows if row[0] == subject]
        views = [at for _, at, is_view, _ in own if is_view and at is not None]
        most = max((sum(begin <= at < begin + within * 1_000_000 for at in views) for begin in views), default=0)
        answers[subject] = (most, sum(row[3] for row in own))
    return answers
