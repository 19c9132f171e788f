"""The Spark session that a lakehouse needs: by name one whose catalog outlives it."""

from pyspark.sql import SparkSession

from dmp_spark.errors import Problem, UserError
from dmp_spark.lakehouse import session
from dmp_spark.lakehouse.location import Location

ENGINE = "metastore"
SPARKS_OWN = "spark_catalog"


def opened(location: Location) -> SparkSession:
    """The running session, or a new one; UserError where a session that spark-submit started would forget the tables.

    By name the settings are those of conf/spark/metastore.conf, which leave open where a metastore of one's own lies:
    under the lakehouse's folder.
    """
    if not location.is_by_name:
        return session.start()
    if session.is_submitted():
        spark = session.start()
        if location.catalog == SPARKS_OWN and spark.conf.get("spark.sql.catalogImplementation", "") == "in-memory":
            raise UserError(
                Problem(
                    "no-metastore",
                    f"this Spark session forgets the tables of {location} when it ends",
                    way_out=f"start it with --properties-file {session.settings_file(ENGINE)} or a copy of it",
                )
            )
        return spark
    return session.start(session.settings_file(ENGINE), own_metastore(location))


def own_metastore(location: Location) -> dict[str, str]:
    """The settings by which Spark's own metastore and its tables lie under the lakehouse's folder."""
    return {
        "spark.sql.warehouse.dir": str(location.root / "warehouse"),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={location.root / 'metastore'};create=true",
    }
