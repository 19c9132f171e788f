"""Named points at which a run can be told to die, so that tests show that a kill anywhere loses nothing."""

import os
import signal
import sys


def reach(stage: str, point: str, number: int = 1) -> None:
    """Nothing, unless DMP_FAULT names this point (`features.after_commit`, `features.after_commit:2`): then the
    point is printed and the process and its JVM are killed, as by a machine that lost its power.
    """
    wanted = os.environ.get("DMP_FAULT", "")
    if not wanted:
        return
    name, _, count = wanted.partition(":")
    if name != f"{stage}.{point}" or int(count or 1) != number:
        return
    print(f"fault: {wanted}", file=sys.stderr, flush=True)
    _kill_children()
    os.kill(os.getpid(), signal.SIGKILL)


def _kill_children() -> None:
    children = f"/proc/self/task/{os.getpid()}/children"
    if os.path.exists(children):
        with open(children, encoding="ascii") as listed:
            for child in listed.read().split():
                os.kill(int(child), signal.SIGKILL)
