"""A project that names a key: its identifiers are keyed hashes, and a lakehouse has one key for good."""

import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dmp_spark.errors import UserError
from tests.acceptance.tables import versions
from tests.ingest.delivered_shop import AT, Shop
from tests.refusals import refusal
from tests.written_project import PROJECT, resolved

KEY, OTHER = "a key that is planted 0123456789", "another that is planted 987654321"
REFUSED = (
    "the identifiers of this lakehouse were hashed with another key, or without one, and with this one everybody would be "
    "somebody else; nothing was taken"
)
INGEST = """
sources:
  orders:
    read: {path: orders.parquet}
    arrives: appended
    columns: {customer: string, at: timestamp}
    events:
      purchase:
        id: fingerprint
        time: {column: at, zone: UTC}
        known: {after: 0 minutes}
        identifiers: {customer: customer}
"""


def plain(value: str) -> str:
    return hashlib.sha256(_text(value)).hexdigest()[:32]


def keyed(value: str, key: str = KEY) -> str:
    return hmac.new(key.encode(), _text(value), "sha256").hexdigest()[:32]


def _text(value: str) -> bytes:
    return json.dumps(["customer", value], separators=(",", ":")).encode()


def told(run: Callable[[], object]) -> str:
    """What a run that is refused says."""
    return refusal(UserError, run)


def refused(shop: Shop) -> str:
    """What a lakehouse of another key has to say: where, what, and both ways out."""
    way_out = "name the key that it was built with as identifier_key in project.yml, or build a new lakehouse with"
    return f"{shop.root}: {REFUSED} [another-key]\n    {way_out} --set project.lakehouse.path=FOLDER"


@pytest.mark.parametrize("written", ["${env:DMP_KEY}", "${file:keys/identifiers.txt}"])
def test_the_key_goes_to_the_stage_as_the_name_of_its_place(tmp_path: Path, written: str) -> None:
    spec, found = resolved(tmp_path, "ingest", project=f"{PROJECT}identifier_key: {written}\n", ingest=INGEST, models="")
    assert not found.problems
    wanted = written.replace("keys", f"{tmp_path}/keys")
    assert (spec.identifier_key, spec.secrets) == (wanted, {"project.identifier_key": wanted})


def test_a_scope_of_databricks_is_refused_where_it_stands(tmp_path: Path) -> None:
    spec, found = resolved(
        tmp_path, "ingest", project=f"{PROJECT}identifier_key: ${{databricks:dmp/key}}\n", ingest=INGEST, models=""
    )
    (problem,) = found.sorted()
    assert str(problem).splitlines()[0].endswith(":17: secrets of a scope of Databricks cannot be read yet [not-yet]")
    assert spec.identifier_key is None


def test_ids_are_keyed_everywhere_and_neither_another_key_nor_none_takes_anything(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DMP_KEY", KEY)
    monkeypatch.setenv("OTHER_KEY", OTHER)
    shop.key = "${env:DMP_KEY}"
    shop.deliver("a.parquet", [("ann", 1, AT), ("bob", 2, AT), (None, 3, AT)])
    shop.write("crm/crm.parquet", pa.table({"customer": ["ann", "eve"], "age": ["35", "44"]}))
    both = (shop.orders, shop.crm)
    shop.run(*both)
    people = sorted((keyed(who), who) for who in ("ann", "bob", "eve"))
    assert shop.rows("silver.identifiers", "identifier_id", "value") == people
    assert shop.rows("silver.events", "subject_id", "identifier_ids") == sorted(
        (keyed(who), [keyed(who)]) for who in ("ann", "bob")
    )
    assert shop.rows("silver.person_attributes", "subject_id", "value") == sorted([(keyed("ann"), "35"), (keyed("eve"), "44")])

    shop.deliver("b.parquet", [("ann", 4, AT), ("kim", 5, AT)])
    standing = versions(shop.root)
    for key in ("${env:OTHER_KEY}", None):
        for full in (False, True):
            shop.key = key
            assert told(lambda full=full: shop.run(*both, full=full)) == refused(shop), (key, full)
    assert versions(shop.root) == standing

    shop.key = "${env:DMP_KEY}"
    shop.run(*both)
    people = sorted([*people, (keyed("kim"), "kim")])
    assert shop.rows("silver.identifiers", "identifier_id", "value") == people


def test_a_lakehouse_without_a_key_is_given_none_later(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DMP_KEY", KEY)
    shop.deliver("a.parquet", [("ann", 1, AT)])
    shop.run()
    ids: list[tuple[Any, ...]] = [(plain("ann"), "ann")]
    assert shop.rows("silver.identifiers", "identifier_id", "value") == ids
    shop.key = "${env:DMP_KEY}"
    assert told(shop.run) == refused(shop)
