"""What is true, counted: each share of the truth beside the setting by which it was drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import dirt, people
from dmp_spark.simulate.storefront.world import World

SCHEMA = "name string, setting double, counted bigint, among bigint, of string"
SOURCES = ("weblogs", "orders", "social")


@dataclass(frozen=True)
class Line:
    """A share: its name, what the setting says (None: it says nothing), and how many were counted `among` how many `of`."""

    name: str
    setting: float | None
    counted: int
    among: int
    of: str

    @property
    def share(self) -> float:
        """The share that was counted; 0 among none."""
        return self.counted / self.among if self.among else 0.0


@dataclass(frozen=True)
class _Asked:
    """A share that one table can tell: of the rows where `among` holds, those where `counted` holds as well."""

    name: str
    setting: float | None
    of: str
    counted: Column
    among: Column | None = None


def lines(world: World, truth: Callable[[str], DataFrame]) -> tuple[Line, ...]:
    """All shares, counted in the tables of the truth, which `truth` reads by name. One action a frame, a bounded answer."""
    setting = world.setting
    is_person, is_first = ~F.col("is_robot"), F.col("copy") == 0
    visits = truth("visits")
    cookies = visits.where(is_person).groupBy("cookie").agg(F.max("logs_in").alias("logs_in"))
    is_last = F.col("last_page") == F.col("sitting_pages") - 1
    asked_pages = F.col("sitting_pages") - F.when(F.col("has_order"), 2).otherwise(0)
    return (
        *_told(truth("devices"), [_Asked("shared by 2 to 4 people", setting.devices_shared, "devices", F.col("shared_by") > 1)]),
        *_told(
            truth("identifiers").where("namespace = 'phone' and typo_of is null and valid_from is null"),
            [_Asked("recycled", setting.phones_recycled, "telephone numbers", F.col("is_recycled"))],
        ),
        *_told(cookies, [_Asked("nobody ever logs in", setting.cookies_without_login, "cookies", ~F.col("logs_in"))]),
        *_typed(truth("accounts"), truth("orders"), setting.typos),
        *_told(truth("people"), _of_people(world)),
        *_told(
            visits.where(is_person),
            [
                _Asked(
                    "cut by another campaign",
                    setting.visits_cut,
                    "sittings of two pages or more that a campaign brought",
                    F.col("cut_page").isNotNull(),
                    (F.col("first_page") == 0) & (asked_pages > 1) & F.col("campaign").isNotNull(),
                ),
                _Asked("end in an order", None, "visits of people", F.col("has_order") & is_last),
            ],
        ),
        *_told(truth("treatments"), [_Asked("sent", 0.5, "people who may be sent a letter", F.col("is_sent"))]),
        *_told(
            truth("events"),
            [
                _Asked(kind, share, f"records of {source}", F.col("dirt") == kind, is_first & (F.col("source") == source))
                for source in SOURCES
                for kind, share in dirt.shares(world, source).items()
            ],
        ),
    )


def table(spark: SparkSession, found: Sequence[Line]) -> DataFrame:
    """The lines as a frame, key `name, of`."""
    return spark.createDataFrame([(each.name, each.setting, each.counted, each.among, each.of) for each in found], SCHEMA)


def _of_people(world: World) -> list[_Asked]:
    setting = world.setting
    is_person, begin = ~F.col("is_robot"), F.timestamp_millis(F.lit(world.begin))
    granted, denied = people.EMAIL_CONSENT[:2]
    return [
        _Asked("new within the period", setting.new_people, "people", F.col("registered_at") >= begin, is_person),
        _Asked("registered twice", setting.accounts_doubled, "people", F.col("is_doubled"), is_person),
        _Asked("lost within the period", None, "people", F.col("churned_at").isNotNull(), is_person),
        _Asked("on the social network", setting.handles, "people", F.col("handle").isNotNull(), is_person),
        _Asked("with a number of their own", setting.phones, "people", F.col("has_phone"), is_person),
        _Asked("e-mail granted at first", granted, "people", F.col("email_consent") == "granted", is_person),
        _Asked("e-mail denied at first", denied, "people", F.col("email_consent") == "denied", is_person),
        _Asked("with the agent of a browser", setting.bots_disguised, "robots", F.col("is_disguised"), F.col("is_robot")),
    ]


def _typed(accounts: DataFrame, orders: DataFrame, share: float) -> tuple[Line, ...]:
    """Names and e-mail addresses of accounts, addresses and numbers of orders: those that differ from the right ones."""
    fields = ((accounts, ("first_name", "last_name", "email")), (orders, ("email", "phone")))
    found = [
        line
        for rows, names in fields
        for line in _told(
            rows,
            [_Asked(name, share, "texts", F.col(name) != F.col(f"{name}_typed"), F.col(name).isNotNull()) for name in names],
        )
    ]
    return (
        Line(
            "mistyped", share, sum(each.counted for each in found), sum(each.among for each in found), "names, addresses, numbers"
        ),
    )


def _told(rows: DataFrame, asked: Sequence[_Asked]) -> tuple[Line, ...]:
    columns = []
    for place, each in enumerate(asked):
        among = F.lit(True) if each.among is None else each.among
        columns += [F.count_if(among & each.counted).alias(f"counted_{place}"), F.count_if(among).alias(f"among_{place}")]
    found = rows.agg(*columns).head()
    if found is None:
        return ()
    return tuple(
        Line(each.name, each.setting, int(found[f"counted_{place}"]), int(found[f"among_{place}"]), each.of)
        for place, each in enumerate(asked)
    )
