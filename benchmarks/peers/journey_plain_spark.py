"""Complete Journey up to features in PySpark as people write it: python -m benchmarks.peers.journey_plain_spark SOURCES OUT STOPWORDS.

Read, dropDuplicates, join, one groupBy a window, overwrite; Delta tables, Spark's defaults but for memory, jars and zone.
No history, no rejected rows, no ledger, no second run that writes only what differs. The last line of the output is JSON: the
seconds by table, the session's start apart. Imports nothing of dmp_spark.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

ZONE = "America/New_York"
BABY = ["BABY FOODS", "BABYFOOD", "BABY HBC", "DIAPERS & DISPOSABLES"]
MOMENTS = [*[f"2017-{month:02d}-01" for month in range(4, 13)], "2018-01-01"]
WINDOWS = {"7d": 7, "30d": 30, "60d": 60, "90d": 90, "ever": 10_000}
DELTA = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}


def session(jars_from: Path, memory: str) -> SparkSession:
    """A session with two cores; the jars are those of a properties file."""
    lines = [line.split(None, 1) for line in jars_from.read_text(encoding="utf-8").splitlines() if line.startswith("spark.jars.")]
    builder = SparkSession.builder.master("local[2]").appName("plain")
    settings = {"spark.driver.memory": memory, "spark.sql.session.timeZone": "UTC", "spark.ui.enabled": "false", **DELTA}
    for name, value in {**settings, **{name: value.strip() for name, value in lines}}.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def identity(*parts: Column) -> Column:
    """A key: 32 digits of sha256 over the JSON array of the parts."""
    return F.substring(F.sha2(F.to_json(F.array(*[part.cast("string") for part in parts])), 256), 1, 32)


def household() -> Column:
    """The key of a household."""
    return identity(F.lit("household"), F.col("household_id"))


def purchases(sources: str, spark: SparkSession) -> DataFrame:
    """Lines of baskets."""
    rows = spark.read.parquet(f"{sources}/transactions.parquet")
    good = rows.where("household_id is not null and basket_id is not null and product_id is not null")
    return (
        good.where("transaction_timestamp >= timestamp '2016-01-01'")
        .dropDuplicates(["basket_id", "product_id"])
        .select(
            identity(F.lit("transactions"), F.col("basket_id"), F.col("product_id"), F.lit("0")).alias("event_id"),
            F.lit("transactions").alias("source"),
            F.lit("purchase").alias("event_type"),
            F.col("transaction_timestamp").cast("timestamp").alias("event_time"),
            F.col("transaction_timestamp").cast("timestamp").alias("known_time"),
            F.to_date(F.from_utc_timestamp("transaction_timestamp", ZONE)).alias("event_date"),
            household().alias("subject_id"),
            F.col("basket_id").cast("string").alias("order_id"),
            F.col("product_id").cast("string").alias("item_id"),
            F.col("sales_value").cast("decimal(18,4)").alias("value"),
            F.lit("USD").alias("currency"),
            F.when(F.col("quantity").between(1, 100), F.col("quantity")).alias("quantity"),
            F.lit(None).cast("map<string,string>").alias("context"),
            F.create_map(F.lit("store_id"), F.col("store_id").cast("string"), F.lit("week"), F.col("week").cast("string")).alias(
                "attributes"
            ),
            F.create_map(
                F.lit("retail_discount"),
                F.col("retail_disc").cast("decimal(18,4)"),
                F.lit("coupon_discount"),
                F.col("coupon_disc").cast("decimal(18,4)"),
                F.lit("coupon_match"),
                F.col("coupon_match_disc").cast("decimal(18,4)"),
            ).alias("amounts"),
        )
    )


def of_a_day(rows: DataFrame, source: str, kind: str, event_id: Column, day: str, context: dict[str, Column]) -> DataFrame:
    """Events that only have a day."""
    pairs = [part for name, value in context.items() for part in (F.lit(name), value.cast("string"))]
    date = F.to_date(day)
    return rows.select(
        event_id.alias("event_id"),
        F.lit(source).alias("source"),
        F.lit(kind).alias("event_type"),
        F.to_utc_timestamp(date.cast("timestamp"), ZONE).alias("event_time"),
        F.to_utc_timestamp(F.date_add(date, 1).cast("timestamp"), ZONE).alias("known_time"),
        date.alias("event_date"),
        household().alias("subject_id"),
        F.lit(None).cast("string").alias("order_id"),
        F.lit(None).cast("string").alias("item_id"),
        F.lit(None).cast("decimal(18,4)").alias("value"),
        F.lit(None).cast("string").alias("currency"),
        F.lit(None).cast("bigint").alias("quantity"),
        F.create_map(*pairs).alias("context"),
        F.lit(None).cast("map<string,string>").alias("attributes"),
        F.lit(None).cast("map<string,decimal(18,4)>").alias("amounts"),
    )


def events(sources: str, spark: SparkSession) -> DataFrame:
    """Lines, mailings and redemptions."""
    campaigns = spark.read.parquet(f"{sources}/campaigns.parquet").dropDuplicates(["campaign_id", "household_id"])
    described = campaigns.join(spark.read.parquet(f"{sources}/campaign_descriptions.parquet"), "campaign_id")
    c = F.col
    mailings = of_a_day(
        described,
        "campaigns",
        "campaign_exposure",
        identity(F.lit("campaigns"), c("campaign_id"), c("household_id"), F.lit("0")),
        "start_date",
        {"campaign_id": c("campaign_id"), "campaign_type": c("campaign_type"), "campaign_end": c("end_date")},
    )
    keys = ["household_id", "coupon_upc", "campaign_id", "redemption_date"]
    used = spark.read.parquet(f"{sources}/coupon_redemptions.parquet").where("household_id is not null").dropDuplicates(keys)
    micros = F.unix_micros(c("redemption_date").cast("timestamp"))
    redemptions = of_a_day(
        used,
        "coupon_redemptions",
        "coupon_redemption",
        identity(F.lit("coupon_redemptions"), *[c(key) for key in keys[:3]], micros, F.lit("0")),
        "redemption_date",
        {"campaign_id": c("campaign_id"), "coupon_upc": c("coupon_upc")},
    )
    return purchases(sources, spark).unionByName(mailings).unionByName(redemptions)


def reference(sources: str, spark: SparkSession, promotions_too: bool) -> dict[str, DataFrame]:
    """Reference data and attributes, by table."""
    c = F.col
    items = spark.read.parquet(f"{sources}/products.parquet").select(
        c("product_id").cast("string").alias("item_id"),
        "department",
        c("product_category").alias("category"),
        c("product_type").alias("kind"),
        (c("brand") == "Private").alias("is_private_label"),
        "package_size",
        F.lower(F.concat_ws(" ", "department", "product_category", "product_type")).alias("text"),
    )
    promotions = (
        spark.read.parquet(f"{sources}/promotions.parquet")
        .groupBy(c("product_id").cast("string").alias("item_id"), "store_id", "week")
        .agg(
            F.bool_or(c("display_location") != "0").alias("is_displayed"),
            F.bool_or(c("mailer_location") != "0").alias("is_mailed"),
        )
    )
    coupons = spark.read.parquet(f"{sources}/coupons.parquet").select(
        "coupon_upc", c("product_id").cast("string").alias("item_id"), "campaign_id"
    )
    demographics = spark.read.parquet(f"{sources}/demographics.parquet").select(
        F.lit("demographics").alias("source"),
        household().alias("subject_id"),
        c("age").alias("age_band"),
        c("income").alias("income_band"),
        "home_ownership",
        "marital_status",
        "household_size",
        c("household_comp").alias("household_type"),
        c("kids_count").alias("kids"),
    )
    return {
        "items": items,
        **({"reference_promotions": promotions} if promotions_too else {}),
        "reference_campaigns": spark.read.parquet(f"{sources}/campaign_descriptions.parquet").dropDuplicates(),
        "reference_coupons": coupons.dropDuplicates(),
        "person_attributes": demographics.unpivot(["source", "subject_id"], demographics.columns[2:], "attribute", "value").where(
            "value is not null"
        ),
    }


def seen(tables: dict[str, DataFrame]) -> DataFrame:
    """Each event with its person, its item and whether it was on promotion, at each moment that may see it."""
    items = tables["items"].select("item_id", "category", "is_private_label", "text")
    events = tables["events"].select(
        "*",
        F.col("attributes")["store_id"].alias("store_id"),
        F.col("attributes")["week"].alias("week"),
        F.col("amounts")["retail_discount"].alias("retail_discount"),
        F.col("amounts")["coupon_discount"].alias("coupon_discount"),
    )
    joined = events.join(tables["people"], events.subject_id == tables["people"].identifier_id).join(items, "item_id", "left")
    if "reference_promotions" in tables:
        promotions = tables["reference_promotions"].withColumn("store_id", F.col("store_id").cast("string"))
        promotions = promotions.withColumn("week", F.col("week").cast("string"))
        covered = promotions.select("store_id", "week").distinct().withColumn("is_covered", F.lit(True))
        joined = joined.join(promotions, ["item_id", "store_id", "week"], "left").join(covered, ["store_id", "week"], "left")
    else:
        unknown = F.lit(None).cast("boolean")
        joined = joined.withColumns({"is_covered": unknown, "is_displayed": unknown, "is_mailed": unknown})
    local = F.from_utc_timestamp("event_time", ZONE)
    told = joined.withColumns(
        {
            "is_displayed": F.when(F.col("is_covered"), F.coalesce("is_displayed", F.lit(False))),
            "is_mailed": F.when(F.col("is_covered"), F.coalesce("is_mailed", F.lit(False))),
            "is_weekend": F.dayofweek("event_date").isin(1, 7),
            "is_evening": F.hour(local) >= 17,
            "is_purchase": F.col("event_type") == "purchase",
        }
    )
    spark = SparkSession.getActiveSession()
    moments = spark.createDataFrame([(day,) for day in MOMENTS], "moment string").select(F.to_date("moment").alias("moment"))
    return told.join(F.broadcast(moments), F.col("event_date") < F.col("moment")).withColumn(
        "age", F.date_diff("moment", "event_date")
    )


def of_window(rows: DataFrame, end: str) -> DataFrame:
    """One groupBy of what a window sees."""
    c = F.col
    bought = c("is_purchase")
    promoted = c("is_displayed") | c("is_mailed")
    weeks_back = F.floor((c("age") - 1) / 7)
    orders = F.countDistinct("order_id")
    days = F.date_diff(F.max(F.when(bought, c("event_date"))), F.min(F.when(bought, c("event_date"))))
    spent = F.coalesce(F.sum("value"), F.lit(0).cast("decimal(18,4)"))
    slope = F.sum(F.when(weeks_back < 12, (11 - 2 * weeks_back) * c("value")))

    def ratio(above: Column, below: Column) -> Column:
        return F.round(F.try_divide(above.cast("double"), below.cast("double")), 6)

    measures = {
        "spend": (spent.cast("decimal(18,4)"), "7d 30d 90d ever"),
        "lines": (F.count_if(bought), "30d 90d ever"),
        "baskets": (orders, "7d 30d 90d ever"),
        "basket_value": (ratio(F.sum("value"), orders), "90d"),
        "stores": (F.countDistinct("store_id"), "90d"),
        "days_since_purchase": (F.min(F.when(bought, c("age"))).cast("bigint"), "ever"),
        "first_purchase": (F.min(F.when(bought, c("event_time"))), "ever"),
        "last_purchase": (F.max(F.when(bought, c("event_time"))), "ever"),
        "basket_gap": (F.when(orders > 1, ratio(days, orders - 1)), "90d ever"),
        "spend_slope": (
            F.when(F.count_if(bought) > 0, F.round(F.coalesce(slope, F.lit(0)).cast("double") * 6 / (12 * 143), 6)),
            "90d",
        ),
        "weekend_share": (ratio(F.count_if(bought & c("is_weekend")), F.count_if(bought)), "90d"),
        "evening_share": (ratio(F.count_if(bought & c("is_evening")), F.count_if(bought)), "90d"),
        "discount_share": (ratio(F.sum("retail_discount"), F.sum(c("value") + c("retail_discount"))), "30d 90d"),
        "coupon_discount": (
            F.coalesce(F.sum("coupon_discount"), F.lit(0).cast("decimal(18,4)")).cast("decimal(18,4)"),
            "90d ever",
        ),
        "promotion_lines": (F.count_if(promoted), "90d ever"),
        "display_lines": (F.count_if(c("is_displayed")), "ever"),
        "promotion_share": (ratio(F.count_if(promoted), F.count("is_displayed")), "90d"),
        "private_label_share": (ratio(F.count_if(c("is_private_label")), F.count("is_private_label")), "90d"),
        "baby_lines": (F.count_if(c("category").isin(BABY)), "90d"),
        "mailings": (F.count_if(c("event_type") == "campaign_exposure"), "60d 90d ever"),
        "redemptions": (F.count_if(c("event_type") == "coupon_redemption"), "90d ever"),
        "days_since_redemption": (
            F.min(F.when(c("event_type") == "coupon_redemption", c("age"))).cast("bigint"),
            "ever",
        ),
    }
    wanted = [value.alias(f"{name}_{end}") for name, (value, ends) in measures.items() if end in ends.split()]
    return rows.where(c("age") <= WINDOWS[end]).groupBy("person_id", "moment").agg(*wanted)


def favourites(rows: DataFrame, end: str) -> DataFrame:
    """The three categories of the most lines, and of 90 days their entropy."""
    by = Window.partitionBy("person_id", "moment")
    counts = rows.where((F.col("age") <= WINDOWS[end]) & F.col("category").isNotNull())
    counts = counts.groupBy("person_id", "moment", "category").count()
    counts = counts.withColumn("rank", F.row_number().over(by.orderBy(F.desc("count"), "category")))
    counts = counts.withColumn("share", F.col("count") / F.sum("count").over(by))
    first = F.array_sort(F.collect_list(F.when(F.col("rank") <= 3, F.struct("rank", "category"))))
    made = [F.transform(first, lambda one: one["category"]).alias(f"favourite_categories_{end}")]
    if end == "90d":
        made.append(F.round(-F.sum(F.col("share") * F.log("share")), 6).alias("category_entropy_90d"))
    return counts.groupBy("person_id", "moment").agg(*made)


def words(rows: DataFrame, stops: list[str]) -> DataFrame:
    """Counts of words of what was bought within 90 days."""
    told = rows.where((F.col("age") <= 90) & F.col("is_purchase") & F.col("text").isNotNull())
    split = told.select("person_id", "moment", F.explode(F.split("text", r"[^\p{L}\p{M}\p{Nd}]+")).alias("word"))
    kept = split.where((F.length("word") > 1) & ~F.col("word").isin(stops))
    counts = kept.groupBy("person_id", "moment", "word").count()
    by = Window.partitionBy("person_id", "moment").orderBy(F.desc("count"), "word")
    most = counts.withColumn("rank", F.row_number().over(by)).where("rank <= 1000")
    entries = F.collect_list(F.struct("word", "count"))
    return most.groupBy("person_id", "moment").agg(F.map_from_entries(entries).alias("bought_words_90d"))


def labels(people: DataFrame, rows: DataFrame, moments: DataFrame) -> DataFrame:
    """Of each person and moment what came of it."""
    ahead = (
        people.join(moments, "moment")
        .alias("f")
        .join(
            rows.alias("e"),
            (F.col("e.person_id") == F.col("f.person_id"))
            & (F.col("e.event_date") >= F.col("f.moment"))
            & (F.col("e.event_date") < F.date_add("f.moment", 60)),
            "left",
        )
    )
    soon = F.col("e.event_date") < F.date_add("f.moment", 30)
    told = ahead.groupBy("f.person_id", "f.moment").agg(
        F.count_if(F.col("e.event_type") == "coupon_redemption").alias("redeemed"),
        F.count_if((F.col("e.event_type") == "purchase") & soon).alias("lines"),
        F.coalesce(F.sum(F.when(soon, F.col("e.value"))), F.lit(0)).alias("spend"),
    )
    tasks = {
        "redeems_coupon": (60, (F.col("redeemed") > 0).cast("double")),
        "goes_quiet": (30, (F.col("lines") == 0).cast("double")),
        "spend_next_30_days": (30, F.col("spend").cast("double")),
    }
    made = [
        told.select(
            "person_id", F.lit(name).alias("task"), "moment", F.date_add("moment", days).alias("ripe_at"), value.alias("label")
        )
        for name, (days, value) in tasks.items()
    ]
    return made[0].unionByName(made[1]).unionByName(made[2]).where("ripe_at <= date '2018-01-01'")


def main() -> None:
    """Make and write the tables, print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources")
    parser.add_argument("out", type=Path)
    parser.add_argument("stops", type=Path)
    parser.add_argument("--without-promotions", action="store_true")
    parser.add_argument("--jars-from", type=Path, required=True, help="a properties file with spark.jars.packages")
    parser.add_argument("--memory", default="4g", help="of the JVM; by default as much as ours")
    asked = parser.parse_args()
    begin = time.monotonic()
    spark = session(asked.jars_from, asked.memory)
    spark.range(1).count()
    seconds = {"session": round(time.monotonic() - begin, 2)}
    tables: dict[str, DataFrame] = {}

    def write(name: str, rows: DataFrame) -> None:
        began = time.monotonic()
        rows.write.format("delta").mode("overwrite").save(str(asked.out / name))
        tables[name] = spark.read.format("delta").load(str(asked.out / name))
        seconds[name] = round(time.monotonic() - began, 2)

    for name, rows in reference(asked.sources, spark, not asked.without_promotions).items():
        write(name, rows)
    write("events", events(asked.sources, spark))
    subjects = tables["events"].select("subject_id").union(tables["person_attributes"].select("subject_id")).distinct()
    write(
        "people",
        subjects.select(
            F.col("subject_id").alias("identifier_id"), identity(F.lit("person"), F.col("subject_id")).alias("person_id")
        ),
    )
    rows = seen(tables)
    rows.cache()
    stops = asked.stops.read_text(encoding="utf-8").split()
    made = of_window(rows, "ever")
    parts = [of_window(rows, end) for end in WINDOWS if end != "ever"]
    parts += [favourites(rows, "90d"), favourites(rows, "ever"), words(rows, stops)]
    for part in parts:
        made = made.join(part, ["person_id", "moment"], "left")
    zero = [name for name in made.columns if name.rsplit("_", 1)[0] in COUNTED]
    unknown = [name for name in made.columns if name.startswith(("promotion_", "display_"))] if asked.without_promotions else []
    write("features", made.fillna(0, zero).drop(*unknown))
    rows.unpersist()
    people = tables["features"].select("person_id", "moment")
    joined = tables["events"].join(tables["people"], F.col("subject_id") == F.col("identifier_id"))
    moments = people.select("moment").distinct()
    write("labels", labels(people, joined, moments))
    print(json.dumps(seconds))
    spark.stop()


COUNTED = {
    *("spend", "lines", "baskets", "stores", "coupon_discount", "promotion_lines", "display_lines", "baby_lines"),
    *("mailings", "redemptions"),
}


if __name__ == "__main__":
    main()
