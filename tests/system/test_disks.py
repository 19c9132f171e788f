"""Where no disk can be mounted, whoever needs one is skipped, and fails where `make test-faults` asks for it."""

from pathlib import Path

import pytest

from tests.system.disks import needs_a_disk


@pytest.mark.parametrize(("asked", "ends"), [("", pytest.skip.Exception), ("required", pytest.fail.Exception)])
def test_without_a_disk_a_test_is_skipped_or_fails_as_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str, ends: type[BaseException]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # there is no `mount`
    monkeypatch.setenv("DMP_DISKS", asked)
    with pytest.raises(ends, match="no disk can be mounted here: there is no mount"):
        needs_a_disk(tmp_path)
