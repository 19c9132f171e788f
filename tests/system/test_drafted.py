"""`dmp init` on real files of three formats, then `dmp check`, then `dmp run`: a draft is a project that runs as it stands."""

from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.tables import rows_of
from tests.shared_data import shared
from tests.system.commands import warm

FILES = {
    "clickstream/rees46_2019-Oct-sample.csv": 1_000,
    "clickstream/apache_logs.txt": 10_000,
    "online_retail/online_retail.parquet": 541_909,
}


@pytest.mark.slow  # half a million orders
@pytest.mark.usefixtures("spark")
def test_a_draft_of_real_files_runs_as_it_stands(tmp_path: Path) -> None:
    project = tmp_path / "shop"
    named = [word for name in FILES for word in ("--from", str(shared(*name.split("/"))))]
    for words in (("init", str(project), *named), ("check", "-p", str(project)), ("run", "-p", str(project))):
        done = warm(*words)
        assert done.code == 0, done.everything

    files = {Path(row["path"]).name: row for row in rows_of(project / "lakehouse" / "bronze" / "files").to_pylist()}
    assert {name: files[Path(name).name]["rows_in"] for name in FILES} == FILES
    reasons = rows_of(project / "lakehouse" / "bronze" / "rejected").to_pydict()["reasons"]
    assert Counter(map(tuple, reasons)) == {("no_identifier",): 135_080}  # orders of nobody in particular
    events = rows_of(project / "lakehouse" / "silver" / "events").num_rows
    assert events == sum(row["rows_accepted"] for row in files.values())
