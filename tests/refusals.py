"""What something that should be refused says, so that a mutant which refuses nothing ends in a failed assertion."""

from collections.abc import Callable


def refusal(kind: type[Exception], call: Callable[[], object]) -> str:
    """What a call says when it refuses in the way that is wanted; another error is told as what it is."""
    try:
        call()
    except Exception as error:  # a mutant may fail elsewhere, and that is no refusal
        return str(error) if isinstance(error, kind) else f"{type(error).__name__}, not {kind.__name__}"
    return "nothing was refused"
