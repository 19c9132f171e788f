"""What is expected of a source as a whole, proven. No pyspark here."""

from dmp_spark.ingest.resolved import Expected, Freshness, Shape, Volume
from dmp_spark.ingest.spec import ExpectFile, FreshnessFile, SourceFile, VolumeFile
from dmp_spark.ingest.volume import FEWEST_DAYS, FEWEST_WEEKDAYS
from dmp_spark.project.load import Found

HOLD = "hold"


def expected(written: SourceFile, address: str, found: Found) -> Expected:
    """What `expect` of a source says; each mistake is added to `found`, and what is wrong is left out."""
    said: ExpectFile | None = written.expect
    if said is None:
        return Expected()
    if not (said.freshness or said.volume or said.schema_):
        found.add("empty", "`expect` expects nothing", address, "name freshness, volume or schema, or leave it out")
    if not written.events:
        found.add("expected-of-events", "what is expected is told by events, and this source has none", address, "leave it out")
        return Expected()
    if said.schema_ and written.extra == "drop":
        what = "what no column names is not looked at: `extra: drop`"
        found.add("drops-extra", what, f"{address}.schema", "extra: keep, or leave it out")
    shape = Shape(grows=said.schema_.columns == "grows", holds=said.schema_.otherwise == HOLD) if said.schema_ else None
    return Expected(
        freshness=_freshness(said.freshness, f"{address}.freshness", found) if said.freshness else None,
        volume=_volume(said.volume, f"{address}.volume", found) if said.volume else None,
        shape=shape,
    )


def _freshness(written: FreshnessFile, address: str, found: Found) -> Freshness | None:
    try:
        return Freshness(within=written.within.seconds, holds=written.otherwise == HOLD)
    except ValueError as error:
        found.add("no-length", str(error), f"{address}.within", "within: 2 days")
        return None


def _volume(written: VolumeFile, address: str, found: Found) -> Volume | None:
    same_weekdays = written.against == "same_weekdays"
    fewest = 7 * FEWEST_WEEKDAYS if same_weekdays else FEWEST_DAYS
    try:
        days = written.recent.days
    except ValueError as error:
        found.add("no-days", str(error), f"{address}.recent", "recent: 28 days")
        return None
    if days < fewest:
        what = f"{written.recent} hold too few days to tell what is usual: {fewest} days are the least"
        found.add("too-few-days", what, f"{address}.recent", f"recent: {max(fewest, 28)} days")
        return None
    if written.most < 1 or written.most <= written.least:
        found.add("no-range", "`most` lies below what is usual, or not above `least`", f"{address}.most", "most: 200 %")
        return None
    return Volume(days=days, same_weekdays=same_weekdays, least=written.least, most=written.most, holds=written.otherwise == HOLD)
