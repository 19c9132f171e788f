"""Files delivered one by one, with a run after each, in one process: python -m benchmarks.increments PROJECT WAITING.

Starting a process a run would take longer than the runs. The last line of the output is the seconds of each run as JSON.
"""

import io
import json
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from dmp_spark.cli.main import main as dmp


def main() -> None:
    """Move each file of WAITING into the project's log, and run until sessions."""
    project, waiting = (Path(word) for word in sys.argv[1:3])
    seconds = []
    for file in sorted(waiting.iterdir()):
        file.rename(project / "data" / "web" / file.name)
        sys.argv = ["dmp", "run", "-p", str(project), "--until", "sessions"]
        said, begin = io.StringIO(), time.monotonic()
        try:
            with redirect_stdout(said), redirect_stderr(said):
                dmp()
        except SystemExit as end:
            if end.code:
                raise SystemExit(f"Error: a run ended with {end.code}: {said.getvalue()[-300:]}") from None
        seconds.append(round(time.monotonic() - begin, 2))
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
