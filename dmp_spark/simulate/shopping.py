"""A shop whose buyers rate what they bought, with known truth: what a rating is expected to be, and how much is chance.

Each month's buyers are asked on the first of the next month and answer within four weeks. What they answer follows from
price, the item's score and the words of its description (`expected`), and from chance that nobody can know.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SEED = 2024
RATED_MONTHS = 12
BEGIN = datetime(2024, 1, 1)
ITEMS, USERS = 800, 3_000
CHANCE = 0.6  # a rating's chance is the sum of four uniform numbers in [-CHANCE, CHANCE]
NOISE_VARIANCE = 4 * CHANCE**2 / 3 + 0.1**2 / 12
"""The variance of a rating around what is expected: that of the four numbers, and of rounding to one digit."""

FILES = ("shopping_data.csv", "shopping_new.csv", "shopping_truth.csv")
RATED = ("purchase", "user", "item", "bought_at", "price", "score", "description", "rated_at", "rating")
NEW = RATED[:-2]
TRUTH = ("purchase", "expected")

KINDS = ("backpack", "blanket", "headphones", "kettle", "lamp", "notebook", "sneakers", "watch")
LIKED = {"durable": 0.5, "handmade": 0.4, "comfortable": 0.45, "elegant": 0.3, "reliable": 0.4, "lightweight": 0.25}
DISLIKED = {"refurbished": -0.6, "plastic": -0.45, "fragile": -0.5, "noisy": -0.55, "bulky": -0.3, "generic": -0.35}
PLAIN = (
    "black blue classic compact cotton everyday family foldable gift green grey indoor kitchen large leather metal modern "
    "office original outdoor portable red round season silver small spare sport square summer travel urban white winter wooden"
)
EFFECTS = {**LIKED, **DISLIKED}
WORDS = (*EFFECTS, *PLAIN.split())


@dataclass(frozen=True)
class Purchase:
    """One purchase as the shop knows it, and what rating is `expected` of it; `rating` is null until somebody rated."""

    purchase: int
    user: int
    item: int
    bought_at: datetime
    price: float
    score: float
    description: str
    expected: float
    rated_at: datetime | None
    rating: float | None


def expected_rating(price: float, score: float, words: frozenset[str]) -> float:
    """The mean of all ratings that a purchase like this would get, 2.5 to 7.5 points.

    Words add up; a higher price costs points except of what is handmade; and good and cheap together pleases most.
    """
    points = 5.0 + 0.9 * (score - 3.5) + sum(EFFECTS.get(word, 0.0) for word in words)
    dearness = float(np.log(price / 40.0))
    points += 0.2 * dearness if "handmade" in words else -0.55 * dearness
    points += 0.8 if score >= 4.0 and price < 40.0 else 0.0
    return round(min(7.5, max(2.5, points)), 6)


def purchases(seed: int = SEED, monthly: int = 1_700) -> list[Purchase]:
    """`monthly` purchases of each of twelve months, with their ratings, and of the month after, which nobody rated yet."""
    chance = np.random.default_rng(seed)
    descriptions, prices, scores = _items(chance)
    popularity = 1.0 / np.arange(5, ITEMS + 5)
    made: list[Purchase] = []
    for month in range(RATED_MONTHS + 1):
        begin, end = _month(month), _month(month + 1)
        seconds = np.sort(chance.integers(0, int((end - begin).total_seconds()), monthly))
        items = chance.choice(ITEMS, monthly, p=popularity / popularity.sum())
        users = chance.integers(1, USERS + 1, monthly)
        paid = np.round(prices[items] * chance.choice([0.7, 0.85, 1.0, 1.0, 1.15], monthly), 2)
        waits = chance.integers(0, 27 * 86_400, monthly)
        noise = chance.uniform(-CHANCE, CHANCE, (monthly, 4)).sum(axis=1)
        for place in range(monthly):
            item = int(items[place])
            price, score = float(paid[place]), float(scores[item])
            expected = expected_rating(price, score, frozenset(descriptions[item].split()))
            is_rated = month < RATED_MONTHS
            made.append(
                Purchase(
                    purchase=len(made) + 1,
                    user=int(users[place]),
                    item=item + 1,
                    bought_at=begin + timedelta(seconds=int(seconds[place])),
                    price=price,
                    score=score,
                    description=descriptions[item],
                    expected=expected,
                    rated_at=end + timedelta(seconds=int(waits[place])) if is_rated else None,
                    rating=round(expected + float(noise[place]), 1) if is_rated else None,
                )
            )
    return made


def write(folder: Path, seed: int = SEED, monthly: int = 1_700) -> tuple[Path, ...]:
    """The three files: what was rated, what was not rated yet, and the truth of the former, which no project reads."""
    folder.mkdir(parents=True, exist_ok=True)
    every = purchases(seed, monthly)
    rated = [each for each in every if each.rating is not None]
    new = [each for each in every if each.rating is None]
    parts = ((RATED, rated), (NEW, new), (TRUTH, rated))
    return tuple(_written(folder / name, columns, rows) for name, (columns, rows) in zip(FILES, parts, strict=True))


def _items(chance: np.random.Generator) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    kinds = chance.integers(0, len(KINDS), ITEMS)
    descriptions = []
    for kind in kinds:
        words = chance.choice(len(WORDS), int(chance.integers(5, 9)), replace=False)
        descriptions.append(" ".join([*(WORDS[word] for word in words), KINDS[kind]]))
    prices = np.round(np.exp(chance.normal(np.log(40.0), 0.7, ITEMS)), 2)
    scores = np.round(np.clip(chance.normal(3.6, 0.6, ITEMS), 1.0, 5.0), 1)
    return descriptions, np.clip(prices, 5.0, 400.0).astype(np.float64), scores.astype(np.float64)


def _month(number: int) -> datetime:
    return BEGIN.replace(year=BEGIN.year + number // 12, month=number % 12 + 1)


def _written(path: Path, columns: tuple[str, ...], rows: Iterable[Purchase]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(columns)
        lines.writerows([getattr(row, column) for column in columns] for row in rows)
    return path
