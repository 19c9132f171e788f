"""A call made whole: a setting, a seed and a number of events, and what follows from them before any row is made. No pyspark."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from dmp_spark.errors import Problem, UserError
from dmp_spark.simulate.storefront.settings import SETTINGS, Setting

BEGIN = date(2026, 1, 5)  # a Monday
BLOCK = 16
"""People live in blocks of so many neighbours, who have one place, and among whom devices are shared."""
PARTS, PART_HOURS = 8, 3
"""A day has eight parts of three hours; a person begins at most one sitting in each."""
RHYTHM = (0.02, 0.01, 0.05, 0.14, 0.18, 0.18, 0.26, 0.16)
"""How the visits of a day spread over its parts, by the clock of the person's place."""
FADING_DAYS, FADING = 14, 0.5
"""In the last two weeks before somebody is lost, they come half as often."""
LETTER_DAYS, LETTER_VISITS = 7, 1.25
"""Who was sent a letter comes a quarter more often for a week."""
HAZARD = (1.6, 1.2)
"""By how much sooner than the mean somebody is lost: 1.6 - 1.2 times how content they are (0 to 1), so 1 in the mean."""
BOT_RUNS_A_DAY, BOT_PAGES = 0.05, (200, 400)
"""A robot's run asks for 200 to 400 pages within an hour or so."""
LEAST_EVENTS, MOST_EVENTS = 10_000, 1_000_000_000
LEAST_DAYS, MOST_DAYS = 7, 500
BETWEEN = "name a number between them"

WEB_EVENTS_A_VISIT = 10.2
"""Mean over sittings of people that no letter brought, measured; only the number of people rests on it."""


@dataclass(frozen=True)
class Campaign:
    """A letter by e-mail, sent on a day of the period (from 0) to half of those who may be sent one; no effect from `end` on."""

    number: int
    name: str
    day: int
    end: int


@dataclass(frozen=True)
class World:
    """The setting, the seed, the days from BEGIN on, and how many people (numbers from 0) and robots (the numbers behind)."""

    setting: Setting
    seed: int
    events: int
    days: int
    people: int
    robots: int

    @cached_property
    def campaigns(self) -> tuple[Campaign, ...]:
        """The letters. One has an effect for a week, or until the next one is sent."""
        names = ("spring_letter", "tea_letter", "sale_letter")
        days = [*(int(self.days * share) for share in (0.30, 0.55, 0.80)), self.days]
        return tuple(
            Campaign(number, name, days[number], min(days[number] + LETTER_DAYS, days[number + 1]))
            for number, name in enumerate(names)
        )

    @property
    def copies(self) -> tuple[int, ...]:
        """The days on which the CRM delivers itself whole: the first of the period, and the first of each month."""
        return tuple(day for day in range(self.days) if day == 0 or (BEGIN + timedelta(days=day)).day == 1)

    @property
    def begin(self) -> int:
        """Midnight in UTC that begins the period, in milliseconds since 1970."""
        return (BEGIN - date(1970, 1, 1)).days * 86_400_000


def world(setting: str = "plain", events: int = 100_000, seed: int = 1, days: int = 60) -> World:
    """The world of a call (UserError where it can be none). The events that come out differ from `events` by some percent."""
    _refuse(
        (
            setting not in SETTINGS,
            Problem("simulate-setting", f"there is no setting {setting}", way_out=f"take one of {', '.join(SETTINGS)}"),
        ),
        (
            not LEAST_EVENTS <= events <= MOST_EVENTS,
            Problem(
                "simulate-events", f"{events:,} events are not between {LEAST_EVENTS:,} and {MOST_EVENTS:,}", way_out=BETWEEN
            ),
        ),
        (
            not LEAST_DAYS <= days <= MOST_DAYS,
            Problem("simulate-days", f"{days:,} days are not between {LEAST_DAYS} and {MOST_DAYS}", way_out=BETWEEN),
        ),
        (
            not 0 <= seed < 2**31,
            Problem("simulate-seed", f"the seed {seed} is not between 0 and {2**31 - 1}", way_out=BETWEEN),
        ),
    )
    chosen = SETTINGS[setting]
    a_person = expected_visits(chosen, days) * WEB_EVENTS_A_VISIT + chosen.bots * days * BOT_RUNS_A_DAY * sum(BOT_PAGES) / 2
    people = max(2, round(events / a_person / BLOCK)) * BLOCK
    return World(chosen, seed, events, days, people, max(1, round(people * chosen.bots)))


def expected_visits(setting: Setting, days: int) -> float:
    """The mean number of sittings of a person in the period, without what letters add.

    Of somebody who has been there for t days, exp(-t / mean) are not lost yet, and of those 1 - exp(-14 / mean) will be within
    two weeks, in which they come half as often. The mean time depends on how content somebody is.
    """
    contents = [(place + 0.5) / 20 for place in range(20)]
    begins = [(1 - setting.new_people, 0)] + [(setting.new_people / days, day) for day in range(days)]
    total = 0.0
    for content in contents:
        mean = setting.churn_days / (HAZARD[0] - HAZARD[1] * content)
        fading = 1 - (1 - FADING) * (1 - math.exp(-FADING_DAYS / mean))
        here = [math.exp(-day / mean) * fading for day in range(days)]
        upto = [sum(here[:count]) for count in range(days + 1)]
        total += sum(share * upto[days - begin] for share, begin in begins)
    return setting.visits_a_day * total / len(contents)


def _refuse(*rules: tuple[bool, Problem]) -> None:
    problems = [problem for is_broken, problem in rules if is_broken]
    if problems:
        raise UserError(problems)
