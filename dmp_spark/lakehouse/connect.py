"""A session against a Spark Connect server: another process, and often another machine."""

from typing import TYPE_CHECKING

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from dmp_spark.errors import Problem, UserError

if TYPE_CHECKING:
    from pyspark.sql.connect.client import DefaultChannelBuilder

_SECONDS = 30
_FORM = "SPARK_REMOTE names a server as sc://host:15002"


def connected(url: str) -> SparkSession:
    """A session against the server at `url` (sc://host:port/;token=…), in UTC whatever the server's zone is.

    UserError where Connect's client is not installed, the address is none, or nobody answers within half a minute:
    Spark's own client would try again for ten minutes. The address is told without what follows the port: a token may.
    """
    _wait(_channel(url))
    return SparkSession.builder.remote(url).config("spark.sql.session.timeZone", "UTC").getOrCreate()


def _channel(url: str) -> "DefaultChannelBuilder":
    try:
        from pyspark.sql.connect.client import DefaultChannelBuilder
    except ImportError:
        raise UserError(
            Problem("no-connect", "Spark Connect's client is not installed", way_out="pip install 'dmp-spark[connect]'")
        ) from None
    try:
        return DefaultChannelBuilder(url)
    except (PySparkException, ValueError):
        raise UserError(
            Problem("connect-address", "SPARK_REMOTE is no address of a Spark Connect server", way_out=_FORM)
        ) from None


def _wait(channel: "DefaultChannelBuilder") -> None:
    import grpc

    opened = channel.toChannel()
    try:
        grpc.channel_ready_future(opened).result(timeout=_SECONDS)
    except grpc.FutureTimeoutError:
        raise UserError(
            Problem("no-connect", f"no Spark Connect server answers at {channel.endpoint}", way_out=f"start it; {_FORM}")
        ) from None
    finally:
        opened.close()
