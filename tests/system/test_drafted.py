"""`dmp init` on real files of three formats, then `dmp check`, then `dmp run`: a draft is a project that runs as it stands."""

from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.acceptance.tables import rows_of
from tests.shared_data import shared
from tests.system.commands import warm

TEXTS = ("clickstream/rees46_2019-Oct-sample.csv", "clickstream/apache_logs.txt")


@pytest.mark.parametrize(
    ("orders", "of_nobody"),
    [
        pytest.param(20_000, 6_653, marks=pytest.mark.slow),  # what a draft looks at
        pytest.param(541_909, 135_080, marks=pytest.mark.long),  # and what it has not seen
    ],
    ids=["first orders", "all orders"],
)
@pytest.mark.usefixtures("spark")
def test_a_draft_of_real_files_runs_as_it_stands(tmp_path: Path, orders: int, of_nobody: int) -> None:
    file, project = tmp_path / "orders.parquet", tmp_path / "shop"
    pq.write_table(pq.read_table(shared("online_retail", "online_retail.parquet")).slice(0, orders), file)
    named = [word for path in (*(shared(*name.split("/")) for name in TEXTS), file) for word in ("--from", str(path))]
    for words in (("init", str(project), *named), ("check", "-p", str(project)), ("run", "-p", str(project))):
        done = warm(*words)
        assert done.code == 0, done.everything

    files = rows_of(project / "lakehouse" / "bronze" / "files").to_pylist()
    assert sorted(row["rows_in"] for row in files) == [1_000, 10_000, orders]
    reasons = rows_of(project / "lakehouse" / "bronze" / "rejected").to_pydict()["reasons"]
    assert Counter(map(tuple, reasons)) == {("no_identifier",): of_nobody}
    events = rows_of(project / "lakehouse" / "silver" / "events").num_rows
    assert events == sum(row["rows_accepted"] for row in files)
