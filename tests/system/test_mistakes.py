"""Mistakes in a project are all told at once, each with its place and a way out, without Spark."""

import re
import time
from pathlib import Path

from tests.system.commands import dmp, replace_in, small_copy


def test_four_planted_mistakes_are_told_with_file_line_caret_and_suggestion(tmp_path: Path) -> None:
    project = small_copy(tmp_path)
    replace_in(
        project / "ingest.yml",
        "    arrives: appended\n    columns: {campaign_id: bigint, household_id: bigint}",
        "    arives: appended\n    columns: {campaign_id: bigint, household_id: bigint}",
    )
    replace_in(project / "profiles.yml", "baskets: baskets_ever", "baskets: basket_ever")
    replace_in(project / "segments.yml", "  growing:", "  coupon_lovers:")
    (project / "activation.yml").rename(project / "activations.yml")
    begin = time.monotonic()
    found = dmp("check", "-p", str(project), watched=True)
    assert time.monotonic() - begin < 3
    assert found.code == 2, found.everything
    assert "pyspark imported: False" in found.said
    assert "Traceback" not in found.everything
    said = found.said
    assert re.search(r"ingest\.yml:\d+:\d+: .*arives", said), said
    assert re.search(r"profiles\.yml:\d+:\d+: .*basket_ever", said), said
    assert re.search(r"segments\.yml:\d+:\d+: .*coupon_lovers", said), said
    assert "activations.yml" in said
    assert "did you mean arrives?" in said, said
    assert "did you mean baskets_ever?" in said, said
    assert "did you mean activation.yml?" in said, said
    assert len(re.findall(r"^ *\^$", said, re.MULTILINE)) >= 3, said
    assert re.search(r"^4 mistakes$", said, re.MULTILINE), said
