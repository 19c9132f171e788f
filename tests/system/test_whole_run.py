"""What a newcomer sees of the small project: a run, another one, a later day, a plan, a refusal."""

import csv
import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tests.acceptance.tables import rows_of, versions
from tests.system.commands import ROOT, dmp, replace_in
from tests.system.conftest import Finished

pytestmark = pytest.mark.long  # minutes: every test here needs the small project run to its end by a process of its own


def table(lakehouse: Path, name: str) -> list[dict[str, object]]:
    return rows_of(lakehouse.joinpath(*name.split("."))).to_pylist()


def test_every_stage_leaves_its_tables(finished: Finished) -> None:
    lakehouse = finished.lakehouse
    assert len({row["person_id"] for row in table(lakehouse, "gold.profiles")}) == 50
    assert rows_of(lakehouse / "silver" / "events").num_rows == 26924 + 139 + 41
    assert len(table(lakehouse, "silver.items")) == 9827
    assert len(table(lakehouse, "silver.reference_promotions")) == 7658  # of 7,663 rows; five keys stand twice
    assert len(table(lakehouse, "silver.reference_coupons")) == 4458
    counted = {
        row["source"]: (row["rows_in"], row["rows_accepted"], row["rows_duplicate"]) for row in table(lakehouse, "bronze.files")
    }
    assert (counted["promotions"], counted["coupons"]) == ((7663, 7658, 5), (4459, 4458, 1))
    assert table(lakehouse, "bronze.rejected") == []
    moments = {row["as_of"] for row in table(lakehouse, "gold.features")}
    assert len(moments) == 10
    assert table(lakehouse, "gold.scores")
    assert table(lakehouse, "gold.segment_membership")


@pytest.mark.parametrize(
    "query", sorted((ROOT / "conf" / "complete_journey" / "queries").glob("*.sql")), ids=lambda file: file.stem
)
def test_the_questions_of_the_first_project_have_answers(finished: Finished, query: Path) -> None:
    answered = dmp("sql", "-p", str(finished.project), "--format", "csv", query.read_text(encoding="utf-8"))
    assert answered.code == 0, answered.everything
    assert len(answered.shown.splitlines()) > 1


def test_what_was_sent_is_the_file_and_nothing_else(finished: Finished) -> None:
    decisions = table(finished.lakehouse, "gold.decisions")
    members = {
        row["person_id"]
        for row in table(finished.lakehouse, "gold.segment_membership")
        if row["segment"] == "mailed_but_cold" and row["left_at"] is None
    }
    assert {row["person_id"] for row in decisions} == members
    assert len(decisions) == len(members)
    assert {row["decision"] for row in decisions} <= {"sent", "held_out"}
    manifests = list((finished.lakehouse / "exports").rglob("manifest.json"))
    assert len(manifests) == 1
    manifest = json.loads(manifests[0].read_text(encoding="utf-8"))
    (written,) = manifest["files"]
    file = manifests[0].parent / written["name"]
    assert hashlib.sha256(file.read_bytes()).hexdigest() == written["sha256"]
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    sent = {row["person_id"] for row in decisions if row["decision"] == "sent"}
    assert len(rows) == len(sent) == written["rows"]
    raw = {row["identifier_id"]: row["value"] for row in table(finished.lakehouse, "silver.identifiers")}
    person = {row["identifier_id"]: row["person_id"] for row in table(finished.lakehouse, "silver.identity_map")}
    assert {row["household"] for row in rows} == {raw[identifier] for identifier, who in person.items() if who in sent}


def test_a_run_ends_with_its_report_and_the_command_writes_the_same(finished: Finished) -> None:
    file = finished.lakehouse / "report" / "index.html"
    assert f"report     {file}\n" in finished.done.shown
    written = file.read_bytes()
    text = written.decode("utf-8")
    for section in ("ingest", "identity", "features", "profiles", "models", "segments", "activation"):
        assert f'<section id="{section}"' in text
    again = dmp("report", "-p", str(finished.project), watched=True)
    assert again.code == 0, again.everything
    assert "pyspark imported: False" in again.said
    assert file.read_bytes() == written


