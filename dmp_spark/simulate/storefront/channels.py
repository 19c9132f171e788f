"""How visits come, and what that does: channels, each with a known effect on orders.

Channels bear the names of GA4's default grouping. Their factors are divided by their mean, so a visit of an unknown channel
has the factor 1; so have visits that follow a letter's link, whose effect is the letter's, and sittings that change campaign.
"""

from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import chance
from dmp_spark.simulate.storefront.world import World


@dataclass(frozen=True)
class Channel:
    """A way to come: its share of visits, its factor on orders before division by the mean, and what the log shows of it."""

    name: str
    share: float
    factor: float
    referrer: str = ""
    chinese_referrer: str = ""
    source: str = ""
    medium: str = ""
    campaign: str = ""


_GOOGLE, _BAIDU = "https://www.google.com/", "https://www.baidu.com/"
CHANNELS = (
    Channel("Direct", 0.30, 1.0),
    Channel("Organic Search", 0.28, 1.1, _GOOGLE, _BAIDU),
    Channel("Paid Search", 0.10, 1.3, _GOOGLE, _BAIDU, "google", "cpc", "brand_words"),
    Channel("Email", 0.07, 1.2, "", "", "newsletter", "email", "weekly"),
    Channel("Organic Social", 0.10, 0.7, "https://www.facebook.com/", "https://weibo.com/"),
    Channel("Paid Social", 0.05, 0.6, "https://www.facebook.com/", "https://weibo.com/", "facebook", "paid_social", "lookalikes"),
    Channel("Referral", 0.07, 0.9, "https://blog.example.net/", "https://blog.example.net/"),
    Channel("Display", 0.03, 0.4, "https://ads.example.net/", "https://ads.example.net/", "example", "display", "banners"),
)
DIRECT, PAID_SEARCH, DISPLAY = 0, 2, 7
LETTER = len(CHANNELS)
"""The place of a visit that follows the link of a letter: Email, with the letter's name as campaign."""
FOLLOWS_LETTER = 0.40
MEAN_FACTOR = sum(each.share * each.factor for each in CHANNELS)


def channel(drawn: Column, letter: Column, follows: Column) -> Column:
    """The channel of a sitting by its place in CHANNELS, an int, LETTER where a letter is about and its link was followed."""
    shares = [each.share for each in CHANNELS]
    return F.when(letter.isNotNull() & (follows < FOLLOWS_LETTER), LETTER).otherwise(chance.category(drawn, shares))


def factor(channel: Column) -> Column:
    """By how much a channel raises or lowers orders, a double with the mean 1."""
    factors = [F.lit(each.factor / MEAN_FACTOR) for each in CHANNELS]
    return F.get(F.array(*factors, F.lit(1.0)), channel)


def another(channel: Column) -> Column:
    """The channel of the link that is followed in the midst of a sitting: of another campaign than the one it came by."""
    return F.when(channel == PAID_SEARCH, DISPLAY).otherwise(PAID_SEARCH)


def is_tagged(channel: Column) -> Column:
    """Whether a campaign brought the visit, so that its links carry one."""
    tagged = [F.lit(bool(each.campaign)) for each in CHANNELS]
    return F.get(F.array(*tagged, F.lit(True)), channel)


def name(channel: Column) -> Column:
    """The channel by GA4's name."""
    return chance.pick([*(each.name for each in CHANNELS), "Email"], channel)


def source(channel: Column) -> Column:
    """The utm_source of its links; empty where they carry none."""
    return chance.pick([*(each.source for each in CHANNELS), "letter"], channel)


def medium(channel: Column) -> Column:
    """The utm_medium of its links; empty where they carry none."""
    return chance.pick([*(each.medium for each in CHANNELS), "email"], channel)


def campaign(world: World, channel: Column, letter: Column) -> Column:
    """The utm_campaign of its links; null where they carry none."""
    names = chance.pick([each.name for each in world.campaigns], letter)
    plain = chance.pick([each.campaign for each in CHANNELS], channel)
    return F.when(channel == LETTER, names).otherwise(F.nullif(plain, F.lit("")))


def referrer(channel: Column, writes_chinese: Column) -> Column:
    """What the browser says of where it comes from; null of who comes directly or by e-mail."""
    english = chance.pick([*(each.referrer for each in CHANNELS), ""], channel)
    chinese = chance.pick([*(each.chinese_referrer for each in CHANNELS), ""], channel)
    return F.nullif(F.when(writes_chinese, chinese).otherwise(english), F.lit(""))
