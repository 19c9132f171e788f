"""Named points at which a run can be told to die, so that tests show that a kill anywhere loses nothing."""

import os
import signal
import sys

LIST = "list"


def reach(stage: str, point: str, number: int | None = None) -> None:
    """Nothing, unless DMP_FAULT names this point (`features.before_write`, `features.after_commit:2`): then the point is
    printed and the process and its JVM are killed, as by a machine that lost its power. DMP_FAULT=list only prints each.
    """
    wanted = os.environ.get("DMP_FAULT", "")
    if not wanted:
        return
    name = f"{stage}.{point}" if number is None else f"{stage}.{point}:{number}"
    if wanted not in (name, LIST):
        return
    print(f"fault: {name}", file=sys.stderr, flush=True)
    if wanted == LIST:
        return
    _kill_children()
    os.kill(os.getpid(), signal.SIGKILL)


def _kill_children() -> None:
    children = f"/proc/self/task/{os.getpid()}/children"
    if os.path.exists(children):
        with open(children, encoding="ascii") as listed:
            for child in listed.read().split():
                os.kill(int(child), signal.SIGKILL)
