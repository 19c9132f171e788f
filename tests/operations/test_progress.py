"""Lines of a run."""

from io import StringIO

from dmp_spark.operations.progress import LiveProgress, Progress, line, progress_on


class Terminal(StringIO):
    def isatty(self):
        return True


def test_a_stage_is_one_line_with_rows_and_seconds():
    assert line("features", "24,070 rows written", 31.23) == "features      24,070 rows written         31.2 s"
    assert line("features", "nothing new") == "features      nothing new"


def test_plain_progress_writes_a_line_when_a_stage_ends_and_no_other():
    out = StringIO()
    with Progress(out) as progress:
        progress.begin("features")
        progress.tell("moment 3 of 10")
        progress.end("features", "24,070 rows written", 31.23)
    assert out.getvalue() == "features      24,070 rows written         31.2 s\n"


def test_live_progress_writes_the_same_lines_and_takes_its_spinner_away():
    out = Terminal()
    with progress_on(out) as progress:
        assert isinstance(progress, LiveProgress)
        progress.begin("features")
        progress.tell("moment [3] of 10")
        progress.end("features", "24,070 rows written", 31.23)
    assert "features      24,070 rows written         31.2 s\n" in out.getvalue()
    assert type(progress_on(StringIO())) is Progress
