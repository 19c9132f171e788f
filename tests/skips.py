"""A pytest plugin (`-p tests.skips`): more skips than tests/expected_skips.txt names fail the run.

Those of which it says "with --connect" are expected in such a run alone.
"""

from pathlib import Path

import pytest

EXPECTED = Path(__file__).with_name("expected_skips.txt")
OVER_CONNECT = "with --connect"


def expected(over_connect: bool = False) -> set[str]:
    """The tests that may be skipped."""
    lines = (line.partition("#") for line in EXPECTED.read_text(encoding="utf-8").splitlines())
    named = {test.strip(): why.strip() for test, _, why in lines if test.strip()}
    return {test for test, why in named.items() if over_connect or not why.startswith(OVER_CONNECT)}


class Skips:
    """Collects what was skipped and judges at the end."""

    def __init__(self, over_connect: bool) -> None:
        self.seen: dict[str, str] = {}
        self.expected = expected(over_connect)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self.seen[report.nodeid] = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if set(self.seen) - self.expected and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for name, why in sorted(self.seen.items()):
            mark = "as expected" if name in self.expected else "NOT EXPECTED: name it in tests/expected_skips.txt, or let it run"
            terminalreporter.write_line(f"skipped {name}: {why} ({mark})")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Skips(config.getoption("--connect", False)), "expected-skips")
