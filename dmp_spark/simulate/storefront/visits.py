"""When people come, and what becomes of it: sittings, and the visits that they are cut into.

A day has eight parts of three hours by the standard time of the place, shifted for each block of neighbours; in each part a
person begins a sitting or not (which is a Poisson process thinned to one in three hours), and a sitting ends 35 minutes or more
before the next part begins. So visits of one cookie are at least 35 minutes apart and pages of one sitting at most 18: who
cuts after 30 minutes without an event, and where another campaign follows one, finds exactly the visits of the truth.
"""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import accounts, chance, channels, devices, letters, pages, people, tastes
from dmp_spark.simulate.storefront.agents import AGENTS, PLACES
from dmp_spark.simulate.storefront.world import BLOCK, BOT_PAGES, FADING, LETTER_VISITS, PART_HOURS, PARTS, RHYTHM, World

SLOTS = 4096
"""Parts of days that a person's numbers leave room for: 512 days."""
GOES_ON, PAGES_MOST = 0.72, 20
"""After each page another one follows with this probability, up to 20."""
GAP_SECONDS, GAP_SPREAD, GAP_BOUNDS_MS = 50.0, 0.9, (8_000, 720_000)
SITTING_MOST_MS, PAUSE_MS = 5_100_000, 2_100_000
"""A sitting lasts 85 minutes at most, and 35 pass before the next one can begin."""
LOGS_IN = 0.5
PART_MS = PART_HOURS * 3_600_000


def visits(world: World, everybody: DataFrame, partitions: int) -> DataFrame:
    """All visits, key `visit`: whose, on what, how long, by which channel, about what, and whether they ended in an order.

    A sitting of one visit has the number 2 * sitting, one that another campaign cuts in two has that and the next. Columns that
    begin with `sitting_`, `gap_ms` and `first_page` are what pages are made from; `place` is one of PLACES.
    """
    rows = _logged_in(world, _lasting(world, _ordering(world, _about(world, sittings(world, everybody)))), partitions)
    cut = F.when(F.col("cut_page").isNull(), F.array(F.lit(0))).otherwise(F.array(F.lit(0), F.lit(1)))
    rows = rows.select("*", F.explode(cut).alias("part"))
    is_second = F.col("part") == 1
    first = F.when(is_second, F.col("cut_page")).otherwise(0)
    last = F.when(~is_second & F.col("cut_page").isNotNull(), F.col("cut_page") - 1).otherwise(F.col("sitting_pages") - 1)
    rows = rows.withColumns(
        {
            "visit": F.col("sitting") * 2 + F.col("part"),
            "first_page": first.cast("int"),
            "last_page": last.cast("int"),
            "channel": F.when(is_second, channels.another(F.col("first_channel"))).otherwise(F.col("first_channel")),
        }
    )
    return _counted(world, rows)


def sittings(world: World, everybody: DataFrame) -> DataFrame:
    """All sittings: `sitting` (key), `slot`, `day`, the `letter` that is about (null: none), and who it is.

    `is_extra` says that it would not have been without the letter.
    """
    person = F.col("person")
    end = F.coalesce(F.col("churn_day"), F.lit(world.days))
    slot = F.sequence(F.col("first_day") * PARTS, end * PARTS - 1)
    rows = everybody.select("*", *letters.sent(world, person)).select("*", F.explode(slot).alias("slot"))
    rows = rows.withColumns({"day": F.floor(F.col("slot") / PARTS), "sitting": person * SLOTS + F.col("slot")})
    rows = rows.withColumns({"letter": letters.about(world, F.col("day"))})
    rhythm = F.get(F.array(*[F.lit(share) for share in RHYTHM]), F.pmod(F.col("slot"), F.lit(PARTS)).cast("int"))
    fades = F.coalesce(F.col("day") >= people.fades_from(F.col("churn_day")), F.lit(False))
    likely = F.col("visits_a_day") * rhythm * F.when(fades, FADING).otherwise(1.0)
    drawn = chance.uniform(world.seed, "sittings", "sitting")
    rows = rows.withColumns({"likely": likely, "drawn": drawn})
    rows = rows.where(F.col("drawn") < F.col("likely") * F.when(F.col("letter").isNull(), 1.0).otherwise(LETTER_VISITS))
    return rows.withColumns({"is_extra": F.col("drawn") >= F.col("likely")})


def _about(world: World, rows: DataFrame) -> DataFrame:
    """With the device, the cookie, the channel and the item that the sitting is about, and where another campaign cuts it."""
    sitting = F.col("sitting")
    device = devices.used(world, F.col("person"), F.col("slot"), sitting)
    rows = rows.withColumns({"device": device})
    rows = rows.withColumns(
        {
            "cookie_number": devices.cookie(world, F.col("device"), F.col("day")),
            "first_channel": channels.channel(_draw(world, "channel"), F.col("letter"), _draw(world, "letter")),
            "category": tastes.liked(F.col("tastes"), _draw(world, "category")),
            "asked_pages": F.least(chance.geometric(_draw(world, "pages"), GOES_ON) + 1, F.lit(PAGES_MOST)),
        }
    )
    cut = _draw(world, "cut")
    can_be_cut = channels.is_tagged(F.col("first_channel")) & (F.col("asked_pages") > 1) & ~F.col("is_robot")
    is_cut = can_be_cut & (cut < world.setting.visits_cut)
    at = F.floor(cut / world.setting.visits_cut * (F.col("asked_pages") - 1)) + 1
    return rows.withColumns({"item": tastes.item(F.col("category"), _draw(world, "item")), "cut_page": F.when(is_cut, at)})


