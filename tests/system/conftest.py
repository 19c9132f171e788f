"""The small project, run once to its end; tests look at it, or go on from a copy of it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.system.commands import Done, dmp, small_copy


@dataclass(frozen=True)
class Finished:
    """A project whose run came to its end, and its lakehouse as it was before activation."""

    project: Path
    before_activation: Path
    done: Done

    @property
    def lakehouse(self) -> Path:
        """Where its tables lie."""
        return self.project / "lakehouse"


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Run the small project until segments, keep a copy, and run the rest: a minute and a half, once."""
    folder = tmp_path_factory.mktemp("finished")
    project = small_copy(folder)
    first = dmp("run", "-p", str(project), "--until", "segments")
    assert first.code == 0, first.everything
    shutil.copytree(project / "lakehouse", folder / "before_activation")
    done = dmp("run", "-p", str(project))
    assert done.code == 0, done.everything
    return Finished(project, folder / "before_activation", done)


@pytest.fixture
def going_on(finished: Finished, tmp_path: Path) -> Finished:
    """The finished project at its own place with a lakehouse that a test may change: put back afterwards.

    It stays where it is because the manifest knows files by their path.
    """
    shutil.copytree(finished.lakehouse, tmp_path / "kept")
    shutil.copytree(finished.project / "data", tmp_path / "data")
    texts = {file: file.read_text(encoding="utf-8") for file in finished.project.glob("*.yml")}
    yield finished
    shutil.rmtree(finished.lakehouse)
    shutil.copytree(tmp_path / "kept", finished.lakehouse)
    for file in (finished.project / "data").rglob("*.parquet"):
        if not (tmp_path / "data" / file.relative_to(finished.project / "data")).exists():
            file.unlink()
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8")
