"""The social network: posts and likes as nested JSON, and whom people follow, as arrays. Texts follow tastes and contentment."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import accounts, chance, devices, dirt, people, tastes, vocabulary
from dmp_spark.simulate.storefront.agents import PLACES
from dmp_spark.simulate.storefront.vocabulary import CATEGORIES
from dmp_spark.simulate.storefront.world import FADING, PART_HOURS, RHYTHM, World

DAYS = 512
"""What the number of a post leaves room for."""
GOOD_LEAST, GOOD = 0.1, 0.8
"""A post is a good one with the probability .1 + .8 times how content somebody is."""
BRANDS_MOST, FRIENDS_MOST = 3, 3
SHOP_HANDLE = "@shop"


def posts(world: World, everybody: DataFrame) -> DataFrame:
    """Posts and likes, key `number`: `kind`, `handle`, `at_ms`, what it is about (`category`, `rank`), and the `text` of a post.

    On each day somebody writes one with the probability `posts_a_day` and likes one thing with `likes_a_day`; half as often
    in the two weeks before they are lost, as they come half as often.
    """
    person = F.col("person")
    rows = _writers(world, everybody)
    lost = F.coalesce(F.col("churn_day"), F.lit(world.days))
    rows = rows.select("*", F.explode(F.sequence(F.col("first_day"), lost - 1)).alias("day"))
    rows = rows.select("*", F.explode(F.array(F.lit("post"), F.lit("like"))).alias("kind"))
    rows = rows.withColumns({"number": (person * DAYS + F.col("day")) * 2 + F.when(F.col("kind") == "like", 1).otherwise(0)})
    wanted = F.when(F.col("kind") == "post", world.setting.posts_a_day).otherwise(world.setting.likes_a_day)
    fades = F.coalesce(F.col("day") >= people.fades_from(F.col("churn_day")), F.lit(False))
    rows = rows.where(_draw(world, "writes") < wanted * F.when(fades, FADING).otherwise(1.0))
    rows = rows.withColumns(
        {
            "at_ms": _moment(world),
            "category": tastes.liked(F.col("tastes"), _draw(world, "category")),
            "rank": chance.zipf(_draw(world, "item"), tastes.ITEMS),
            "is_good": _draw(world, "mood") < F.col("content") * GOOD + GOOD_LEAST,
        }
    )
    return rows.withColumns({"text": F.when(F.col("kind") == "post", _text(world))})


def records(world: World, everybody: DataFrame) -> DataFrame:
    """Posts and likes as they are delivered: `line` (JSON) and `delivered`, the day."""
    rows = dirt.delivered(world, posts(world, everybody), "social")
    line = F.to_json(_record(world))
    return rows.select(dirt.soiled(world, line, "social", "reach").alias("line"), "delivered")


def follows(world: World, everybody: DataFrame) -> DataFrame:
    """Whom people follow from their first day on: a `line` of JSON a person, with an array of handles, and `delivered`.

    Brands are followed by taste, friends are neighbours of the block who write there, too. The time is epoch milliseconds.
    """
    person = F.col("person")
    rows = _writers(world, everybody)
    brands = F.array(*[_brand(world, place) for place in range(BRANDS_MOST)])
    friends = F.array(*[_friend(world, place) for place in range(FRIENDS_MOST)])
    count = 1 + F.floor(chance.uniform(world.seed, "follows.brands", person) * BRANDS_MOST)
    followed = F.array_distinct(
        F.concat(F.slice(brands, F.lit(1), count.cast("int")), F.filter(friends, lambda each: each["handle"].isNotNull()))
    )
    at = F.lit(world.begin) + F.floor((F.col("first_day") + chance.uniform(world.seed, "follows.at", person)) * 86_400_000)
    record = F.struct("handle", F.col("at_ms").alias("at"), F.col("followed").alias("follows"))
    rows = rows.withColumns({"at_ms": at, "followed": followed})
    return rows.select(
        F.to_json(record).alias("line"), F.date_format(F.timestamp_millis("at_ms"), "yyyy-MM-dd").alias("delivered")
    )


def record_id(world: World) -> Column:
    """The id of a post or like, 16 hex digits, each another's."""
    return devices.hexadecimal(chance.bits(world.seed, "social.id", "number"))


def _writers(world: World, everybody: DataFrame) -> DataFrame:
    person = F.col("person")
    rows = everybody.where(~F.col("is_robot") & accounts.has_handle(world, person))
    return rows.withColumns({"handle": accounts.handle(world, person)})


