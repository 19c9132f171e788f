"""In which order segments can be judged that name one another. No pyspark here."""

from collections.abc import Mapping


def cycle(needs: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The names along one cycle, first and last the same; empty where there is none. Unknown names are passed over."""
    done: set[str] = set()
    for start in needs:
        chain = _walk(start, needs, (), done)
        if chain:
            return chain
    return ()


def _walk(name: str, needs: Mapping[str, tuple[str, ...]], path: tuple[str, ...], done: set[str]) -> tuple[str, ...]:
    if name in path:
        return (*path[path.index(name) :], name)
    if name in done or name not in needs:
        return ()
    for other in needs[name]:
        chain = _walk(other, needs, (*path, name), done)
        if chain:
            return chain
    done.add(name)
    return ()


def levels(needs: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Name → level: 0 where it needs none, else one more than the highest it needs. There must be no cycle."""
    found: dict[str, int] = {}

    def level(name: str) -> int:
        if name not in found:
            found[name] = 1 + max((level(other) for other in needs[name]), default=-1)
        return found[name]

    return {name: level(name) for name in needs}


def rests_on(name: str, needs: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """All that a name needs, directly or through others, sorted. There must be no cycle."""
    found: set[str] = set()
    waiting = list(needs[name])
    while waiting:
        other = waiting.pop()
        if other not in found:
            found.add(other)
            waiting += needs[other]
    return tuple(sorted(found))
