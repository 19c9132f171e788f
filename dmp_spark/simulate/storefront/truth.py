"""The truth beside the data: who is behind what, and what happened to each record. No source of a project reads it."""

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import accounts, chance, crm, devices, dirt, orders, people, social, weblogs
from dmp_spark.simulate.storefront.agents import PLACES
from dmp_spark.simulate.storefront.world import World


def persons(world: World, everybody: DataFrame) -> DataFrame:
    """People and robots, key `person`: first account, place, tastes, how often they come, when they are lost, what letters do.

    `tastes` are in the order of the catalogue's categories; `orders_a_visit` is the mean without a letter, `effect` what one adds
    to its factor; `churned_at` is null of who is not lost within the period, and `handle` and `phone` of who has none at its
    begin; `email_consent` is what they said first.
    """
    person = F.col("person")
    is_person = ~F.col("is_robot")
    return everybody.select(
        "person",
        "is_robot",
        F.when(F.col("is_robot"), _is_disguised(world)).alias("is_disguised"),
        F.when(is_person, accounts.customer(person, 0)).alias("customer"),
        F.when(is_person, accounts.handle(world, person)).alias("handle"),
        F.when(is_person, accounts.phone(world, person, F.lit(0))).alias("phone"),
        F.when(is_person, accounts.has_phone(world, person)).alias("has_phone"),
        F.when(is_person, accounts.is_doubled(world, person)).alias("is_doubled"),
        F.when(is_person, people.consent(world, person, "email", F.lit(-1_000))).alias("email_consent"),
        F.when(is_person, devices.count(world, person)).alias("devices"),
        *[
            chance.pick([str(getattr(each, name)) for each in PLACES], F.col("place")).alias(name)
            for name in ("city", "country", "zone")
        ],
        F.get(F.array(*[F.lit(each.known) for each in PLACES]), F.col("place")).alias("country_is_known_by_address"),
        F.when(F.col("writes_chinese"), "zh").otherwise("en").alias("language"),
        _midnight(world, F.col("registered_day")).alias("registered_at"),
        _midnight(world, F.col("churn_day")).alias("churned_at"),
        "content",
        "thrift",
        "tastes",
        "visits_a_day",
        "orders_a_visit",
        "effect",
    )


def known_accounts(world: World, everybody: DataFrame) -> DataFrame:
    """Every account, key `customer`: whose, and what was typed wrong in it."""
    rows = crm.registered(world, everybody)
    names = ("first_name", "last_name", "email")
    return rows.select(
        "customer",
        "person",
        "account",
        _midnight(world, F.col("since_day")).alias("registered_at"),
        *names,
        *[f"{name}_typed" for name in names],
    )


def known_orders(world: World, visits: DataFrame) -> DataFrame:
    """Every order, key `order_id`: visit, person, when, lines, cents, as whom, what was typed, and whether a letter caused it."""
    rows = orders.orders(world, visits)
    return rows.select(
        "order_id",
        "visit",
        "person",
        F.timestamp_millis("at_ms").alias("placed_at"),
        F.size("lines").alias("lines"),
        "cents",
        "customer",
        "email",
        "email_typed",
        "phone",
        "phone_typed",
        "channel",
        "letter",
        "is_caused",
    )


def identifiers(world: World, everybody: DataFrame, visits: DataFrame, ordered: DataFrame, accounted: DataFrame) -> DataFrame:
    """Every identifier and who is behind it: `namespace`, `value`, `person` (key together), from when until when.

    Of cookies the times are the first and last event, of what was mistyped (`typo_of` is the right value then) the first and last
    time that it was seen, of the others those between which they were somebody's; null: for ever. `is_recycled` numbers have two
    people, one after the other; `is_shared` cookies are of a computer that several people use, whether or not more than one came.
    """
    parts = [
        _cookies(world, visits),
        _numbers(world, everybody),
        _identifier(accounted, "customer", F.col("customer"), valid_from=F.col("registered_at")),
        _identifier(accounted, "email", F.col("email"), valid_from=F.col("registered_at")),
        _handles(world, everybody),
        _mistyped(ordered, accounted.withColumns({"at": F.col("registered_at")}), "email"),
        _mistyped(ordered, _numbers_mistyped(world, everybody), "phone"),
    ]
    return reduce(DataFrame.unionByName, parts)


def events(world: World, everybody: DataFrame, visits: DataFrame) -> DataFrame:
    """Every record as it was delivered, key `source, event_id, copy`: whose, of which visit, when, and what is wrong with it.

    `dirt` is null where nothing is; `event_id` is the true one also where the record lacks it; the second `copy` of what was
    delivered twice is the duplicate; `late_seconds` is from `happened_at` to the delivery.
    """
    logged = dirt.delivered(world, weblogs.events(world, visits), "weblogs")
    ordered = dirt.delivered(world, orders.orders(world, visits), "orders")
    posted = dirt.delivered(world, social.posts(world, everybody), "social")
    return reduce(
        DataFrame.unionByName,
        [
            _record(logged, "weblogs", weblogs.event_id(world), weblogs.event_type(), F.col("visit")),
            _record(ordered, "orders", F.col("order_id"), F.lit("order"), F.col("visit")),
            _record(posted, "social", social.record_id(world), F.col("kind"), F.lit(None).cast("bigint")),
        ],
    )


