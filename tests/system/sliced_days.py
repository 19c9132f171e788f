"""A small log of a site, day by day, with all that goes wrong in logs; and ways in which its days may be sliced and delivered.

Everything is drawn by a seed, in plain Python. Three sources: `web` (JSON lines, nested), `orders` (CSV), `people` (CSV, replaced).
A line stands in the file of the day on which it arrived, so what is late comes 2 or 40 days after its own. From some days on a
column appears, changes its type and vanishes again: `color` and `gift`, which no YAML names, and `coupon`, which it does.
"""

import csv
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

BEGIN = datetime(2018, 1, 1, 5, tzinfo=UTC)  # midnight in New York
AS_OF = datetime(2018, 3, 1, 5, tzinfo=UTC)
DAYS = 5
STEPS = (0, 1, 10, 29, 30, 31, 600, 60 * 26)  # minutes from one event to the next; 30 are a gap
LATE = (0, 0, 0, 1, 60 * 24 * 2, 60 * 24 * 40)  # minutes from an event to its arrival
NOTED = {2: 7, 3: "FREE", 4: 8}  # what stands in `coupon` by day: nothing before and after; of its type but on one day
COLORS = {1: 1, 2: "red", 3: {"hue": 5}}

PROJECT = """
grammar: 1
project: sliced
as_of: 2018-03-01
time_zone: America/New_York
currency: EUR
"""
_EVENT = "id: [id], time: {column: at, zone: UTC}, known: {column: arrived, zone: UTC}, identifiers: {cookie: visitor}"
INGEST = f"""
late: 3 days
sources:
  web:
    read: {{format: json, path: data/web}}
    arrives: appended
    columns:
      id: string
      world: string
      visitor: {{from: user.visitor, type: string}}
      at: timestamp
      arrived: timestamp
      page: string
      amount: double
      coupon: bigint
    rules:
      affordable: {{require: "amount is null or amount < 1000", otherwise: reject}}
    events:
      page_view: {{where: amount is null, {_EVENT}, context: {{page: page}}, attributes: {{world: world, coupon: coupon}}}}
      purchase: {{where: amount is not null, {_EVENT}, value: amount, currency: {{value: EUR}}, attributes: {{world: world}}}}
  orders:
    read: {{format: csv, path: data/orders}}
    arrives: appended
    columns: {{id: bigint, world: string, visitor: string, at: timestamp, arrived: timestamp, amount: double, coupon: bigint}}
    optional: [coupon]
    events:
      order: {{{_EVENT}, value: amount, currency: {{value: EUR}}, attributes: {{world: world, coupon: coupon}}}}
  people:
    read: {{format: csv, path: data/people}}
    arrives: replaced
    columns: {{visitor: string, tier: string, since: timestamp}}
    person_attributes:
      identifiers: {{cookie: visitor}}
      known: {{column: since, zone: UTC}}
      attributes: {{tier: tier}}
"""
SESSIONS = """
cap: 1 hour
cut_at: [attributes.coupon]
page_views: {of: page_view, page: context.page}
conversions: {of: [purchase, order]}
columns: {world: attributes.world}
"""


@dataclass(frozen=True)
class Line:
    """A line of a file, whole or about to be written half; the day on which it arrived; whether it must be rejected."""

    text: str
    day: int
    is_bad: bool = False


@dataclass(frozen=True)
class File:
    """A file of a source: its name, its first line if it has one, and its lines; `cut` bytes of its end are not written yet."""

    source: str
    name: str
    lines: tuple[Line, ...]
    head: str = ""
    cut: int = 0

    def write(self, data: Path) -> None:
        """Put it into the source's folder."""
        folder = data / self.source
        folder.mkdir(parents=True, exist_ok=True)
        content = "".join(f"{text}\n" for text in (*((self.head,) if self.head else ()), *(line.text for line in self.lines)))
        (folder / self.name).write_bytes(content.encode()[: -self.cut or None])

    def good(self) -> list[dict[str, str]]:
        """The records that are not to be rejected, as text by name."""
        texts = [line.text for line in self.lines if not line.is_bad]
        if not self.head:
            return [json.loads(text) for text in texts]
        return list(csv.DictReader([self.head, *texts]))