def _record(world: World) -> Column:
    is_post = F.col("kind") == "post"
    item = F.col("category").cast("bigint") * tastes.ITEMS + F.col("rank")
    shelf = chance.pick([each.english for each in CATEGORIES], F.col("category"))
    hashtags = F.array(F.concat(F.lit("#"), shelf), F.concat(F.lit("#"), _word()))
    reach = F.floor(chance.exponential(_draw(world, "reach"), 40.0)) + F.when(dirt.is_other_content(), 1000).otherwise(0)
    return F.struct(
        dirt.unless("no_id", record_id(world)).alias("id"),
        F.col("kind").alias("kind"),
        F.struct(
            dirt.unless("no_subject", F.col("handle")).alias("handle"),
            F.when(F.col("writes_chinese"), "zh").otherwise("en").alias("language"),
        ).alias("author"),
        _local_time().alias("created"),
        dirt.instant("received_ms").alias("collected_at"),
        F.col("text").alias("text"),
        F.when(is_post, hashtags).alias("hashtags"),
        F.when(is_post, F.array(F.lit(SHOP_HANDLE))).alias("mentions"),
        F.when(~is_post, F.struct(F.lit("product").alias("type"), tastes.sku(item).alias("sku"))).alias("target"),
        dirt.unless("text_for_number", reach).alias("reach"),
    )


def _word() -> Column:
    place = F.col("category") * 8 + F.col("rank") % 8
    english = [word for each in CATEGORIES for word in each.words]
    chinese = [word for each in CATEGORIES for word in each.chinese_words]
    return F.when(F.col("writes_chinese"), chance.pick(chinese, place)).otherwise(chance.pick(english, place))


def _text(world: World) -> Column:
    noun = chance.pick([each.english for each in CATEGORIES], F.col("category"))
    chinese_noun = chance.pick([each.chinese for each in CATEGORIES], F.col("category"))
    opening, ending = _draw(world, "opening"), _draw(world, "ending")
    mood = F.when(F.col("is_good"), chance.pick_any(vocabulary.GOOD, ending)).otherwise(chance.pick_any(vocabulary.BAD, ending))
    english = F.concat_ws(" ", chance.pick_any(vocabulary.OPENINGS, opening), _word(), F.concat(noun, F.lit(",")), mood)
    good, bad = (chance.pick_any(words, ending) for words in (vocabulary.CHINESE_GOOD, vocabulary.CHINESE_BAD))
    begin = F.concat(chance.pick_any(vocabulary.CHINESE_OPENINGS, opening), _word(), chinese_noun)
    chinese = F.concat(begin, F.lit("，"), F.when(F.col("is_good"), good).otherwise(bad), F.lit("。"))
    return F.when(F.col("writes_chinese"), chinese).otherwise(english)


def _moment(world: World) -> Column:
    """When in its day something is written: by the rhythm of the place, milliseconds since 1970."""
    hour = chance.category(_draw(world, "part"), RHYTHM) + _draw(world, "within")
    return F.lit(world.begin) + F.col("day") * 86_400_000 - _ahead() + F.floor(hour * (PART_HOURS * 3_600_000))


def _ahead() -> Column:
    hours = F.array(*[F.lit(int(each.hours * 3_600_000)).cast("bigint") for each in PLACES])
    return F.get(hours, F.col("place"))


def _local_time() -> Column:
    """The wall clock of the place with its offset: 2026-01-05T21:14:15+08:00."""
    offsets = [f"{'-' if each.hours < 0 else '+'}{abs(int(each.hours)):02}:00" for each in PLACES]
    local = F.date_format(F.timestamp_millis(F.col("shown_ms") + _ahead()), "yyyy-MM-dd'T'HH:mm:ss")
    return F.concat(local, chance.pick(offsets, F.col("place")))


def _brand(world: World, place: int) -> Column:
    drawn = tastes.liked(F.col("tastes"), chance.uniform(world.seed, f"follows.brand.{place}", "person"))
    shelf = chance.pick([each.english for each in CATEGORIES], drawn)
    return F.struct(F.concat(F.lit(f"{SHOP_HANDLE}_"), shelf).alias("handle"), F.lit("brand").alias("kind"))


def _friend(world: World, place: int) -> Column:
    person = F.col("person")
    is_friend = chance.uniform(world.seed, f"follows.friend.{place}", person) < 0.5
    friend = F.when(is_friend, accounts.handle(world, people.neighbour(person, 4 + place)))
    return F.struct(friend.alias("handle"), F.lit("person").alias("kind"))


def _draw(world: World, name: str) -> Column:
    return chance.uniform(world.seed, f"social.{name}", "number")
