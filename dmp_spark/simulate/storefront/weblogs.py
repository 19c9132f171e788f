"""The web log: a line of JSON for each thing that happens on a page, from the visits of the truth."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import chance, devices, dirt, pages, tastes
from dmp_spark.simulate.storefront.vocabulary import CATEGORIES
from dmp_spark.simulate.storefront.world import World

SHOP = "https://shop.example.com/"
PAGES_MOST, CODES_MOST = 512, 64
"""What the number of an event leaves room for: pages of a sitting, codes of a page."""
NEW_FIELD = 0.5
"""From this part of the period on each record has a field more: `experiment`, drawn by cookie, and without any effect."""
VARIANTS = ("long_checkout", "short_checkout")


def events(world: World, visits: DataFrame) -> DataFrame:
    """What happens in visits, a row an event: `number` (key), `at_ms`, `page`, `code`, and the columns of its visit."""
    every = F.explode(F.sequence(F.col("first_page"), F.col("last_page")))
    rows = visits.select("*", every.alias("page"))
    page = F.col("page")
    rows = rows.withColumns(
        {
            "page_ms": pages.begins(world, page),
            "kind": pages.kind(world, page),
            "shown_item": pages.item(world, page),
            "pings": pages.pings(world, page),
        }
    )
    rows = rows.select("*", F.explode(pages.codes(world, page, F.col("pings"))).alias("code"))
    number = (F.col("visit") * PAGES_MOST + page) * CODES_MOST + F.col("code")
    return rows.withColumns({"number": number, "at_ms": F.col("page_ms") + pages.offset(F.col("code"))})


def event_id(world: World) -> Column:
    """The id of an event, 16 hex digits: a bijection of its number, so no two are the same."""
    return devices.hexadecimal(chance.bits(world.seed, "weblogs.id", "number"))


def view_id(world: World) -> Column:
    """The id of a page view, which its heartbeats carry, too: 16 hex digits."""
    view = F.col("sitting") * PAGES_MOST + F.col("page")
    return devices.hexadecimal(chance.bits(world.seed, "weblogs.view", view))


def event_type() -> Column:
    """What an event is: page_view, page_ping, search, add_to_cart, checkout, login."""
    named = F.when(F.col("code") >= pages.PING, "page_ping")
    for code, text in pages.TYPES.items():
        named = named.when(F.col("code") == code, text)
    return named


def lines(world: World, visits: DataFrame) -> DataFrame:
    """The web log as it is delivered: `line` and `delivered`, the day."""
    rows = dirt.delivered(world, events(world, visits), "weblogs")
    line = F.to_json(_record(world))
    return rows.select(dirt.soiled(world, line, "weblogs", "page_number").alias("line"), "delivered")


def _record(world: World) -> Column:
    code, is_view = F.col("code"), F.col("code") == pages.PAGE_VIEW
    number = F.col("page") + 1 + F.when(dirt.is_other_content(), 1).otherwise(0)
    product = F.struct(
        tastes.sku(F.col("shown_item")).alias("sku"),
        (tastes.cents(F.col("shown_item")) / 100).cast("decimal(10,2)").alias("price"),
    )
    found = F.struct(_term().alias("term"), F.pmod(F.col("number"), F.lit(40)).alias("results"))
    is_shown = (F.col("kind") == pages.PRODUCT) & (is_view | (code == pages.INTO_CART))
    return F.struct(
        dirt.unless("no_id", event_id(world)).alias("event_id"),
        event_type().alias("type"),
        dirt.instant("shown_ms").alias("at"),
        dirt.instant("received_ms").alias("received_at"),
        dirt.unless("text_for_number", number).alias("page_number"),
        F.struct(view_id(world).alias("view"), _url().alias("url"), F.when(is_view, _referrer()).alias("referrer")).alias("page"),
        F.struct(
            dirt.unless("no_subject", F.col("cookie")).alias("cookie"),
            F.col("agent").alias("agent"),
            F.when(F.col("writes_chinese"), "zh-CN").otherwise("en-US").alias("language"),
        ).alias("device"),
        F.struct(F.col("ip").alias("ip")).alias("context"),
        F.when(code == pages.LOGIN, dirt.unless("no_subject", F.col("customer"))).alias("customer"),
        F.when(is_shown, product).alias("product"),
        F.when(code == pages.SEARCHED, found).alias("search"),
        F.when(code == pages.CHECKOUT, F.col("order_id")).alias("order"),
        F.when(F.col("day") >= int(world.days * NEW_FIELD), _experiment(world)).alias("experiment"),
    )


def _term() -> Column:
    """What is searched for: a word of the item and its category, in the language of who searches."""
    rank = (tastes.rank_of(F.col("shown_item")) % len(CATEGORIES[0].words)).cast("int")
    place = tastes.category_of(F.col("shown_item")) * len(CATEGORIES[0].words) + rank
    english = [f"{word} {each.english}" for each in CATEGORIES for word in each.words]
    chinese = [f"{word}{each.chinese}" for each in CATEGORIES for word in each.chinese_words]
    return F.when(F.col("writes_chinese"), chance.pick(chinese, place)).otherwise(chance.pick(english, place))


def _url() -> Column:
    kind, shown = F.col("kind"), F.col("shown_item")
    shelf = chance.pick([each.english for each in CATEGORIES], tastes.category_of(shown))
    path = F.when(kind == pages.PRODUCT, F.concat(shelf, F.lit("/"), tastes.sku(shown)))
    path = path.when(kind == pages.CATEGORY, shelf).when(
        kind == pages.SEARCH, F.concat(F.lit("search?q="), F.url_encode(_term()))
    )
    path = path.when(kind == pages.ARTICLE, F.concat(F.lit("stories/"), shelf)).when(kind == pages.CART, "cart")
    path = path.when(kind == pages.DONE, "checkout/thanks").otherwise("")
    mark = F.when(kind == pages.SEARCH, "&").otherwise("?")
    parameters = F.concat(
        mark, F.lit("utm_source="), "utm_source", F.lit("&utm_medium="), "utm_medium", F.lit("&utm_campaign="), "campaign"
    )
    tagged = (F.col("page") == F.col("first_page")) & F.col("campaign").isNotNull()
    return F.concat(F.lit(SHOP), path, F.when(tagged, parameters).otherwise(""))


def _referrer() -> Column:
    return F.when(F.col("page") == F.col("first_page"), F.col("referrer")).otherwise(F.lit(SHOP))


def _experiment(world: World) -> Column:
    variant = chance.pick_any(VARIANTS, chance.uniform(world.seed, "weblogs.variant", "cookie_number"))
    return F.struct(F.lit("checkout").alias("name"), variant.alias("variant"))