def _ordering(world: World, rows: DataFrame) -> DataFrame:
    """With `has_order`, and `is_caused`: whether there would have been none without the letter."""
    taste = tastes.taste_factor(F.col("tastes"), F.col("category"))
    price = tastes.price_factor(F.col("thrift"), tastes.rank_of(F.col("item")))
    factor = F.when(F.col("cut_page").isNull(), channels.factor(F.col("first_channel"))).otherwise(1.0)
    plain = (F.col("content") + 0.5) * taste * price * factor * world.setting.orders_a_visit
    lifted = plain * F.when(F.col("letter").isNull(), 1.0).otherwise(F.col("effect") + 1)
    drawn = _draw(world, "order")
    rows = rows.withColumns({"has_order": (drawn < lifted) & ~F.col("is_robot")})
    return rows.withColumns({"is_caused": F.col("has_order") & (F.col("is_extra") | (drawn >= plain))})


def _lasting(world: World, rows: DataFrame) -> DataFrame:
    """With the number of pages, how far they are apart, and when the sitting begins."""
    least, most = BOT_PAGES
    robot_pages = least + F.floor(_draw(world, "robot") * (most - least))
    asked = F.when(F.col("is_robot"), robot_pages).otherwise(F.col("asked_pages") + F.when(F.col("has_order"), 2).otherwise(0))
    rows = rows.withColumns({"sitting_pages": asked.cast("int")})
    shortest, longest = GAP_BOUNDS_MS
    wanted = F.floor(F.exp(chance.normal(_draw(world, "gap")) * GAP_SPREAD) * (GAP_SECONDS * 1000))
    gap = F.least(F.greatest(wanted, F.lit(shortest)), F.lit(longest), F.floor(F.lit(SITTING_MOST_MS) / F.col("sitting_pages")))
    rows = rows.withColumns({"gap_ms": F.when(F.col("is_robot"), 8_000 + F.floor(_draw(world, "gap") * 4_000)).otherwise(gap)})
    hours = F.get(F.array(*[F.lit(int(each.hours * 3_600_000)).cast("bigint") for each in PLACES]), F.col("place"))
    shift = F.floor(chance.uniform(world.seed, "sittings.shift", F.floor(F.col("person") / BLOCK)) * PART_MS)
    room = F.lit(PART_MS - PAUSE_MS) - F.col("gap_ms") * F.col("sitting_pages")
    begins = F.col("slot") * PART_MS + F.lit(world.begin) - hours + shift + F.floor(_draw(world, "begin") * room)
    return rows.withColumns({"sitting_ms": begins})


def _logged_in(world: World, rows: DataFrame, partitions: int) -> DataFrame:
    """With `logs_in`: on a cookie on which anybody ever does, in its first sitting, in each that orders, and now and then."""
    of_cookie = Window.partitionBy("cookie_number").rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    rows = rows.repartition(partitions, "cookie_number")
    is_first = F.min("sitting_ms").over(of_cookie) == F.col("sitting_ms")
    may = ~F.col("is_robot") & ~devices.never_logs_in(world, F.col("cookie_number"))
    return rows.withColumns({"logs_in": may & (is_first | F.col("has_order") | (_draw(world, "login") < LOGS_IN))})


def _counted(world: World, rows: DataFrame) -> DataFrame:
    """The columns of a visit, with what its pages add up to."""
    first, last = pages.begins(world, F.col("first_page")), pages.begins(world, F.col("last_page"))
    person, channel = F.col("person"), F.col("channel")
    account = accounts.used(world, person, F.col("day"), F.col("cookie_number"))
    return rows.select(
        "visit",
        devices.hexadecimal(chance.bits(world.seed, "visits.id", "visit")).alias("visit_id"),
        *("sitting", "person", "is_robot", "device", "cookie_number"),
        devices.cookie_text(world, F.col("cookie_number")).alias("cookie"),
        chance.pick([each.text for each in AGENTS], devices.agent(world, F.col("device"))).alias("agent"),
        devices.address(world, F.col("place"), F.col("device")).alias("ip"),
        *("place", "writes_chinese", "day"),
        F.timestamp_millis(first).alias("started_at"),
        F.timestamp_millis(last + pages.last_event(world, F.col("last_page"))).alias("ended_at"),
        (F.col("last_page") - F.col("first_page") + 1).alias("pages"),
        pages.events(world, F.col("first_page"), F.col("last_page")).alias("events"),
        pages.engaged_seconds(world, F.col("first_page"), F.col("last_page")).alias("engaged_seconds"),
        (F.col("part") == 1).alias("is_cut_off"),
        channels.name(channel).alias("channel"),
        channels.source(channel).alias("utm_source"),
        channels.medium(channel).alias("utm_medium"),
        channels.campaign(world, channel, F.col("letter")).alias("campaign"),
        channels.referrer(channel, F.col("writes_chinese")).alias("referrer"),
        chance.pick([each.name for each in world.campaigns], F.col("letter")).alias("letter"),
        *("is_extra", "is_caused", "logs_in"),
        F.when(F.col("logs_in"), accounts.customer(person, account)).alias("customer"),
        *("category", "item", "has_order"),
        F.when(F.col("has_order"), order_id(world)).alias("order_id"),
        *("sitting_ms", "sitting_pages", "gap_ms", "first_page", "last_page", "cut_page", "first_channel"),
    )


def order_id(world: World) -> Column:
    """The id of the order in which a sitting ends: S and 16 hex digits."""
    return F.concat(F.lit("S"), devices.hexadecimal(chance.bits(world.seed, "orders.id", "sitting")))


def _draw(world: World, name: str) -> Column:
    return chance.uniform(world.seed, f"sittings.{name}", "sitting")
