"""A small disk of one's own, in memory: how full it is and whether it can be written is the test's to say. Needs mounts."""

import math
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PLENTY = "1g"


def cannot_mount(folder: Path) -> str:
    """Why no disk can be mounted in a folder; empty where one can."""
    try:
        with disk(folder):
            return ""
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no disk can be mounted here: {getattr(error, 'stderr', b'') or error}"


def needs_a_disk(folder: Path) -> None:
    """Skip the test where no disk can be mounted in a folder; with DMP_DISKS=required it fails there."""
    if why := cannot_mount(folder):
        (pytest.fail if os.environ.get("DMP_DISKS") == "required" else pytest.skip)(why)


@contextmanager
def disk(folder: Path) -> Iterator[Path]:
    """An empty disk with plenty of room while inside, mounted at `folder`/disk."""
    place = folder / "disk"
    place.mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={PLENTY}", "tmpfs", place)
    try:
        yield place
    finally:
        _run("umount", "--lazy", place)


@contextmanager
def read_only(place: Path) -> Iterator[None]:
    """A folder that nobody can write while inside, not even root: mounted over itself, read-only."""
    _mount("--bind", place, place)
    try:
        _mount("-o", "remount,bind,ro", place)
        yield
    finally:
        _run("umount", "--lazy", place)


def leave_room(place: Path, room: int) -> None:
    """Let the disk that is mounted at `place` have `room` bytes left."""
    standing = os.statvfs(place)
    used = (standing.f_blocks - standing.f_bfree) * standing.f_frsize
    _mount("-o", f"remount,size={used + math.ceil(room / standing.f_frsize) * standing.f_frsize}", place)


def make_room(place: Path) -> None:
    """Let the disk that is mounted at `place` have plenty of room again."""
    _mount("-o", f"remount,size={PLENTY}", place)


def _mount(*words: str | Path) -> None:
    _run("mount", *words)


def _run(*words: str | Path) -> None:
    if not shutil.which(str(words[0])):
        raise OSError(f"there is no {words[0]}")
    subprocess.run([str(word) for word in words], check=True, capture_output=True, timeout=60)
