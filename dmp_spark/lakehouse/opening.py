"""The Spark session that a lakehouse needs: by name one whose catalog outlives it."""

import fcntl

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
    if SparkSession.getActiveSession() is None:
        refuse_where_open(location)
    return session.start(session.settings_file(ENGINE), own_metastore(location))


def refuse_where_open(location: Location) -> None:
    """UserError where another process has the lakehouse's own metastore open: Derby lets one in, and says it in a page."""
    lock = location.root / "metastore" / "dbex.lck"
    if not lock.is_file():
        return
    with open(lock, "r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # as Java locks files
        except OSError:
            what = f"the metastore of {location} ({lock.parent}) is open in another process, and takes one at a time"
            way_out = "wait until that has ended; a metastore that several can open is shared, and named in a properties file"
            raise UserError(Problem("metastore-open", what, way_out=way_out)) from None


def own_metastore(location: Location) -> dict[str, str]:
    """The settings by which Spark's own metastore and its tables lie under the lakehouse's folder."""
    return {
        "spark.sql.warehouse.dir": str(location.root / "warehouse"),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={location.root / 'metastore'};create=true",
    }
