"""conf/spark: what every engine's settings share is the same in each. No Spark here, only its files."""

from dmp_spark.lakehouse.session import read_settings, settings_file

# What follows from the machines and not from the code: masters, sizes, addresses, whether somebody looks at Spark's pages.
OF_THE_PLACE = {
    "spark.master",
    "spark.driver.memory",
    "spark.driver.host",
    "spark.driver.bindAddress",
    "spark.executor.cores",
    "spark.executor.memory",
    "spark.sql.shuffle.partitions",
    "spark.ui.enabled",
}


def test_a_cluster_has_the_settings_of_one_machine_but_for_those_of_the_place() -> None:
    local, standalone = (
        {name: value for name, value in read_settings(settings_file(engine)).items() if name not in OF_THE_PLACE}
        for engine in ("local", "standalone")
    )
    assert standalone.pop("spark.executor.extraJavaOptions") == local["spark.driver.extraJavaOptions"]
    assert standalone == local
    assert "io.delta:delta-spark" in local["spark.jars.packages"]
