"""The pages of a sitting and what happens on them: functions of a page's place, over the columns of `visits`.

Pages of a sitting are `gap_ms` apart in the mean: page i begins between i and i + 1/2 gaps after the sitting, so two pages are
half a gap to one and a half gaps apart, less than 18 minutes. All that happens on a page happens within its first half gap.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import chance, tastes
from dmp_spark.simulate.storefront.channels import DIRECT
from dmp_spark.simulate.storefront.vocabulary import CATEGORIES
from dmp_spark.simulate.storefront.world import World

PRODUCT, CATEGORY, SEARCH, HOME, ARTICLE, CART, DONE = range(7)
KINDS = ("product", "category", "search", "home", "article", "cart", "done")
SHARES = (0.45, 0.22, 0.15, 0.08, 0.10)
OF_THE_VISIT = 0.75
"""How often a page is of the category that the visit is about; else it is of any."""
HOME_FIRST = 0.6
PUT_INTO_CART = 0.08
PINGS_MEAN, PINGS_MOST = 3.0, 40
HEARTBEAT_MS, FIRST_PING_MS = 10_000, 5_000
"""A page that is looked at says so after five seconds, and each ten seconds from then on."""

PAGE_VIEW, LOGIN, SEARCHED, INTO_CART, CHECKOUT, PING = 0, 1, 2, 3, 4, 10
"""What can happen on a page, by code; ping j has the code PING + j."""
OFFSETS_MS = {PAGE_VIEW: 0, LOGIN: 1_500, SEARCHED: 100, INTO_CART: 2_500, CHECKOUT: 300}
TYPES = {PAGE_VIEW: "page_view", LOGIN: "login", SEARCHED: "search", INTO_CART: "add_to_cart", CHECKOUT: "checkout"}
_LAST_PAGES = 2
"""An order adds two pages: the cart, and the one that thanks; the page before them shows what was bought."""


def begins(world: World, page: Column) -> Column:
    """When a page is seen: milliseconds since 1970."""
    jitter = F.floor(chance.uniform(world.seed, "pages.gap", "sitting", page) * F.col("gap_ms") / 2)
    return F.col("sitting_ms") + page * F.col("gap_ms") + F.when(page == 0, 0).otherwise(jitter)


def kind(world: World, page: Column) -> Column:
    """What is on a page, by its place in KINDS."""
    left = F.col("sitting_pages") - 1 - page
    ordered = F.when(left == 0, DONE).when(left == 1, CART).when(left == _LAST_PAGES, PRODUCT)
    drawn = chance.category(_drawn(world, page), SHARES)
    return F.coalesce(F.when(F.col("has_order"), ordered), F.when(_is_home(world, page), HOME), drawn)


def item(world: World, page: Column) -> Column:
    """The item that a page shows, or is about: a number; of the last page before the cart it is the one that is bought."""
    about = chance.uniform(world.seed, "pages.category", "sitting", page)
    any_other = F.floor((about - OF_THE_VISIT) / (1 - OF_THE_VISIT) * len(CATEGORIES))
    category = F.when(about < OF_THE_VISIT, F.col("category").cast("bigint")).otherwise(any_other)
    drawn = tastes.item(category, chance.uniform(world.seed, "pages.item", "sitting", page))
    return F.when(is_of_order(page), F.col("item")).otherwise(drawn)


def is_of_order(page: Column) -> Column:
    """Whether the page shows the item that is bought two pages later."""
    return F.col("has_order") & (page == F.col("sitting_pages") - 1 - _LAST_PAGES)


def searches(world: World, page: Column) -> Column:
    """Whether somebody searches: the page shows what was found."""
    drawn, least = _drawn(world, page), sum(SHARES[:SEARCH])
    return _is_free(world, page) & (drawn >= least) & (drawn < least + SHARES[SEARCH])


def puts_into_cart(world: World, page: Column) -> Column:
    """Whether the item of the page is put into the cart: of a product's page now and then, what is bought always.

    One number says what is on a page and this: the lowest part of a product's share of it.
    """
    return is_of_order(page) | (_is_free(world, page) & (_drawn(world, page) < SHARES[PRODUCT] * PUT_INTO_CART))


def pings(world: World, page: Column) -> Column:
    """How often the page says that it is looked at, a bigint; never of a robot."""
    room = F.floor((F.col("gap_ms") / 2 - FIRST_PING_MS) / HEARTBEAT_MS) + 1
    wanted = F.floor(chance.exponential(chance.uniform(world.seed, "pages.pings", "sitting", page), PINGS_MEAN))
    return F.when(F.col("is_robot"), F.lit(0).cast("bigint")).otherwise(F.least(wanted, room, F.lit(PINGS_MOST).cast("bigint")))


def extras(world: World, page: Column) -> dict[int, Column]:
    """What happens on a page besides its being seen and looked at: a condition for each code."""
    return {
        LOGIN: F.col("logs_in") & (page == 0),
        SEARCHED: searches(world, page),
        INTO_CART: puts_into_cart(world, page),
        CHECKOUT: F.col("has_order") & (page == F.col("sitting_pages") - 1),
    }


def events(world: World, first: Column, last: Column) -> Column:
    """How many events the pages from the first to the last have together, an int."""
    every = F.sequence(first, last)
    of_pages = F.aggregate(
        every,
        F.lit(0),
        lambda count, page: (
            count + pings(world, page).cast("int") + searches(world, page).cast("int") + puts_into_cart(world, page).cast("int")
        ),
    )
    logins = (F.col("logs_in") & (first == 0)).cast("int")
    checkouts = (F.col("has_order") & (last == F.col("sitting_pages") - 1)).cast("int")
    # a robot asks for hundreds of pages and does nothing on them
    return last - first + 1 + F.when(F.col("is_robot"), 0).otherwise(of_pages + logins + checkouts)


def engaged_seconds(world: World, first: Column, last: Column) -> Column:
    """Seconds of attention that heartbeats prove: ten for each of a page but the first, five for that; a bigint."""
    nothing = F.lit(0).cast("bigint")

    def proven(total: Column, page: Column) -> Column:
        count = pings(world, page)
        return total + F.when(count > 0, (count - 1) * 10 + 5).otherwise(0)

    return F.when(F.col("is_robot"), nothing).otherwise(F.aggregate(F.sequence(first, last), nothing, proven))


def codes(world: World, page: Column, looked_at: Column) -> Column:
    """The codes of all events of a page, an array of ints; `looked_at` is how many pings it has."""
    nothing = F.array().cast("array<int>")
    parts = [F.when(is_there, F.array(F.lit(code))).otherwise(nothing) for code, is_there in extras(world, page).items()]
    pinged = F.when(looked_at > 0, F.sequence(F.lit(PING), looked_at.cast("int") + (PING - 1))).otherwise(nothing)
    return F.concat(F.array(F.lit(PAGE_VIEW)), *parts, pinged)


def offset(code: Column) -> Column:
    """How long after its page an event happens: milliseconds, by code."""
    after = F.when(code >= PING, (code - PING) * HEARTBEAT_MS + FIRST_PING_MS)
    for each, milliseconds in OFFSETS_MS.items():
        after = after.when(code == each, milliseconds)
    return after


def last_event(world: World, page: Column) -> Column:
    """How long after its page the last event of it happens: milliseconds."""
    pinged = pings(world, page)
    moments = [F.when(is_there, OFFSETS_MS[code]).otherwise(0) for code, is_there in extras(world, page).items()]
    return F.greatest(F.when(pinged > 0, (pinged - 1) * HEARTBEAT_MS + FIRST_PING_MS).otherwise(0), *moments)


def _drawn(world: World, page: Column) -> Column:
    return chance.uniform(world.seed, "pages.kind", "sitting", page)


def _is_home(world: World, page: Column) -> Column:
    is_direct = F.col("first_channel") == DIRECT
    return (page == 0) & is_direct & (chance.uniform(world.seed, "pages.home", "sitting") < HOME_FIRST)


def _is_free(world: World, page: Column) -> Column:
    """Whether a person's page is what was drawn for it: neither of the last of an order, nor the home page at the begin."""
    is_of_end = F.col("has_order") & (page >= F.col("sitting_pages") - 1 - _LAST_PAGES)
    return ~F.col("is_robot") & ~is_of_end & ~_is_home(world, page)
