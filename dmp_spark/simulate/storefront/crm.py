"""The CRM, which delivers itself whole each month, and the catalogue."""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import accounts, chance, people, tastes
from dmp_spark.simulate.storefront.agents import PLACES
from dmp_spark.simulate.storefront.vocabulary import CATEGORIES
from dmp_spark.simulate.storefront.world import BEGIN, World

GIVES_HANDLE = 0.5
BRANDS = ("Alder", "Brook", "Cedar", "Dune", "Elm", "Fjord", "Grove", "Heath")


def registered(world: World, everybody: DataFrame) -> DataFrame:
    """Every account, key `customer`: whose (`person`), the first or the second (`account`), since which day, right and as typed.

    `first_name`, `last_name`, `email` are right; `…_typed` is what stands in the CRM for good.
    """
    person = F.col("person")
    both = F.when(accounts.is_doubled(world, person), F.array(F.lit(0), F.lit(1))).otherwise(F.array(F.lit(0)))
    rows = everybody.where(~F.col("is_robot")).select("*", F.explode(both).alias("account"))
    account = F.col("account")
    day = F.when(account == 0, F.col("registered_day")).otherwise(accounts.doubled_day(world, person))
    rows = rows.withColumns(
        {
            "customer": accounts.customer(person, account),
            "account_number": person * 2 + account,
            "since_day": day,
            "first_name": accounts.name(world, person, "first"),
            "last_name": accounts.name(world, person, "last"),
            "email": accounts.email(world, person, account),
        }
    )
    typed = {f"{each}_typed": _typed(world, each, F.col(each)) for each in ("first_name", "last_name", "email")}
    return rows.withColumns(typed)


def numbers(world: World, everybody: DataFrame) -> DataFrame:
    """Every account as it stood at each copy (`copy_day`) by which it was there, with `phone`, right and `phone_typed`."""
    each = F.explode(F.array(*[F.lit(day) for day in world.copies]))
    rows = registered(world, everybody).select("*", each.alias("copy_day")).where(F.col("since_day") <= F.col("copy_day"))
    rows = rows.withColumns({"phone": accounts.phone(world, F.col("person"), F.col("copy_day"))})
    return rows.withColumns({"phone_typed": _typed(world, "phone", F.col("phone"), skip=5)})


def copies(world: World, everybody: DataFrame) -> DataFrame:
    """The CRM as it is delivered: a row an account and month (`delivered`, the day of the copy), as the CRM knew it then."""
    rows = numbers(world, everybody)
    person, day = F.col("person"), F.col("copy_day")
    changed = people.consent_day(world, person)
    since = F.when(changed.isNotNull() & (day >= changed), changed).otherwise(F.col("since_day"))
    email, ads = (people.consent(world, person, kind, day) for kind in ("email", "ads"))
    has_given = chance.uniform(world.seed, "crm.handle", F.col("account_number")) < GIVES_HANDLE
    return rows.select(
        "customer",
        F.col("first_name_typed").alias("first_name"),
        F.col("last_name_typed").alias("last_name"),
        F.col("email_typed").alias("email"),
        _written(world, F.col("phone_typed")).alias("phone"),
        F.when(has_given & (F.col("account") == 0), accounts.handle(world, person)).alias("handle"),
        chance.pick([each.city for each in PLACES], F.col("place")).alias("city"),
        chance.pick([each.country for each in PLACES], F.col("place")).alias("country"),
        F.when(F.col("writes_chinese"), "zh").otherwise("en").alias("language"),
        (F.floor(chance.uniform(world.seed, "crm.born", person) * 55) + 1950).alias("birth_year"),
        _date(F.col("since_day")).alias("registered_on"),
        email.alias("email_consent"),
        F.when(email != "unknown", _noon(since)).alias("email_consent_at"),
        ads.alias("ads_consent"),
        F.when(ads != "unknown", _noon(F.col("since_day"))).alias("ads_consent_at"),
        F.concat(_date(day), F.lit("T03:00:00+00:00")).alias("copied_at"),
        _date(day).alias("delivered"),
    )


def catalogue(spark: SparkSession, world: World) -> DataFrame:
    """All that is sold, key `sku`: category, titles in both languages, brand, price in dollars, since when."""
    rows = spark.range(len(CATEGORIES) * tastes.ITEMS).select(F.col("id").alias("item"))
    item = F.col("item")
    category, rank = tastes.category_of(item), tastes.rank_of(item)
    place = category * 8 + rank % 8
    words = chance.pick([word for each in CATEGORIES for word in each.words], place)
    chinese = chance.pick([word for each in CATEGORIES for word in each.chinese_words], place)
    noun = chance.pick([each.english for each in CATEGORIES], category)
    brand = chance.pick_any(BRANDS, chance.uniform(world.seed, "catalogue.brand", item))
    return rows.select(
        tastes.sku(item).alias("sku"),
        noun.alias("category"),
        F.concat_ws(" ", brand, words, noun).alias("title"),
        F.concat(chinese, chance.pick([each.chinese for each in CATEGORIES], category)).alias("title_zh"),
        brand.alias("brand"),
        (tastes.cents(item) / 100).cast("decimal(10,2)").alias("price"),
        F.to_date(F.lit(BEGIN.isoformat())).alias("listed_on"),
        F.lit(BEGIN.isoformat()).alias("delivered"),
    )


def _typed(world: World, field: str, text: Column, skip: int = 0) -> Column:
    return accounts.mistyped(world, text, f"crm.{field}", F.col("account_number"), skip)


def _written(world: World, number: Column) -> Column:
    """A number as people write it, in one of four ways: +12125550123, (212) 555-0123, 212-555-0123, +1 212 555 0123."""
    way = F.floor(chance.uniform(world.seed, "crm.way", F.col("account_number")) * 4)
    area, middle, end = F.substring(number, 3, 3), F.substring(number, 6, 3), F.substring(number, 9, 9)
    written = F.when(way == 1, F.concat(F.lit("("), area, F.lit(") "), middle, F.lit("-"), end))
    written = written.when(way == 2, F.concat_ws("-", area, middle, end)).when(
        way == 3, F.concat_ws(" ", F.lit("+1"), area, middle, end)
    )
    return F.when(number.startswith("+1"), written.otherwise(number)).otherwise(number)


def _date(day: Column) -> Column:
    return F.date_format(F.date_add(F.lit(BEGIN), day.cast("int")), "yyyy-MM-dd")


def _noon(day: Column) -> Column:
    return F.concat(_date(day), F.lit("T12:00:00+00:00"))