def test_a_second_run_writes_nothing_and_starts_no_jvm(finished: Finished) -> None:
    before = versions(finished.lakehouse)
    report = (finished.lakehouse / "report" / "index.html").stat()
    again = dmp("run", "-p", str(finished.project), watched=True)
    assert again.code == 0, again.everything
    assert again.everything.count("nothing new") >= 7
    assert "pyspark imported: False" in again.said
    assert versions(finished.lakehouse) == before
    assert (finished.lakehouse / "report" / "index.html").stat() == report


def test_a_day_later_people_move_on_and_an_earlier_day_is_refused(going_on: Finished) -> None:
    before = versions(going_on.lakehouse)
    later = dmp("run", "-p", str(going_on.project), "--as-of", "2018-01-02")
    assert later.code == 0, later.everything
    after = versions(going_on.lakehouse)
    moved = {name for name, version in after.items() if before.get(name) != version and not name.startswith("ops.")}
    assert {"gold.features", "gold.profiles", "gold.scores"} <= moved
    assert not {name for name in moved if name.startswith(("bronze.", "silver."))}
    earlier = dmp("run", "-p", str(going_on.project), "--as-of", "2017-12-31")
    assert earlier.code == 2, earlier.everything
    assert "Traceback" not in earlier.said
    assert versions(going_on.lakehouse) == after


def test_a_plan_after_one_changed_measure_names_what_it_reaches(going_on: Finished) -> None:
    before = versions(going_on.lakehouse)
    replace_in(going_on.project / "features.yml", "take: count(distinct attributes.store_id)", "take: count(distinct order_id)")
    planned = dmp("plan", "-p", str(going_on.project), "--format", "json", watched=True)
    assert planned.code == 0, planned.everything
    assert "pyspark imported: False" in planned.said
    steps = {row["stage"]: row for row in json.loads(planned.shown)}
    assert set(steps) >= {"ingest", "identity", "features", "profiles", "models", "segments", "activation"}
    would = {stage: step["would"] for stage, step in steps.items()}
    reached = ("features", "profiles", "models", "segments", "activation", "measurement")
    assert would == {"ingest": "skip", "sessions": "skip", "identity": "skip", **dict.fromkeys(reached, "run")}
    assert steps["features"]["why"] == ["spec changed"]
    assert steps["profiles"]["reached"] == ["reads gold.features, which features would write"]
    assert versions(going_on.lakehouse) == before


HOSTILE = {
    "reflect": "reflect('java.lang.System','getenv','HOME')='x'",
    "select": "exists (select 1 from parquet.`/etc`)",
}


@pytest.mark.parametrize("word", HOSTILE)
def test_a_hostile_expression_is_refused_before_anything_is_touched(finished: Finished, word: str) -> None:
    before = versions(finished.lakehouse)
    refused = dmp("run", "-p", str(finished.project), "--set", f"segments.coupon_lovers.where={HOSTILE[word]}", watched=True)
    assert refused.code == 2, refused.everything
    assert word in refused.said
    assert "coupon_lovers" in refused.said
    assert "Traceback" not in refused.said
    assert "pyspark imported: False" in refused.said
    assert versions(finished.lakehouse) == before


def test_where_unknown_consent_means_denied_nobody_is_sent_to(finished: Finished, tmp_path: Path) -> None:
    other = tmp_path / "denied"
    shutil.copytree(finished.before_activation, other)
    denied = ("project.consent.unknown_means.marketing_mail=denied", f"project.lakehouse.path={other}")
    sets = [word for change in denied for word in ("--set", change)]
    export = tmp_path / "exports"
    done = dmp("run", "-p", str(finished.project), *sets, "--set", f"activation.destinations.mail_house.path={export}")
    assert done.code in {0, 3}, done.everything
    decisions = table(other, "gold.decisions")
    assert decisions
    assert {(row["decision"], row["reason"]) for row in decisions} == {("refused", "consent")}
    assert not list(export.rglob("*.csv")) or all(json.loads(m.read_text())["rows"] == 0 for m in export.rglob("manifest.json"))
