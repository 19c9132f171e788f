"""What a seed draws for the injections of faults: how the lines of the small project are delivered, and how it is run."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tests.system.commands import replace_in
from tests.system.deliveries import read, write

KINDS = ("first run", "goes on", "goes on, in parts")
HOUSEHOLDS, LATE, CONTESTED = 5, 20, 7
OUTLIERS = "    outliers: {odd_price: {of: sales_value, learned_at: [2017-07-01], otherwise: flag}}\n"


@dataclass(frozen=True)
class Plan:
    """A way of delivering. A first run has all lines in two files, cut at a day.

    Else a second delivery brings the lines of a few households from that day on, and a few older lines, late: what the stages
    make of the first stands, and they go on from there. In parts each stage is a call of its own, and another one publishes.
    """

    seed: int
    kind: str
    day: date
    draw: random.Random

    @property
    def goes_on(self) -> bool:
        """Whether a run to its end stands before the delivery in which a run is killed."""
        return self.kind != KINDS[0]

    @property
    def in_parts(self) -> bool:
        """Whether the stages are called one by one, and publish nothing."""
        return self.kind == KINDS[2]

    def __str__(self) -> str:
        return f"seed {self.seed}: {self.kind}, cut at {self.day}"


def drawn(seed: int) -> Plan:
    """The plan of a seed; three seeds in a row have one of each kind."""
    draw = random.Random(seed)
    return Plan(seed, KINDS[(seed - 1) % len(KINDS)], date(2017, 9, 1) + timedelta(days=draw.randrange(90)), draw)


def cut(lines: pa.Table, plan: Plan) -> tuple[pa.Table, pa.Table]:
    """The lines of the first and of the second delivery; together they are all lines."""
    instant = datetime.combine(plan.day, datetime.min.time(), UTC)
    times = lines["transaction_timestamp"]
    border = pa.scalar(instant if times.type.tz else instant.replace(tzinfo=None), times.type)
    is_second = pc.greater_equal(times, border)
    if plan.goes_on:
        households = sorted(pc.unique(lines["household_id"]).to_pylist())
        of_few = pc.is_in(lines["household_id"], value_set=pa.array(plan.draw.sample(households, HOUSEHOLDS), pa.int64()))
        old = [place for place, is_new in enumerate(is_second.to_pylist()) if not is_new]
        late = set(plan.draw.sample(old, LATE))
        is_late = pa.array([place in late for place in range(lines.num_rows)])
        is_second = pc.or_(pc.and_(is_second, of_few), is_late)
    return lines.filter(pc.invert(is_second)), lines.filter(is_second)


def contested(lines: pa.Table, plan: Plan) -> pa.Table:
    """A few of these lines with another price: the same ids with other content."""
    some = lines.take(pa.array(plan.draw.sample(range(lines.num_rows), CONTESTED)))
    price = some.schema.get_field_index("sales_value")
    return some.set_column(price, some.schema.field(price), pc.add(some["sales_value"], 1.0))


class Deliveries:
    """The lines of a project's folder of transactions, delivered in two parts; the second has some of the first once more,
    at another price, so that ids are contested. Prices that are outliers are flagged.
    """

    def __init__(self, project: Path, plan: Plan) -> None:
        self.folder = project / "data" / "transactions"
        (whole,) = self.folder.glob("*.parquet")
        first, second = cut(read(whole), plan)
        self.parts = first, pa.concat_tables([second, contested(first, plan)])
        whole.unlink()
        replace_in(project / "ingest.yml", "    events:\n      purchase:", f"{OUTLIERS}    events:\n      purchase:")

    def deliver(self, number: int) -> None:
        """Put the first or second part there."""
        write(self.parts[number - 1], self.folder / f"delivery {number}.parquet")
