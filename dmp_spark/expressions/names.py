"""Names of columns in expressions: the longest dotted match, keys of maps, and what to say where none is. No pyspark here."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from dmp_spark.expressions.allowed import FUNCTIONS, REASONS
from dmp_spark.expressions.nodes import ExpressionError, Name, Special
from dmp_spark.expressions.types import entry_of, family


def resolve(parts: Sequence[str], columns: Mapping[str, str], specials: Mapping[str, Special], offset: int) -> Name:
    """The node of a dotted name; ExpressionError where no column, and no key of a map, is called so."""
    dotted = ".".join(parts)
    for cut in range(len(parts), 0, -1):
        start = ".".join(parts[:cut])
        if start in columns:
            return Name(_kind(start, columns[start], parts[cut:], offset), offset, 1, dotted)
    raise _unknown(dotted, columns, specials, offset)


def _kind(start: str, kind: str, rest: Sequence[str], offset: int) -> str:
    if not rest or kind == "unknown":
        return kind
    if family(kind) == "map" and len(rest) == 1:
        return entry_of(kind)[1]
    below = ".".join(rest)
    raise ExpressionError(f"{start} is a {kind}; it has no {below} inside", offset)


def _unknown(dotted: str, columns: Mapping[str, str], specials: Mapping[str, Special], offset: int) -> ExpressionError:
    if dotted.lower() in REASONS and dotted.lower().startswith(("current_", "local")):
        return ExpressionError(f"{dotted} is not allowed: {REASONS[dotted.lower()]}", offset)
    homes = [special.name for special in specials.values() if dotted in special.arguments]
    if homes:
        return ExpressionError(
            f"{dotted} stands outside of an aggregate", offset, f"it is known inside: {', '.join(sorted(homes))}"
        )
    below = sorted(name for name in columns if name.startswith(f"{dotted}."))
    if below:
        return ExpressionError(f"{dotted} is no column but a group of columns", offset, f"it holds: {shortened(below)}")
    if dotted.lower() in FUNCTIONS:
        return ExpressionError(f"{dotted} is no column; the function is written {dotted}(…)", offset)
    return ExpressionError(f"there is no column {dotted}", offset, suggestion(dotted, columns))


def suggestion(word: str, choices: Iterable[str]) -> str:
    """`did you mean x?` where something is close, else the names that there are."""
    known = sorted(choices)
    exact = [name for name in known if name.lower() == word.lower()]
    same_end = [name for name in known if name.split(".")[-1] == word.split(".")[-1]]
    group, _, end = word.rpartition(".")
    within = {name.removeprefix(f"{group}."): name for name in known if group and name.startswith(f"{group}.")}
    near = [within[name] for name in get_close_matches(end, within, n=1, cutoff=0.6)]
    anywhere = [] if within else get_close_matches(word, known, n=1, cutoff=0.6)
    close = exact or near or anywhere or same_end[:1]
    if close:
        return f"did you mean {close[0]}?"
    if within:  # what another group holds is near by its letters alone
        return f"{group} holds: {shortened(sorted(within.values()))}"
    return f"known: {shortened(known)}" if known else "no column is known here"


def shortened(known: Sequence[str]) -> str:
    """The names, at most thirty of them."""
    return ", ".join(known[:30]) + (f" and {len(known) - 30} more" if len(known) > 30 else "")
