"""Letters by e-mail: who may be sent one, whom the coin chose, and what that does to each of them, exactly.

For a week somebody who was sent one comes a quarter more often (`LETTER_VISITS`), and each of their visits is worth 1 + `effect`
times the orders. The other half is the control: nothing changes for them, and no file says who they are.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import accounts, chance, people
from dmp_spark.simulate.storefront.world import FADING, LETTER_VISITS, Campaign, World

SENT_HOUR = 9
"""Letters leave from nine to ten, UTC."""


def may_be_sent(world: World, person: Column, campaign: Campaign) -> Column:
    """Whether somebody may be sent a letter on its day: registered, and e-mail is granted."""
    day = F.lit(campaign.day)
    is_granted = people.consent(world, person, "email", day) == "granted"
    return ~people.is_robot(world, person) & (people.registered_day(world, person) <= day) & is_granted


def is_chosen(world: World, person: Column, campaign: Campaign) -> Column:
    """Whether the coin of somebody fell on the side of being sent the letter."""
    return chance.uniform(world.seed, f"letters.{campaign.number}", person) < 0.5


def about(world: World, day: Column) -> Column:
    """Which letter has its effect on a day, for who has been sent it (`sent_0`, `sent_1`, …): its number, null where none has."""
    letter = F.when(F.lit(False), F.lit(0))
    for each in world.campaigns:
        letter = letter.when(F.col(f"sent_{each.number}") & (day >= each.day) & (day < each.end), each.number)
    return letter


def sent(world: World, person: Column) -> list[Column]:
    """A boolean column a letter, `sent_<number>`: whether somebody was sent it."""
    return [
        (may_be_sent(world, person, each) & is_chosen(world, person, each)).alias(f"sent_{each.number}")
        for each in world.campaigns
    ]


def treatments(world: World, everybody: DataFrame) -> DataFrame:
    """The truth of letters: a row a campaign and person who might be sent it (key), sent it or not.

    `orders_without` and `orders_with` are the mean orders of that person in the letter's week, given the day on which they are
    lost: the difference is the effect of the letter on this person. `sent_at` is when it was, or would have been, sent.
    """
    person = F.col("person")
    each = F.explode(F.array(*[_letter(world, person, campaign) for campaign in world.campaigns]))
    rows = everybody.where(~F.col("is_robot")).select("*", each.alias("letter")).select("*", "letter.*")
    lost = F.coalesce(F.col("churn_day"), F.lit(world.days))
    end = F.least(F.col("until_day"), lost)
    here = F.greatest(end - F.col("sent_day"), F.lit(0))
    fades_from = F.coalesce(people.fades_from(F.col("churn_day")), F.lit(world.days))
    fading = F.greatest(end - F.greatest(F.col("sent_day"), fades_from), F.lit(0))
    orders = F.col("visits_a_day") * (here - fading * (1 - FADING)) * F.col("orders_a_visit")
    return rows.where("may_be_sent").select(
        "campaign",
        "person",
        "is_sent",
        "sent_at",
        F.timestamp_millis(F.lit(world.begin) + F.col("until_day").cast("bigint") * 86_400_000).alias("until"),
        "effect",
        orders.alias("orders_without"),
        (orders * LETTER_VISITS * (F.col("effect") + 1)).alias("orders_with"),
    )


def messages(world: World, everybody: DataFrame) -> DataFrame:
    """The letters that were sent, a row each: campaign, customer, e-mail, `sent_at` (with offset), and `delivered`, the day."""
    rows = treatments(world, everybody).where("is_sent")
    person = F.col("person")
    return rows.select(
        "campaign",
        accounts.customer(person, 0).alias("customer"),
        accounts.email(world, person, 0).alias("email"),
        F.date_format("sent_at", "yyyy-MM-dd'T'HH:mm:ss'+00:00'").alias("sent_at"),
        F.date_format("sent_at", "yyyy-MM-dd").alias("delivered"),
    )


def _letter(world: World, person: Column, campaign: Campaign) -> Column:
    second = F.floor(chance.uniform(world.seed, f"letters.{campaign.number}.second", person) * 3600)
    begin = world.begin + campaign.day * 86_400_000 + SENT_HOUR * 3_600_000
    return F.struct(
        F.lit(campaign.name).alias("campaign"),
        F.lit(campaign.day).alias("sent_day"),
        F.lit(campaign.end).alias("until_day"),
        may_be_sent(world, person, campaign).alias("may_be_sent"),
        is_chosen(world, person, campaign).alias("is_sent"),
        F.timestamp_millis(F.lit(begin) + second * 1000).alias("sent_at"),
    )
