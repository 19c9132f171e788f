"""The shop that tests of deliveries start from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dmp_spark.lakehouse.lakehouse import Lakehouse
from tests.ingest.delivered_shop import Shop


@pytest.fixture
def shop(tmp_path: Path, lakehouse_at: Callable[..., Lakehouse]) -> Shop:
    return Shop(tmp_path, lakehouse_at)
