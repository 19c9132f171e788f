"""What people and logs are told of an error, without values of rows."""

import pytest

from dmp_spark.errors import StageError
from dmp_spark.operations.failures import masked, sentence, write_log


class SparkLike(Exception):
    __module__ = "pyspark.errors.exceptions.captured"


@pytest.mark.parametrize(
    ("text", "hidden", "kept"),
    [
        ("The value 'jane doe' of the type STRING cannot be cast", "jane", "cannot be cast"),
        ("wrong: jane@example.org came twice", "jane", "came twice"),
        ("id 4912345678 is doubled", "4912345678", "is doubled"),
        (
            "CHECK constraint ripe violated by row with values:\n - label : 0.31\n - person_id : p77",
            "p77",
            "constraint ripe violated",
        ),
        ('key "smith, john" is there already', "smith", "is there already"),
    ],
)
def test_values_are_masked_and_the_rest_stays(text, hidden, kept):
    assert hidden not in masked(text)
    assert kept in masked(text)


def test_files_and_lines_of_a_traceback_stay():
    line = 'File "/opt/dmp/dmp_spark/pipeline.py", line 123, in _run'
    assert masked(line) == line


def test_a_sentence_of_a_stage_is_told_as_it_was_written():
    assert sentence(StageError("cannot read 'junk.parquet'")) == "cannot read 'junk.parquet'"


def test_an_error_of_spark_is_one_line():
    assert sentence(SparkLike("[UNRESOLVED_COLUMN] no `x`\n+- Project\n")) == "Spark refused it: [UNRESOLVED_COLUMN] no `x`"


def test_an_error_of_the_jvm_tells_its_cause():
    text = "An error occurred while calling o77.save.\n: org.apache.spark.SparkException: Job aborted.\n\tat x\nCaused by: java.io.IOException: disk full\n"
    assert sentence(SparkLike(text)) == "Spark refused it: disk full"


def test_any_other_error_is_named():
    assert sentence(KeyError("x")) == "unexpected KeyError: '…'"
    assert sentence(ValueError()) == "unexpected ValueError"


def test_the_log_holds_the_traceback_masked(tmp_path):
    file = tmp_path / "logs" / "r1.log"
    try:
        raise ValueError("the value 'jane doe'")
    except ValueError as error:
        write_log(file, "features", error)
    text = file.read_text()
    assert "stage features failed" in text
    assert "Traceback" in text
    assert "the value '…'" in text.splitlines()[-2]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("[Errno 28] No space left on device: '/lake/ops/runs'", "there is no room left on the disk"),
        (
            "Generic LocalFileSystem error: Unable to copy: Disk quota exceeded (os error 122)",
            "there is no room left within the quota",
        ),
        (
            "[DELTA_CANNOT_CREATE_LOG_PATH] Cannot create file:/lake/gold/features/_delta_log",
            "a folder of the lakehouse cannot be made",
        ),
        ("Caused by: java.io.IOException: Mkdirs failed to create file:/lake/gold/z/_temporary/0 (exists=false)", "a folder of"),
        (
            "An error occurred while calling o1.save.\n: Caused by: java.io.IOException: Read-only file system",
            "the disk can only be read",
        ),
    ],
)
def test_what_a_disk_refuses_is_told_in_plain_words_also_where_it_is_the_cause_of_something_else(said, told):
    def raised():
        try:
            raise OSError(said)
        except OSError as error:
            raise SparkLike("Job aborted due to stage failure: Task 0 failed") from error

    with pytest.raises(SparkLike) as failed:
        raised()
    for error in (failed.value, OSError(said), SparkLike(said)):
        assert sentence(error).startswith(told)
        assert "\n" not in sentence(error)


def test_a_log_that_cannot_be_written_hides_no_sentence(tmp_path):
    (tmp_path / "logs").write_text("a file where the folder should be")
    write_log(tmp_path / "logs" / "run.log", "features", ValueError("x"))
