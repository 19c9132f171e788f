"""Pseudonyms of a source: last of all derived, keyed, the same wherever a text stands, and in no table the text itself."""

import hashlib
import hmac
import json
import shutil
from pathlib import Path

import pytest

from tests.ingest.delivered_shop import Shop, sources
from tests.written_project import PROJECT, resolved, told

KEY = "a key that is planted 0123456789"
KEYED = f"{PROJECT}identifier_key: ${{env:DMP_KEY}}\n"
INGEST = """
sources:
  letters:
    read: {format: csv, path: data/letters.csv}
    arrives: appended
    columns: {mail: string, at: timestamp, note: string}
    pseudonymize: {mail: "lower(trim(mail))", note: note}
    rules:
      has_mail: {require: "mail like '%@%'", otherwise: reject}
      kind: {require: note <> 'secret', otherwise: {set_null: [note]}}
    events:
      letter:
        id: fingerprint
        time: {column: at, zone: UTC}
        known: {after: 0 minutes}
        identifiers: {mail: mail}
        text: note
"""
LETTERS = [  # mail, at, note
    ("Ann@Example.com", 1, "hello"),
    (" ann@example.com", 2, ""),
    ("bob@example.com", 3, "secret"),
    ("Ann@Example.com", 1, "hello"),  # the same once more
    ("nobody", 4, "hello"),
]


def pseudonym(text: str) -> str:
    return hmac.new(KEY.encode(), json.dumps(["pseudonym", text], separators=(",", ":")).encode(), "sha256").hexdigest()[:32]


@pytest.fixture
def keyed_shop(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("DMP_KEY", KEY)
    shop.key = "${env:DMP_KEY}"
    (shop.folder / "data").mkdir()
    lines = [f"{mail},2017-05-01T12:0{minute}:00Z,{note}" for mail, minute, note in LETTERS]
    (shop.folder / "data" / "letters.csv").write_text("\n".join(["mail,at,note", *lines]), encoding="utf-8")
    return shop


def test_who_has_the_tables_has_pseudonyms_and_the_same_text_has_the_same(keyed_shop: Shop) -> None:
    run = keyed_shop.run(*sources(keyed_shop, INGEST, KEYED))
    assert (run.failed, run.counts["rows_duplicate"], run.counts["rows_rejected"]) == ((), 1, 1)
    ann, bob = pseudonym("ann@example.com"), pseudonym("bob@example.com")
    assert sorted(value for (value,) in keyed_shop.rows("silver.identifiers", "value")) == sorted([ann, bob])
    assert keyed_shop.rows("silver.events", "event_time", "text") == [
        (keyed_shop.rows("silver.events", "event_time")[0][0], pseudonym("hello")),
        *[(time, None) for (time,) in keyed_shop.rows("silver.events", "event_time")[1:]],
    ]
    everything = str(keyed_shop.rows("silver.events", "event_id", "context", "attributes", "text", "subject_id"))
    assert "xample" not in everything
    assert "hello" not in everything
    # of all else that is in the fingerprint whoever has the event knows, so a hash of the text could be tried out
    ids = {event_id for (event_id,) in keyed_shop.rows("silver.events", "event_id")}
    guessed = json.dumps(["letters", "Ann@Example.com", "2017-05-01T12:01:00Z", "hello", "0"], separators=(",", ":"))
    assert hashlib.sha256(guessed.encode()).hexdigest()[:32] not in ids
    hidden = ["letters", pseudonym("Ann@Example.com"), "2017-05-01T12:01:00Z", pseudonym("hello"), "0"]
    assert hashlib.sha256(json.dumps(hidden, separators=(",", ":")).encode()).hexdigest()[:32] in ids


def test_what_is_rejected_is_whole_and_a_replay_hides_it_as_the_first_run_would_have(keyed_shop: Shop) -> None:
    keyed_shop.run(*sources(keyed_shop, INGEST, KEYED))
    [(payload,)] = keyed_shop.rows("bronze.rejected", "payload")
    assert json.loads(payload)["mail"] == "nobody"
    lenient = sources(keyed_shop, INGEST.replace("'%@%'", "'%o%'"), KEYED)
    assert "1 rejected records were replayed: 1 are events now" in keyed_shop.run(*lenient, replay=True).notes[0]
    tables = [("silver.events", "event_id", "subject_id", "text"), ("silver.identifiers", "identifier_id", "value")]
    replayed = [keyed_shop.rows(*table) for table in tables]
    assert pseudonym("nobody") in str(replayed)
    shutil.rmtree(keyed_shop.root)
    keyed_shop.run(*lenient)
    assert [keyed_shop.rows(*table) for table in tables] == replayed


@pytest.mark.parametrize(
    ("right", "wrong", "place", "what", "way_out"),
    [
        (KEYED, PROJECT, "7:5", "pseudonyms are made with a key, or trying out would tell whose they are", "identifier_key"),
        ("note: note}\n", "nte: note}\n", "7:52", "no such column: nte", "did you mean note?"),
        ("note: note}\n", "at: note}\n", "7:51", "at is timestamp, and pseudonyms are texts", "declare it as string"),
        ("note: note}\n", "note: nte}\n", "7:53", "there is no column nte", "did you mean note?"),
        ("note: note}\n", "note: note}\n    truncate_ip: [note]\n", "7:53", "note is in truncate_ip, too", "an address is cut"),
    ],
)
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, right: str, wrong: str, place: str, what: str, way_out: str) -> None:
    project, ingest = (text.replace(right, wrong) for text in (KEYED, INGEST))
    _, found = resolved(tmp_path, "ingest", project=project, ingest=ingest, models="")
    assert [where for where, _, _ in told(found)] == [f"ingest.yml:{place}"]
    [(_, sentence, way)] = told(found)
    assert what in sentence
    assert way_out in way