Delivery = list[File]


def hits(draw: random.Random, world: int) -> list[Line]:
    """The lines of `web` of a world: two visitors; ids that come again as they were or otherwise, late ones, bad ones."""
    found: list[Line] = []
    for who in ("a", "b"):
        at = BEGIN + timedelta(days=draw.randrange(DAYS), minutes=draw.randrange(60 * 24))
        for number in range(draw.randint(0, 5)):
            at += timedelta(minutes=draw.choice(STEPS))
            hit = {"id": f"{world}-{who}{number}", "world": f"{world}", "user": {"visitor": f"{world}-{who}", "agent": "x"}}
            hit |= {"page": draw.choice(["/", "/about", None]), **({"amount": 1.5} if draw.random() < 0.2 else {})}
            found.append(_hit(draw, hit, at))
            if draw.random() < 0.3:  # other content under the same id, known at another time or at the same
                hit |= {"page": "/again", "user": {"visitor": f"{world}-{draw.choice('ab')}"}}
                found.append(_hit(draw, hit, at + timedelta(minutes=draw.choice([0, 0, 31]))))
    bad = {"id": None, "world": f"{world}", "user": {"visitor": f"{world}-a"}, "page": "/"}
    wrongs = [bad, bad | {"id": f"{world}-w", "user": {}}, bad | {"id": f"{world}-x", "amount": 1e6}]
    wrongs.append(bad | {"id": f"{world}-y", "user": "nobody"})
    found += [replace(_hit(draw, wrong, BEGIN), is_bad=True) for wrong in draw.sample(wrongs, draw.choice([0, 0, 1]))]
    if draw.random() < 0.1:
        found.append(Line(f'{{"id": "{world}-z", "world": "{world}", "at', draw.randrange(DAYS), True))
    return found + draw.sample(found, min(len(found), draw.choice([0, 0, 1, 2])))


def _hit(draw: random.Random, hit: dict[str, object], at: datetime) -> Line:
    arrived = at + timedelta(minutes=draw.choice(LATE))
    day = (arrived - BEGIN).days
    told = {**hit, "at": at.isoformat(), "arrived": arrived.isoformat()}
    told |= {
        name: values[day] for name, values in (("coupon", NOTED), ("color", COLORS)) if day in values and draw.random() < 0.7
    }
    return Line(json.dumps(told), day, isinstance(told.get("coupon"), str))


def _orders(draw: random.Random, world: int) -> list[Line]:
    """The lines of `orders` of a world, cells in the order of the day's first line."""
    found = []
    for number in range(draw.randint(0, 3)):
        at = BEGIN + timedelta(days=draw.randrange(DAYS), minutes=draw.randrange(60 * 24))
        for _ in range(draw.choice([1, 1, 1, 2])):
            arrived = at + timedelta(minutes=draw.choice(LATE))
            day = (arrived - BEGIN).days
            is_bad, coupon = draw.random() < 0.05, draw.choice(["", NOTED.get(day, "")])
            cells = {"id": "" if is_bad else world * 10 + number, "world": world, "visitor": f"{world}-{draw.choice('ab')}"}
            cells |= {"at": at.isoformat(), "arrived": arrived.isoformat(), "amount": draw.choice([5, 0.1]), "coupon": coupon}
            cells |= {"gift": draw.choice(["", "card"])}
            text = ",".join(str(cells[name]) for name in _head(day).split(","))
            found.append(Line(text, day, is_bad or isinstance(coupon, str) and bool(coupon)))
    return found


def _head(day: int) -> str:
    names = ["id", "world", "visitor", "at", "arrived", "amount"]
    if day in NOTED:
        names.append("coupon")
    if day in COLORS:
        names.insert(2, "gift")  # nobody declared it, and it stands in the middle
    return ",".join(names)


