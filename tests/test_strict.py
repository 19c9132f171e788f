"""The strict session: what serverless refuses raises where the package asks for it, and nowhere else."""

import os
from typing import Any

import pytest

from dmp_spark.lakehouse.scratch import Scratch
from tests.refusals import refusal
from tests.strict import Refused

ALWAYS = (
    "frame.cache()",
    "frame.persist()",
    "frame.unpersist()",
    "frame.checkpoint()",
    "frame.localCheckpoint()",
    "frame.createOrReplaceGlobalTempView('everywhere')",
    "spark.conf.set('spark.sql.shuffle.partitions', '3')",
    "spark.conf.unset('spark.sql.shuffle.partitions')",
    "spark.sql('set spark.sql.shuffle.partitions = 3')",
    "spark.sql('CACHE TABLE numbers')",
    "spark.catalog.clearCache()",
    "functions.input_file_name()",
    "frame.withColumns({})",
)
OF_THE_JVM = (
    "frame.rdd",
    "frame.toJSON()",
    "frame._jdf",
    "frame.sparkSession.sparkContext",
    "spark.sparkContext",
    "spark._jvm",
    "spark._jsc",
    "functions.col('id')._jc",
)


def planted(text: str, module: str, spark: Any) -> Any:
    """What an expression gives that stands in a module of this name."""
    from pyspark.sql import functions

    return eval(text, {"__name__": module, "spark": spark, "frame": spark.range(3), "functions": functions})


def test_what_serverless_refuses_raises_in_the_package_s_code(spark):
    asked = ALWAYS if "SPARK_REMOTE" in os.environ else (*ALWAYS, *OF_THE_JVM)
    for text in asked:
        told = refusal(Refused, lambda text=text: planted(text, "dmp_spark.features.stage", spark))
        assert told.endswith("which serverless compute refuses"), f"{text}: {told}"
        assert told.startswith("dmp_spark.features.stage asks for "), told


def test_it_is_refused_to_the_package_alone(spark):
    for module in ("tests.anything", "dmp_spark.lakehouse.session", "dmp_spark_of_somebody_else"):
        assert planted("frame.storageLevel", module, spark) is not None
        assert planted("spark.sql('set spark.sql.shuffle.partitions').count()", module, spark) == 1


def test_what_serverless_gives_is_given(spark):
    asked = ("frame.count()", "spark.sql('select 1 as settled').count()", "spark.conf.get('spark.sql.session.timeZone')")
    assert [planted(text, "dmp_spark.features.stage", spark) for text in asked] == [3, 1, "UTC"]


@pytest.mark.classic("a Connect session has neither JVM nor RDD")
def test_an_attribute_behind_a_guard_is_the_one_that_was_there(spark):
    frame = spark.range(3)
    assert frame._jdf is vars(frame)["_jdf"]
    assert frame.rdd.count() == 3
    with pytest.raises(AttributeError):
        assert spark._no_such_attribute


def test_a_frame_is_materialised_without_what_serverless_refuses(spark, tmp_path):
    written = []
    scratch = Scratch(tmp_path, "run-1", "test")
    assert refusal(Refused, lambda: written.append(scratch.write(spark.range(3), "numbers"))) == "nothing was refused"
    assert written[0].count() == 3
