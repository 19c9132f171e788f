"""Orders and what comes back of them: JSON with an array of lines, and CSV with a line a returned item, both in shop's time."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import accounts, chance, dirt, pages, tastes
from dmp_spark.simulate.storefront.vocabulary import CATEGORIES
from dmp_spark.simulate.storefront.world import World

SHOP_ZONE = "America/New_York"
"""The clock on the shop's wall: orders and refunds say what it showed, without an offset."""
FURTHER_LINES, LINES_MOST = 0.8, 4
"""An order has one line for the item that the visit was about, and further ones by a Poisson distribution."""
OF_THE_VISIT, TWO_OF_IT = 0.6, 0.15
LETTER_DISCOUNT = 0.10
"""What a letter takes off the price in its week."""
GIVES_PHONE = 0.6
REFUNDED, REFUND_DAYS = 0.04, (2, 12)
"""Of lines; so many days later."""
OUTLIER = 1000


def orders(world: World, visits: DataFrame) -> DataFrame:
    """Every order, key `number` (its sitting): who, when (`at_ms`), `lines` (array), `cents`, and how to reach them as typed.

    `email` is what should have been typed, `email_typed` what was; `customer` is null of who ordered as a guest.
    """
    rows = visits.where(F.col("has_order") & (F.col("last_page") == F.col("sitting_pages") - 1))
    person, number = F.col("person"), F.col("sitting")
    rows = rows.withColumns(
        {
            "number": number,
            "at_ms": pages.begins(world, F.col("last_page")) + pages.OFFSETS_MS[pages.CHECKOUT],
            "lines": _lines(world),
            "email": accounts.email(world, person, accounts.used(world, person, F.col("day"), F.col("cookie_number"))),
            "phone": F.when(_draw(world, "phone") < GIVES_PHONE, accounts.phone(world, person, F.col("day"))),
        }
    )
    cents = F.aggregate("lines", F.lit(0).cast("bigint"), lambda total, line: total + line["cents"] * line["quantity"])
    return rows.withColumns(
        {
            "cents": cents,
            "email_typed": accounts.mistyped(world, F.col("email"), "orders.email", number),
            "phone_typed": accounts.mistyped(world, F.col("phone"), "orders.phone", number, skip=5),
        }
    )


def records(world: World, visits: DataFrame) -> DataFrame:
    """The orders as they are delivered: `line` (JSON) and `delivered`, the day."""
    rows = dirt.delivered(world, orders(world, visits), "orders")
    return rows.select(dirt.soiled(world, F.to_json(_record()), "orders", "total").alias("line"), "delivered")


def refunds(world: World, visits: DataFrame) -> DataFrame:
    """The lines that came back, as they are delivered: order, line, sku, quantity, amount (dollars), refunded_at, `delivered`."""
    rows = orders(world, visits).select("number", "order_id", "at_ms", F.explode("lines").alias("line"))
    drawn = chance.uniform(world.seed, "refunds", F.col("number"), F.col("line.line"))
    least, most = REFUND_DAYS
    at = F.col("at_ms") + F.floor((drawn / REFUNDED * (most - least) + least) * 86_400_000)
    rows = rows.where(drawn < REFUNDED).withColumns({"refunded_ms": at})
    return rows.select(
        F.col("order_id").alias("order"),
        "line.line",
        "line.sku",
        "line.quantity",
        _dollars(F.col("line.cents") * F.col("line.quantity")).alias("amount"),
        wall_clock("refunded_ms").alias("refunded_at"),
        F.date_format(F.timestamp_millis("refunded_ms"), "yyyy-MM-dd").alias("delivered"),
    )


def wall_clock(milliseconds: str) -> Column:
    """What the clock on the shop's wall showed: 2026-01-05 08:14:15."""
    return F.date_format(F.from_utc_timestamp(F.timestamp_millis(milliseconds), SHOP_ZONE), "yyyy-MM-dd HH:mm:ss")


def _lines(world: World) -> Column:
    count = chance.poisson(_draw(world, "lines"), FURTHER_LINES, LINES_MOST)
    discount = F.when(F.col("letter").isNull(), 1.0).otherwise(1 - LETTER_DISCOUNT)

    def line(place: Column) -> Column:
        drawn = chance.uniform(world.seed, "orders.category", "sitting", place)
        any_other = F.floor((drawn - OF_THE_VISIT) / (1 - OF_THE_VISIT) * len(CATEGORIES))
        category = F.when(drawn < OF_THE_VISIT, F.col("category").cast("bigint")).otherwise(any_other)
        further = tastes.item(category, chance.uniform(world.seed, "orders.item", "sitting", place))
        item = F.when(place == 0, F.col("item")).otherwise(further)
        two = chance.uniform(world.seed, "orders.quantity", "sitting", place) < TWO_OF_IT
        return F.struct(
            (place + 1).alias("line"),
            tastes.sku(item).alias("sku"),
            F.when(two, 2).otherwise(1).alias("quantity"),
            F.round(tastes.cents(item) * discount).cast("bigint").alias("cents"),
        )

    return F.transform(F.sequence(F.lit(0), count), line)


def _record() -> Column:
    is_outlier = F.coalesce(F.col("dirt") == dirt.OF_ORDERS_ALONE, F.lit(False))

    def line(each: Column) -> Column:
        is_first = each["line"] == 1
        price = each["cents"] * F.when(is_first & is_outlier, OUTLIER).otherwise(1)
        more = F.when(is_first & dirt.is_other_content(), 1).otherwise(0)
        return F.struct(
            each["line"].alias("line"),
            each["sku"].alias("sku"),
            (each["quantity"] + more).alias("quantity"),
            _dollars(price).alias("price"),
        )

    contact = F.struct(F.col("email_typed").alias("email"), F.col("phone_typed").alias("phone"))
    return F.struct(
        dirt.unless("no_id", F.col("order_id")).alias("order"),
        wall_clock("shown_ms").alias("placed"),
        dirt.instant("received_ms").alias("exported_at"),
        dirt.unless("no_subject", F.col("customer")).alias("customer"),
        dirt.unless("no_subject", contact).alias("contact"),
        F.lit("USD").alias("currency"),
        F.transform("lines", line).alias("lines"),
        dirt.unless("text_for_number", _dollars(F.col("cents"))).alias("total"),
    )


def _dollars(cents: Column) -> Column:
    return (cents / 100).cast("decimal(12,2)")


def _draw(world: World, name: str) -> Column:
    return chance.uniform(world.seed, f"orders.{name}", "sitting")
