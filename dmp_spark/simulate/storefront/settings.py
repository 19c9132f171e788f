"""What is true of the storefront: two settings, frozen. docs/guide/storefront.md says what each number means. No pyspark.

They were written down before anything was tuned on them. Another world is another setting beside them, never a change of one.
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Dirt:
    """What is wrong with records, each kind with its share of all records of a source; one record has one kind at most."""

    again: float  # the same record delivered again, one to three days later
    changed: float  # the same id delivered again within a day, with other content
    late_hours: float  # delivered 2 to 20 hours late
    late_days: float  # delivered 48 to 60 hours late
    late_weeks: float  # delivered 40 days late
    clock_ahead: float  # its own clock runs 26 to 72 hours ahead
    broken: float  # the line is cut off
    text_for_number: float  # a word where a number belongs
    no_id: float  # the record's own id is missing
    no_subject: float  # nothing in it says whose it is
    bad_bytes: float  # bytes that are no UTF-8, or a NUL
    outlier: float  # of orders alone: the first line costs a thousand times what it should

    @property
    def shares(self) -> dict[str, float]:
        """The share of each kind, by name, in this order."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True)
class Setting:
    """A world: shares of what is hard to get right, then how people behave."""

    name: str
    dirt: Dirt
    devices_shared: float = 0.08  # of devices: used by 2, 3 or 4 people, each as often
    phones_recycled: float = 0.03  # of phone numbers: given up by one person, then given to another
    cookies_without_login: float = 0.30  # of cookies: nobody ever logs in on them
    cookies_renewed: float = 0.25  # of devices: their cookie is a new one every 10 to 40 days
    typos: float = 0.02  # of names, e-mail addresses and phone numbers that somebody typed
    accounts_doubled: float = 0.02  # of people: registered twice, with another e-mail address
    visits_cut: float = 0.12  # of sittings of two pages or more that a campaign brought: another one's link is followed in them
    bots: float = 0.01  # robots, in addition to people, as a share of people
    bots_disguised: float = 0.40  # of robots: they come with the agent of a browser
    visits_a_day: float = 0.2  # mean over people, while they are customers
    visits_spread: float = 0.8  # standard deviation of its logarithm
    new_people: float = 0.30  # of people: registered within the period; the others before it
    churn_days: float = 120.0  # mean time until somebody is lost
    taste_power: float = 3.0  # tastes are -ln(chance) to this power: the higher, the fewer categories somebody likes
    orders_a_visit: float = 0.02  # before tastes, prices, channels and campaigns
    effects: tuple[float, float, float] = (-0.15, 0.30, 0.90)  # of a letter, on orders a visit, by how thrifty somebody is
    effect_chance: float = 0.20  # and half the width of what is added to that by chance, person by person
    handles: float = 0.60  # of people: they write on the social network
    posts_a_day: float = 0.06  # mean of who does
    likes_a_day: float = 0.12
    phones: float = 0.70  # of people: they have a number


PLAIN = Setting(
    name="plain",
    dirt=Dirt(
        again=0.010,
        changed=0.002,
        late_hours=0.015,
        late_days=0.005,
        late_weeks=0.0005,
        clock_ahead=0.001,
        broken=0.001,
        text_for_number=0.001,
        no_id=0.0005,
        no_subject=0.0005,
        bad_bytes=0.0002,
        outlier=0.001,
    ),
)
HARD = Setting(
    name="hard",
    dirt=Dirt(
        again=0.030,
        changed=0.006,
        late_hours=0.040,
        late_days=0.015,
        late_weeks=0.002,
        clock_ahead=0.003,
        broken=0.003,
        text_for_number=0.003,
        no_id=0.002,
        no_subject=0.002,
        bad_bytes=0.001,
        outlier=0.003,
    ),
    devices_shared=0.20,
    phones_recycled=0.08,
    cookies_without_login=0.55,
    cookies_renewed=0.50,
    typos=0.06,
    accounts_doubled=0.06,
    visits_cut=0.30,
    bots=0.03,
    bots_disguised=0.70,
    visits_spread=1.1,
    churn_days=60.0,
    taste_power=1.5,
    effects=(-0.05, 0.10, 0.30),
    effect_chance=0.30,
)
SETTINGS = {setting.name: setting for setting in (PLAIN, HARD)}
