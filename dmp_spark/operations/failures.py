"""What went wrong, told twice: in one sentence to people, in full to the run's log, and without values of rows in both."""

import re
import traceback
from contextlib import suppress
from pathlib import Path

from dmp_spark.errors import StageError, UserError

LONGEST_SENTENCE = 400
_NO_FOLDER = "a folder of the lakehouse cannot be made: let it be written and run again; what is published stands"
OF_THE_DISK = {  # what the operating system says, also through the JVM and Delta's writers
    "No space left on device": "there is no room left on the disk: make room and run again; what is published stands",
    "Disk quota exceeded": "there is no room left within the quota: make room and run again; what is published stands",
    "Read-only file system": "the disk can only be read: let it be written and run again; what is published stands",
    "DELTA_CANNOT_CREATE_LOG_PATH": _NO_FOLDER,  # Hadoop is told only that it did not work
    "Mkdirs failed to create": _NO_FOLDER,
}
_QUOTED = re.compile(r"""(?<!File )(?<![\w"'])(?P<quote>['"])(?:(?!(?P=quote)).){1,400}(?P=quote)(?![\w"'])""")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_NUMBER = re.compile(r"(?<![\w.:/-])\d{6,}(?![\w.:/-])")
_CONSTRAINT = re.compile(r"^(\s*- \w+ : ).*$", re.MULTILINE)  # Delta lists the row that broke a constraint like this


def masked(text: str) -> str:
    """The text without what may be a value of somebody's row: quoted text, addresses, long numbers, rows of constraints."""
    text = _CONSTRAINT.sub(r"\1…", text)
    text = _MAIL.sub("…", text)
    return _NUMBER.sub("…", _QUOTED.sub(lambda found: f"{found['quote']}…{found['quote']}", text))


def sentence(error: BaseException) -> str:
    """The error in one line: as it was written where a stage wrote it, in plain words what the disk refused, the first line of
    the message else.
    """
    if isinstance(error, StageError | UserError):
        return str(error)
    chain = "".join(traceback.format_exception(error))
    if of_the_disk := next((told for said, told in OF_THE_DISK.items() if said in chain), None):
        return of_the_disk
    first = next((line.strip() for line in _message(error).splitlines() if line.strip()), "")
    kind = "Spark refused it" if _is_spark(error) else f"unexpected {type(error).__name__}"
    told = masked(first)
    return f"{kind}: {told[:LONGEST_SENTENCE]}" if told else kind


def write_log(file: Path, stage: str, error: BaseException) -> None:
    """Add the error with its traceback, masked, to the run's log; where nothing can be written the sentence has to do."""
    details = "".join(traceback.format_exception(error))
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "a", encoding="utf-8") as log:
            log.write(f"stage {stage} failed\n{masked(details)}\n")


def _is_spark(error: BaseException) -> bool:
    return any(kind.__module__.split(".")[0] in ("pyspark", "py4j") for kind in type(error).__mro__)


def _message(error: BaseException) -> str:
    """The message; of an error of the JVM the line that says what happened, not the one that names the call."""
    text = str(error)
    if "An error occurred while calling" in text:
        lines = [line for line in text.splitlines() if line.startswith((": ", "Caused by: "))]
        return re.sub(r"^(: |Caused by: )[\w.$]+: ?", "", lines[-1]) if lines else text
    return text