def days(draw: random.Random, worlds: int) -> list[File]:
    """The files as the site wrote them: one a source and day on which anything arrived, in the order of days."""
    drawn = {"web": [], "orders": []}
    for world in range(worlds):
        drawn["web"] += hits(draw, world)
        drawn["orders"] += _orders(draw, world)
    files = []
    for source, lines in drawn.items():
        for day in sorted({line.day for line in lines}):
            own = tuple(line for line in lines if line.day == day)
            files.append(File(source, f"{day:02d}.{ENDINGS[source]}", own, "" if source == "web" else _head(day)))
    tiers = [(f"{world}-{who}", draw.choice(["gold", "silver"])) for world in range(worlds) for who in "ab"]
    lines = tuple(Line(f"{who},{tier},{(BEGIN - timedelta(days=n)).isoformat()}", 0) for n, (who, tier) in enumerate(tiers))
    half = len(lines) // 2
    people = [("one.csv", lines[:half]), ("two.csv", lines[half:])]
    return [*files, *[File("people", name, own, "visitor,tier,since") for name, own in people]]


ENDINGS = {"web": "json", "orders": "csv"}


def _day(file: File) -> int:
    return min(line.day for line in file.lines)


def _together(files: Sequence[File], number: int) -> list[Delivery]:
    """So many deliveries of the files, in their order."""
    size = -(-len(files) // number)
    return [list(files[place : place + size]) for place in range(0, len(files), size)]


def in_order(draw: random.Random, files: list[File]) -> list[Delivery]:
    """The days as they were, in two deliveries."""
    return _together(sorted(files, key=_day), 2)


def backwards(draw: random.Random, files: list[File]) -> list[Delivery]:
    """The last days first, in three deliveries."""
    return _together(sorted(files, key=_day, reverse=True), 3)


def parts(draw: random.Random, files: list[File]) -> list[Delivery]:
    """Each day cut into up to three files, whose lines stand in another order; all of them in any order, in two deliveries."""
    found = []
    for file in files:
        lines = draw.sample(file.lines, len(file.lines))
        size = -(-len(lines) // draw.randint(1, 3))
        cut = [tuple(lines[place : place + size]) for place in range(0, len(lines), size)]
        found += [replace(file, name=f"{number}-{draw.random()}-{file.name}", lines=own) for number, own in enumerate(cut)]
    return _together(draw.sample(found, len(found)), 2)


def twice(draw: random.Random, files: list[File]) -> list[Delivery]:
    """Parts, a third of which come again under another name, in the same delivery or in the last."""
    deliveries = parts(draw, files)
    for file in [file for delivery in deliveries for file in delivery if draw.random() < 0.34]:
        again = replace(file, name=f"again-{file.name}", lines=tuple(draw.sample(file.lines, len(file.lines))))
        at = next(place for place, delivery in enumerate(deliveries) if file in delivery)
        deliveries[draw.randint(at, len(deliveries) - 1)].append(again)
    return deliveries


def half_written(draw: random.Random, files: list[File]) -> list[Delivery]:
    """Parts, twice, of which a file of each source came half-written in the first delivery, and whole in the second."""
    first, last = twice(draw, files)
    for source in ENDINGS:
        file = draw.choice([file for file in first if file.source == source])
        first[first.index(file)] = replace(file, cut=draw.randint(2, 20))
        last.append(file)
    return [first, last]


SLICINGS: dict[str, Callable[[random.Random, list[File]], list[Delivery]]] = {
    "days in order": in_order,
    "days backwards": backwards,
    "parts in any order": parts,
    "parts, some twice under another name": twice,
    "parts, some twice, two of them half-written at first": half_written,
}


def sliced(draw: random.Random, files: list[File], how: str) -> list[Delivery]:
    """The deliveries of one of SLICINGS. Of people, which say all that holds, a half comes first, and the other with the last."""
    people = [file for file in files if file.source == "people"]
    deliveries = SLICINGS[how](draw, [file for file in files if file.source != "people"])
    deliveries[0] += people[:1]
    deliveries[-1] += people[1:]
    return deliveries
