"""Who is behind which identifier: accounts, e-mail addresses, telephone numbers and handles, right and mistyped.

Addresses are at example.com, .org and .net (RFC 2606). Telephone numbers are those that North America keeps for fiction
(555-0100 to 555-0199 of each area code); after 30,000 of them come numbers of country code 999, which nobody has.
"""

from collections.abc import Callable

from pyspark.sql import Column
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import chance, people
from dmp_spark.simulate.storefront.vocabulary import CHINESE_FIRST_NAMES, CHINESE_LAST_NAMES, FIRST_NAMES, HANDLES, LAST_NAMES
from dmp_spark.simulate.storefront.world import World

_AREAS = (
    "201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 253 254 "
    "256 260 262 267 269 270 272 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 325 "
    "330 331 334 336 337 339 346 347 351 352 360 361 385 386 401 402 404 405 406 407 408 409 410 412 413 414 415 417 419 423 "
    "424 425 430 432 434 435 440 442 443 458 469 470 475 478 479 480 484 501 502 503 504 505 507 508 509 510 512 513 515 516 "
    "517 518 520 530 531 534 539 540 541 551 559 561 562 563 567 570 571 573 574 575 580 585 586 601 602 603 605 606 607 608 "
    "609 610 612 614 615 616 617 618 619 620 623 626 628 629 630 631 636 641 646 650 651 657 660 661 662 667 669 678 681 682 "
    "701 702 703 704 706 707 708 712 713 714 715 716 717 718 719 720 724 725 727 731 732 734 737 740 743 747 754 757 760 762 "
    "763 765 769 770 772 773 774 775 779 781 785 786 801 802 803 804 805 806 808 810 812 813 814 815 816 817 818 828 830 831 "
    "832 843 845 847 848 850 854 856 857 858 859 860 862 863 864 865 870 872 878 901 903 904 906 907 908 909 910 912 913 914 "
    "915 916 917 918 919 920 925 928 929 930 931 934 936 937 938 940 941 947 949 951 952 954 956 959 970 971 972 973 978 979"
)
AREAS = tuple(_AREAS.split())
DOMAINS = ("example.com", "example.org", "example.net")
PRIME = 2_147_483_647


_FACTORS = {"customer": 1_103_515_245, "email": 1_220_703_125, "handle": 1_631_815_099}
"""By what numbers are multiplied: one a namespace, else the digits of an address would name the customer behind it."""


def scrambled(number: Column, namespace: str) -> Column:
    """Another number for each number below two thousand million, no two the same: by `namespace`, a key of `_FACTORS`."""
    return F.pmod((number + 1) * _FACTORS[namespace], F.lit(PRIME))


def customer(person: Column, account: Column | int) -> Column:
    """The number of an account (0, or 1 where somebody registered twice), as text: C and ten digits."""
    return F.concat(F.lit("C"), F.lpad(scrambled(person * 2 + account, "customer").cast("string"), 10, "0"))


def is_doubled(world: World, person: Column) -> Column:
    """Whether somebody registered a second time."""
    return chance.uniform(world.seed, "accounts.doubled", person) < world.setting.accounts_doubled


def doubled_day(world: World, person: Column) -> Column:
    """The day of the second registration, a bigint: after the first, within the period."""
    first = F.greatest(people.registered_day(world, person), F.lit(0))
    return first + F.floor(chance.uniform(world.seed, "accounts.day", person) * (F.lit(world.days) - first))


def used(world: World, person: Column, day: Column, key: Column) -> Column:
    """With which of their accounts somebody comes on a day: 0, or 1 of who registered twice, for half of the `key`s; an int."""
    takes_second = chance.uniform(world.seed, "accounts.used", key) < 0.5
    return (is_doubled(world, person) & (day >= doubled_day(world, person)) & takes_second).cast("int")


def name(world: World, person: Column, part: str) -> Column:
    """Somebody's `first` or `last` name as it is written where they live."""
    return _name(world, person, part, lambda each: each.partition(":")[0])


def email(world: World, person: Column, account: Column | int) -> Column:
    """The address of an account: `anna.baker12345@example.com`, of a second one `abaker67890@example.net`; nobody else's."""
    first, last = (F.lower(_name(world, person, part, lambda each: each.partition(":")[2] or each)) for part in ("first", "last"))
    number = scrambled(person * 2 + account, "email").cast("string")
    domain = chance.pick_any(DOMAINS, chance.uniform(world.seed, "accounts.domain", person * 2 + account))
    second = F.concat(F.substring(first, 1, 1), last, number, F.lit("@"), domain)
    return F.when(F.lit(account) == 0, F.concat(first, F.lit("."), last, number, F.lit("@"), domain)).otherwise(second)


