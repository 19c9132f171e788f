"""What a run tells while it goes: a live line where a person is looking, one plain line a stage elsewhere."""

from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from rich.status import Status

STAGE_WIDTH = 14
DETAIL_WIDTH = 24


def line(stage: str, detail: str, seconds: float | None = None) -> str:
    """A stage in one line: its name, what happened, and how long it took."""
    took = "" if seconds is None else f"{seconds:>8.1f} s"
    return f"{stage:<{STAGE_WIDTH}}{detail:<{DETAIL_WIDTH}}{took}".rstrip()


class Progress:
    """Plain lines on a stream: one when a stage ends, and what a stage tells, indented."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def begin(self, stage: str) -> None:
        """A stage begins."""

    def tell(self, text: str) -> None:
        """A line from inside a stage."""

    def end(self, stage: str, detail: str, seconds: float | None = None) -> None:
        """A stage ended."""
        self.say(line(stage, detail, seconds))

    def say(self, text: str) -> None:
        """A line of its own."""
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def close(self) -> None:
        """Nothing more comes."""


class LiveProgress(Progress):
    """Lines as above, and below them a spinner with the stage that is running and what it told last."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console

        super().__init__(stream)
        self._console = Console(file=stream)
        self._status: Status | None = None
        self._stage = ""

    def begin(self, stage: str) -> None:
        """Show the stage beside the spinner."""
        self._stage = stage
        self._show(stage)

    def tell(self, text: str) -> None:
        """Show the line beside the spinner."""
        self._show(f"{self._stage}: {text}")

    def end(self, stage: str, detail: str, seconds: float | None = None) -> None:
        """Put the stage's line above the spinner."""
        self.close()
        super().end(stage, detail, seconds)

    def close(self) -> None:
        """Take the spinner away."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _show(self, text: str) -> None:
        from rich.text import Text

        if self._status is None:
            self._status = self._console.status(Text(text))
            self._status.start()
        else:
            self._status.update(Text(text))


def progress_on(stream: TextIO) -> Progress:
    """Live where the stream is a terminal, plain elsewhere."""
    return LiveProgress(stream) if stream.isatty() else Progress(stream)
