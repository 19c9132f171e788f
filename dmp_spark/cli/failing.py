"""How a command ends that went wrong: one sentence, and 2 for a mistake of the user, 1 for anything else."""

import os
import sys
import traceback
from collections.abc import Callable

from dmp_spark.errors import Problem, UserError

NO_SPARK = UserError(
    Problem("no-pyspark", "pyspark is not installed", way_out="pip install 'dmp-spark[spark]', or run it where Spark is")
)


def told(command: Callable[[], object]) -> None:
    """Run a command; what goes wrong is told in words, and as a traceback only where DMP_TRACEBACK is set."""
    try:
        command()
    except UserError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    except BrokenPipeError:  # who reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except Exception as error:  # nobody is helped by a traceback that was not asked for
        if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] == "pyspark":
            print(NO_SPARK, file=sys.stderr)
            raise SystemExit(2) from None
        if os.environ.get("DMP_TRACEBACK"):
            traceback.print_exc()
        from dmp_spark.operations.failures import sentence

        print(f"{sentence(error)} (DMP_TRACEBACK=1 shows where)", file=sys.stderr)
        raise SystemExit(1) from None
