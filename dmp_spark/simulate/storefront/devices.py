"""Devices, who uses them when, their cookies, agents and addresses: functions of numbers, and the table of all devices.

Device d belongs to person d div 4: a phone (d mod 4 = 0), perhaps a computer at home (1), perhaps a tablet (2). Only computers
are shared, with the next neighbours of the block; each part of a day such a computer belongs to one of them, drawn anew, so two
people are never on one cookie at once and their visits never come closer than two visits of one person would.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import chance, people
from dmp_spark.simulate.storefront.agents import AGENTS, COMPUTERS, CRAWLERS, PHONES, PLACES, TABLETS
from dmp_spark.simulate.storefront.world import World

COUNTS = (0.55, 0.33, 0.12)
"""How many people have one, two, three devices."""
CHOICES = (0.55, 0.35, 0.10)
"""How often somebody who has all three takes the phone, the computer, the tablet."""
BORROWS = 0.35
"""How often somebody to whom a neighbour's computer belongs just then takes it."""
KINDS = ("phone", "computer", "tablet")
KEPT_DAYS = (10, 40)
"""A cookie that is renewed lives for so many days, a device's always for equally many."""


def devices(world: World, everybody: DataFrame) -> DataFrame:
    """All devices of people, key `device`: the owner (`person`), what it is, its agent, and how many use it (`shared_by`)."""
    place = F.explode(F.sequence(F.lit(0), count(world, F.col("person")) - 1))
    rows = everybody.where(~F.col("is_robot")).select("person", place.alias("place"))
    rows = rows.select("person", "place", (F.col("person") * 4 + F.col("place")).alias("device"))
    rows = rows.select("person", "place", "device", agent(world, F.col("device")).alias("agent"))
    return rows.select(
        "device",
        "person",
        chance.pick(KINDS, F.col("place")).alias("kind"),
        chance.pick([each.text for each in AGENTS], F.col("agent")).alias("agent"),
        chance.pick([each.browser for each in AGENTS], F.col("agent")).alias("browser"),
        chance.pick([each.system for each in AGENTS], F.col("agent")).alias("system"),
        F.when(F.col("place") == 1, shared_by(world, F.col("person"))).otherwise(1).alias("shared_by"),
    )


def count(world: World, person: Column) -> Column:
    """How many devices somebody has, an int from 1 to 3."""
    return chance.category(chance.uniform(world.seed, "devices.count", person), COUNTS) + 1


def computers_shared(world: World) -> float:
    """The share of computers that makes the wanted share of all devices."""
    mean = sum((place + 1) * share for place, share in enumerate(COUNTS))
    return world.setting.devices_shared * mean / sum(COUNTS[1:])


def shared_by(world: World, owner: Column) -> Column:
    """How many people use the computer of an owner, an int from 1 to 4 (whether there is one, `count` says)."""
    share = computers_shared(world)
    drawn = chance.uniform(world.seed, "devices.shared", owner)
    return F.when(drawn < share, 2 + F.floor(drawn / share * 3)).otherwise(1).cast("int")


def has_turn(world: World, owner: Column, slot: Column) -> Column:
    """To whom the owner's computer belongs in a part of a day: 0 is the owner, 1 the next neighbour, and so on; a bigint."""
    return F.floor(chance.uniform(world.seed, "devices.turn", owner, slot) * shared_by(world, owner))


def used(world: World, person: Column, slot: Column, sitting: Column) -> Column:
    """The device of a sitting, a bigint: a neighbour's computer, one of their own, or the phone, which is never shared."""
    choice = chance.category(chance.uniform(world.seed, "devices.choice", sitting), CHOICES)
    borrows = chance.uniform(world.seed, "devices.borrows", sitting) < BORROWS
    own = count(world, person)
    device = F.when(F.lit(False), F.lit(0).cast("bigint"))
    for distance in (1, 2, 3):
        owner = people.neighbour(person, distance)
        is_mine = (shared_by(world, owner) > distance) & (has_turn(world, owner, slot) == distance)
        device = device.when(borrows & (count(world, owner) > 1) & is_mine, owner * 4 + 1)
    device = device.when((choice == 1) & (own > 1) & (has_turn(world, person, slot) == 0), person * 4 + 1)
    device = device.when((choice == 2) & (own > 2), person * 4 + 2)
    return F.when(people.is_robot(world, person), person * 4).otherwise(device.otherwise(person * 4))


def cookie(world: World, device: Column, day: Column) -> Column:
    """The number of the cookie that a device has on a day: device * 64 + how many it had before."""
    least, most = KEPT_DAYS
    kept = least + F.floor(chance.uniform(world.seed, "cookies.kept", device) * (most - least))
    begun = F.floor(chance.uniform(world.seed, "cookies.begun", device) * kept)
    is_renewed = chance.uniform(world.seed, "cookies.renewed", device) < world.setting.cookies_renewed
    return device * 64 + F.when(is_renewed, F.floor((day + begun) / kept)).otherwise(0)


def cookie_text(world: World, number: Column) -> Column:
    """The cookie as it stands in the logs: 32 hex digits."""
    return F.concat(
        hexadecimal(chance.bits(world.seed, "cookies.left", number)),
        hexadecimal(chance.bits(world.seed, "cookies.right", number)),
    )


def never_logs_in(world: World, number: Column) -> Column:
    """Whether nobody ever logs in on this cookie."""
    return chance.uniform(world.seed, "cookies.login", number) < world.setting.cookies_without_login


def agent(world: World, device: Column) -> Column:
    """With which of AGENTS a device comes, a bigint."""
    drawn = chance.uniform(world.seed, "devices.agent", device)
    begin, place = 0, F.pmod(device, F.lit(4))
    chosen = F.when(F.lit(False), F.lit(0).cast("bigint"))
    for number, group in enumerate((PHONES, COMPUTERS, TABLETS)):
        chosen = chosen.when(place == number, begin + chance.zipf(drawn, len(group)))
        begin += len(group)
    browser = len(PHONES) + chance.zipf(drawn, len(COMPUTERS))
    crawler = begin + F.floor(drawn * len(CRAWLERS))
    robot = F.when(is_disguised(world, device), browser).otherwise(crawler)
    return F.when(people.is_robot(world, F.floor(device / 4)), robot).otherwise(chosen)


def is_disguised(world: World, device: Column) -> Column:
    """Whether the robot of this device comes with the agent of a browser."""
    return chance.uniform(world.seed, "robots.disguised", device) < world.setting.bots_disguised


def address(world: World, place: Column, device: Column) -> Column:
    """The IP address of a device, as text: one of the network of its place, always the same."""
    drawn = chance.uniform(world.seed, "devices.address", device)
    first = F.get(F.array(*[F.lit(each.first).cast("bigint") for each in PLACES]), place)
    size = F.get(F.array(*[F.lit(each.addresses).cast("bigint") for each in PLACES]), place)
    number = first + F.floor(drawn * size)
    digits = [F.shiftright(number, shift).bitwiseAND(255).cast("string") for shift in (24, 16, 8, 0)]
    groups = F.lower(F.lpad(F.hex(number), 8, "0"))
    long = F.concat(F.lit("2001:db8:"), F.substring(groups, 1, 4), F.lit(":"), F.substring(groups, 5, 4), F.lit("::1"))
    return F.when(first == 0, long).otherwise(F.concat_ws(".", *digits))


def hexadecimal(number: Column) -> Column:
    """A bigint as 16 hex digits."""
    return F.lower(F.lpad(F.hex(number), 16, "0"))
