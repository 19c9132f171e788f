"""A project as one zip: what `dmp package` writes, and how every command reads it where it was sent."""

import atexit
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from dmp_spark.errors import Problem, UserError

SUFFIX = ".zip"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
_LARGEST = 64 * 1024 * 1024  # bytes: descriptions, not data
_WAY_OUT = "make it with: dmp package -p FOLDER"


def write_package(folder: Path, files: Iterable[Path], target: Path) -> int:
    """Write files of a project's folder as a zip, whole or not at all; its size in bytes.

    Equal files give equal bytes, whenever and wherever: ordered by name, neither compressed nor dated, one mode for all.
    """
    partial = target.with_name(f".{target.name}.partial")
    named = sorted((file.relative_to(folder).as_posix(), file) for file in files)
    with ZipFile(partial, "w", ZIP_STORED) as package:
        for name, file in named:
            entry = ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # as on any Unix
            package.writestr(entry, file.read_bytes())
    partial.replace(target)
    return target.stat().st_size


def unpacked(package: Path) -> Path:
    """A folder with the files of a zipped project, gone when the process ends; UserError where it is none.

    The folder is called like the zip, so that what is told of its files names it.
    """
    above = Path(tempfile.mkdtemp(prefix="dmp-project-"))
    atexit.register(shutil.rmtree, above, ignore_errors=True)
    folder = above / package.name
    folder.mkdir()
    try:
        with ZipFile(package) as zipped:
            _judge(package, zipped)
            zipped.extractall(folder)  # names that lead out of the folder are bent to stay in it
    except (BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise UserError(Problem("unreadable", f"this zip cannot be read: {error}", str(package), _WAY_OUT)) from None
    return folder


def _judge(package: Path, zipped: ZipFile) -> None:
    if "project.yml" not in zipped.namelist():
        what = "there is no project.yml at the top of this zip"
        raise UserError(Problem("no-project", what, str(package), _WAY_OUT))
    size = sum(entry.file_size for entry in zipped.infolist())
    if size > _LARGEST:
        what = f"this zip holds {size:,} bytes, and a project's descriptions are few"
        raise UserError(Problem("unreadable", what, str(package), _WAY_OUT))