def _record(rows: DataFrame, source: str, event_id: Column, event_type: Column, visit: Column) -> DataFrame:
    return rows.select(
        F.lit(source).alias("source"),
        event_id.alias("event_id"),
        "copy",
        "person",
        visit.alias("visit"),
        event_type.alias("event_type"),
        F.timestamp_millis("at_ms").alias("happened_at"),
        F.timestamp_millis("received_ms").alias("received_at"),
        "delivered",
        "dirt",
        (F.col("copy") == 1).alias("is_duplicate"),
        "late_seconds",
    )


def _identifier(rows: DataFrame, namespace: str, value: Column, **others: Column) -> DataFrame:
    """The columns of `identifiers`; what is not given is null, or false."""
    never = F.lit(None).cast("timestamp")
    given = {
        "valid_from": never,
        "valid_until": never,
        "is_shared": F.lit(False),
        "is_recycled": F.lit(False),
        "never_logs_in": F.lit(None).cast("boolean"),
        "typo_of": F.lit(None).cast("string"),
        **others,
    }
    columns = [column.alias(name) for name, column in given.items()]
    return rows.select(F.lit(namespace).alias("namespace"), value.alias("value"), "person", *columns)


def _cookies(world: World, visits: DataFrame) -> DataFrame:
    rows = visits.where(~F.col("is_robot")).groupBy("cookie", "cookie_number", "device", "person")
    seen = rows.agg(F.min("started_at").alias("first"), F.max("ended_at").alias("last"))
    owner = F.floor(F.col("device") / 4)
    is_computer = F.pmod(F.col("device"), F.lit(4)) == 1
    return _identifier(
        seen,
        "cookie",
        F.col("cookie"),
        valid_from=F.col("first"),
        valid_until=F.col("last"),
        is_shared=is_computer & (devices.shared_by(world, owner) > 1),
        never_logs_in=devices.never_logs_in(world, F.col("cookie_number")),
    )


def _numbers(world: World, everybody: DataFrame) -> DataFrame:
    """Telephone numbers: a person's own, until it is given up or another one comes, and one that comes from somebody else."""
    person = F.col("person")
    before = accounts.predecessor(world, person)
    rows = everybody.where(~F.col("is_robot"))
    comes = F.when(accounts.is_recycled(world, before), accounts.got_day(world, before))
    goes = F.when(accounts.is_recycled(world, person), accounts.given_up_day(world, person))
    own = _identifier(
        rows.where(accounts.has_phone(world, person)),
        "phone",
        accounts.number(person),
        valid_until=_midnight(world, F.least(comes, goes)),
        is_recycled=accounts.is_recycled(world, person),
    )
    got = _identifier(
        rows.where(accounts.is_recycled(world, before)),
        "phone",
        accounts.number(before),
        valid_from=_midnight(world, comes),
        is_recycled=F.lit(True),
    )
    return own.unionByName(got)


def _handles(world: World, everybody: DataFrame) -> DataFrame:
    rows = everybody.where(~F.col("is_robot") & accounts.has_handle(world, F.col("person")))
    return _identifier(rows, "handle", accounts.handle(world, F.col("person")))


def _numbers_mistyped(world: World, everybody: DataFrame) -> DataFrame:
    # asked of the draw and not of the texts, whose whole making would stand in the filter
    rows = crm.numbers(world, everybody).where(accounts.is_mistyped(world, "crm.phone", F.col("account_number")))
    return rows.withColumns({"at": _midnight(world, F.col("copy_day"))})


def _mistyped(ordered: DataFrame, told: DataFrame, name: str) -> DataFrame:
    """What was typed wrong in orders and in the CRM: a row a wrong value and person, from the first time to the last."""
    both = [
        rows.select("person", name, f"{name}_typed", "at") for rows in (ordered.withColumns({"at": F.col("placed_at")}), told)
    ]
    rows = both[0].unionByName(both[1]).groupBy(f"{name}_typed", name, "person")
    times = rows.agg(F.min("at").alias("first"), F.max("at").alias("last"))
    return _identifier(
        times.where(F.col(name) != F.col(f"{name}_typed")),
        name,
        F.col(f"{name}_typed"),
        valid_from=F.col("first"),
        valid_until=F.col("last"),
        typo_of=F.col(name),
    )


def _is_disguised(world: World) -> Column:
    return devices.is_disguised(world, F.col("person") * 4)


def _midnight(world: World, day: Column) -> Column:
    """The midnight in UTC that begins a day of the period; null of no day."""
    return F.timestamp_millis(F.lit(world.begin) + day.cast("bigint") * 86_400_000)