def handle(world: World, person: Column) -> Column:
    """The name under which somebody writes on the social network, as @paper_12345; null of who does not."""
    word = chance.pick_any(HANDLES, chance.uniform(world.seed, "handles.word", person))
    number = scrambled(person, "handle").cast("string")
    return F.when(has_handle(world, person), F.concat(F.lit("@"), word, F.lit("_"), number))


def has_handle(world: World, person: Column) -> Column:
    """Whether somebody writes on the social network."""
    return chance.uniform(world.seed, "handles.has", person) < world.setting.handles


def phone(world: World, person: Column, day: Column) -> Column:
    """Somebody's telephone number on a day, as +12125550123; null of who has none then."""
    before = predecessor(world, person)
    got = is_recycled(world, before) & (day >= got_day(world, before))
    gone = is_recycled(world, person) & (day >= given_up_day(world, person))
    return F.when(got, number(before)).when(has_phone(world, person) & ~gone, number(person))


def has_phone(world: World, person: Column) -> Column:
    """Whether somebody has a number of their own at the beginning."""
    return chance.uniform(world.seed, "phones.has", person) < world.setting.phones


def is_recycled(world: World, person: Column) -> Column:
    """Whether somebody's own number is given up within the period and goes to another person."""
    return has_phone(world, person) & (chance.uniform(world.seed, "phones.recycled", person) < world.setting.phones_recycled)


def given_up_day(world: World, person: Column) -> Column:
    """The day from which a recycled number is no longer its first owner's, a bigint."""
    return F.floor((chance.uniform(world.seed, "phones.given_up", person) * 0.2 + 0.3) * world.days)


def got_day(world: World, person: Column) -> Column:
    """The day from which the recycled number of `person` is its second owner's, a bigint."""
    return given_up_day(world, person) + 1 + F.floor(chance.uniform(world.seed, "phones.got", person) * 0.2 * world.days)


def predecessor(world: World, person: Column) -> Column:
    """Whose number comes to somebody, if it is recycled: half the world away. The successor is found by the same step."""
    return F.pmod(person + world.people // 2, F.lit(world.people))


def number(person: Column) -> Column:
    """The telephone number that is somebody's own."""
    line = F.lpad(F.pmod(person, F.lit(100)).cast("string"), 2, "0")
    fiction = F.concat(F.lit("+1"), chance.pick(AREAS, F.floor(person / 100)), F.lit("55501"), line)
    return F.when(person < len(AREAS) * 100, fiction).otherwise(F.concat(F.lit("+999"), F.lpad(person.cast("string"), 11, "0")))


def mistyped(world: World, text: Column, draw: str, key: Column, skip: int = 0) -> Column:
    """The text as somebody typed it: now and then (`typos`) one character of four stands twice or is left out; null stays null.

    The four begin after `skip` characters; of a text of one the only one stands twice. It is always another text than the right
    one, and nobody else's address or number: of an address the digits stay, a number has one digit too many or too few.
    """
    drawn, share = chance.uniform(world.seed, f"typos.{draw}", key), world.setting.typos
    length = F.length(text)
    place = (F.floor(drawn / share * F.least(F.lit(4), length - skip)) + 1 + skip).cast("int")
    is_twice = (chance.uniform(world.seed, f"typos.{draw}.twice", key) < 0.5) | (length == 1)
    before, after = F.substring(text, F.lit(1), place - 1), F.substring(text, place + 1, length)
    at = F.when(is_twice, F.repeat(F.substring(text, place, F.lit(1)), F.lit(2))).otherwise("")
    return F.when(is_mistyped(world, draw, key), F.concat(before, at, after)).otherwise(text)


def is_mistyped(world: World, draw: str, key: Column) -> Column:
    """Whether `mistyped` gives another text than the right one, if that is there."""
    return chance.uniform(world.seed, f"typos.{draw}", key) < world.setting.typos


def _name(world: World, person: Column, part: str, form: Callable[[str], str]) -> Column:
    english, chinese = (FIRST_NAMES, CHINESE_FIRST_NAMES) if part == "first" else (LAST_NAMES, CHINESE_LAST_NAMES)
    drawn = chance.uniform(world.seed, f"names.{part}", person)
    return F.when(people.writes_chinese(world, person), chance.pick_any([form(each) for each in chinese], drawn)).otherwise(
        chance.pick_any([form(each) for each in english], drawn)
    )
