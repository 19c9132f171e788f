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
    is_home = (
        (page == 0) & (F.col("first_channel") == DIRECT) & (chance.uniform(world.seed, "pages.home", "sitting") < HOME_FIRST)
    )
    drawn = chance.category(chance.uniform(world.seed, "pages.kind", "sitting", page), SHARES)
    ordered = F.when(left == 0, DONE).when(left == 1, CART).when(left == _LAST_PAGES, PRODUCT)
    return F.coalesce(F.when(F.col("has_order"), ordered), F.when(is_home, HOME), drawn)


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
    return (kind(world, page) == SEARCH) & ~F.col("is_robot")


def puts_into_cart(world: World, page: Column) -> Column:
    """Whether the item of the page is put into the cart; what is bought always is."""
    drawn = chance.uniform(world.seed, "pages.cart", "sitting", page) < PUT_INTO_CART
    return is_of_order(page) | ((kind(world, page) == PRODUCT) & drawn & ~F.col("is_robot"))


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


def events(world: World, page: Column) -> Column:
    """How many events a page has, an int."""
    count = pings(world, page).cast("int") + 1
    for is_there in extras(world, page).values():
        count = count + is_there.cast("int")
    return count


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
