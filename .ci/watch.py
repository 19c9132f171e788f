"""watch.py FILE SECONDS COMMAND…: runs COMMAND, ends it after SECONDS, writes its time and peak memory to FILE.

Standard library only. Memory is the sum of the proportional set sizes of the command and all that it started, read from /proc
every half second (resident sizes where the kernel gives no proportional ones); elsewhere it is not known.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def processes(group: int) -> list[str]:
    """The ids of the processes of a session."""
    found = []
    for entry in os.listdir("/proc") if os.path.isdir("/proc") else []:
        if entry.isdigit():
            try:
                fields = Path(f"/proc/{entry}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[3]) == group:
                found.append(entry)
    return found


def kilobytes(process: str) -> int:
    """Memory of one process; 0 where it has ended meanwhile."""
    for file, key in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            lines = Path(f"/proc/{process}/{file}").read_text(encoding="ascii", errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith(key):
                return int(line.split()[1])
    return 0


def main() -> int:
    """Run, watch, and give the command's own exit status."""
    target, limit, command = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
    begin, peak = time.monotonic(), 0
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    while child.poll() is None:
        peak = max(peak, sum(kilobytes(process) for process in processes(child.pid)))
        if time.monotonic() - begin > limit:
            print(f"watch: ended after {limit:.0f} s", flush=True)
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        time.sleep(0.5)
    target.write_text(f"{time.monotonic() - begin:6.0f} s, {peak / 1024:6.0f} MB", encoding="ascii")
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


if __name__ == "__main__":
    sys.exit(main())
