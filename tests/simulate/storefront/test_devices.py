"""How many devices are shared, counted over people by hand."""

from types import SimpleNamespace
from typing import cast

import pytest

from dmp_spark.simulate.storefront.devices import COUNTS, computers_shared
from dmp_spark.simulate.storefront.world import World


def test_of_all_devices_the_wanted_share_is_shared() -> None:
    """Who has several devices has one computer among them, and only computers are shared."""
    world = cast("World", SimpleNamespace(setting=SimpleNamespace(devices_shared=0.08)))
    people = {number: 10_000 * share for number, share in enumerate(COUNTS, start=1)}
    devices = sum(number * count for number, count in people.items())
    computers = sum(count for number, count in people.items() if number > 1)
    assert computers * computers_shared(world) / devices == pytest.approx(0.08)
