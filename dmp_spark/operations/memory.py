"""Peak memory of the run: this process and its JVM, whichever of the two started the other."""

import os
import resource
from pathlib import Path

MIB = 1024


def peak_mb() -> int:
    """Peak resident memory so far in MiB, of Python and of the JVMs beside it; Python's alone where /proc is absent."""
    # what the kernel keeps as ru_maxrss begins with the memory of whoever started this process
    own = _peak_kb(Path("/proc/self")) or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (own + sum(_peak_kb(process) for process in _java())) // MIB


def _java() -> list[Path]:
    """The processes called java that are this one's parent or children."""
    processes = [Path("/proc") / str(os.getppid())]
    try:
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    processes += [Path("/proc") / child for child in children]
    return [process for process in processes if _text(process / "comm").strip() == "java"]


def _peak_kb(process: Path) -> int:
    lines = (line.split() for line in _text(process / "status").splitlines())
    return next((int(words[1]) for words in lines if words and words[0] == "VmHWM:"), 0)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""
