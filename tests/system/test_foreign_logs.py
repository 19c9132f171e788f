"""Logs as other programs write them, each drafted by `dmp init` and read by YAML: the W3C's, spreadsheets', Spark's, MySQL's.

What each of them says is told here by hand, and is what stands.
"""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.acceptance.tables import rows_of
from tests.system.commands import warm

pytestmark = pytest.mark.slow  # two runs of `dmp`

PROJECT = "grammar: 1\nproject: foreign\nas_of: 2021-01-01\ntime_zone: UTC\n"
W3C = """#Software: a server
#Version: 1.0
#Date: 2020-01-31 00:00:00
#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status cs(User-Agent)
2020-01-31 23:59:58 192.0.2.1 GET /a - 200 Mozilla/5.0+(X11)
2020-01-31 23:59:59 192.0.2.2 GET /b"c q=1 - -
#Date: 2020-02-01 00:00:00
2020-02-01 00:00:00 192.0.2.1 POST /a - 404 Mozilla/5.0+(X11)
"""
DELIVERY = """#Version: 1.0
#Fields: date time x-edge-location c-ip cs-uri-stem cs(User-Agent)
2020-03-01\t01:13:11\tFRA2\t192.0.2.10\t/view/my%20file.html\tMozilla/5.0%20(X11)
2020-03-01\t01:13:12\tFRA2\t192.0.2.12\t/b\t-
"""
SPREADSHEET = "Bestellung;Kunde;Wann;Stück;Notiz\n1;Zoë;31.1.2020 8:05;2;„größer“ – 5 €\n2;Ann;1.2.2020 10:00;NULL;\n"
SPARKS = 'id,who,at,note\n1,ann,2020-01-01 10:00:00,"says \\"hi\\", twice"\n2,bob,2020-01-01 11:00:00,"back\\\\slash"\n'
MYSQL = '1\tann\t2020-01-01 10:00:00\t5" nail\n2\t\\N\t2020-01-01 11:00:00\t"open\n3\tbob\t2020-01-01 12:00:00\t\\N\n'
WIDE = [{"user": "日本", "at": "2020-05-05T05:05:05Z", "n": 1}, {"user": "ann", "at": "2020-05-06T05:05:05Z", "n": 2}]

FILES = {
    "w3c.log": W3C.encode(),
    "delivery.log.gz": gzip.compress(DELIVERY.encode()),
    "spreadsheet.csv": SPREADSHEET.encode("windows-1252"),
    "sparks.csv": SPARKS.encode(),
    "mysql.tsv": MYSQL.encode(),
    "wide.json": "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in WIDE).encode("utf-16"),
}
EVENTS = """    events:
      visit:
        id: position
        time: {column: at, zone: UTC}
        known: {after: 0 minutes}
        identifiers: {who: who}
        context: {note: note}
"""
READ = {
    "w3c": """    read: {path: data/w3c.log, format: csv, comment: "#", separator: " ", quote: none, nulls: ["-"],
           names: [date, time, c-ip, cs-method, cs-uri-stem, cs-uri-query, sc-status, cs(User-Agent)]}
    columns:
      at: {from: [date, time], type: timestamp}
      who: {from: c-ip, type: string}
      note: {from: [cs-method, cs-uri-stem], type: string}
      status: {from: sc-status, type: int}
""",
    "delivery": """    read: {path: data/delivery.log.gz, format: csv, comment: "#", separator: "\\t", quote: none, nulls: ["-"],
           names: [date, time, x-edge-location, c-ip, cs-uri-stem, cs(User-Agent)]}
    columns:
      at: {from: [date, time], type: timestamp}
      who: {from: c-ip, type: string}
      note: {from: cs-uri-stem, type: string}
""",
    "spreadsheet": """    read: {path: data/spreadsheet.csv, format: csv, encoding: windows-1252, separator: ";", nulls: ["NULL"]}
    columns:
      at: {from: Wann, type: timestamp, format: "d.M.yyyy H:mm"}
      who: {from: Kunde, type: string}
      note: {from: Notiz, type: string}
      pieces: {from: Stück, type: int}
""",
    "sparks": """    read: {path: data/sparks.csv, format: csv, escape: backslash}
    columns: {id: int, who: string, at: timestamp, note: string}
""",
    "mysql": """    read: {path: data/mysql.tsv, format: csv, separator: "\\t", quote: none, nulls: ["\\\\N"], names: [id, who, at, note]}
    columns: {id: int, who: string, at: timestamp, note: string}
""",
    "wide": """    read: {path: data/wide.json, format: json, encoding: utf-16}
    columns: {who: {from: user, type: string}, at: timestamp, note: {from: [user, n], type: string}}
""",
}
AGENT = {"cs(User-Agent)": "Mozilla/5.0+(X11)"}
EXPECTED = [
    ("delivery", "192.0.2.10", datetime(2020, 3, 1, 1, 13, 11), "/view/my%20file.html", {"x-edge-location": "FRA2", "cs(User-Agent)": "Mozilla/5.0%20(X11)"}),
    ("delivery", "192.0.2.12", datetime(2020, 3, 1, 1, 13, 12), "/b", {"x-edge-location": "FRA2"}),
    ("mysql", "ann", datetime(2020, 1, 1, 10), '5" nail', None),
    ("mysql", "bob", datetime(2020, 1, 1, 12), None, None),
    ("sparks", "ann", datetime(2020, 1, 1, 10), 'says "hi", twice', None),
    ("sparks", "bob", datetime(2020, 1, 1, 11), "back\\slash", None),
    ("spreadsheet", "Ann", datetime(2020, 2, 1, 10), None, {"Bestellung": "2"}),
    ("spreadsheet", "Zoë", datetime(2020, 1, 31, 8, 5), "„größer“ – 5 €", {"Bestellung": "1"}),
    ("w3c", "192.0.2.1", datetime(2020, 1, 31, 23, 59, 58), "GET /a", AGENT),
    ("w3c", "192.0.2.1", datetime(2020, 2, 1), "POST /a", AGENT),
    ("w3c", "192.0.2.2", datetime(2020, 1, 31, 23, 59, 59), 'GET /b"c', {"cs-uri-query": "q=1"}),
    ("wide", "ann", datetime(2020, 5, 6, 5, 5, 5), "ann 2", None),
    ("wide", "日本", datetime(2020, 5, 5, 5, 5, 5), "日本 1", None),
]  # fmt: skip


def deliver(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)


@pytest.mark.usefixtures("spark")
def test_what_other_programs_write_is_read_as_they_mean_it(tmp_path: Path) -> None:
    deliver(tmp_path / "data")
    (tmp_path / "project.yml").write_text(PROJECT, encoding="utf-8")
    sources = [f"  {name}:\n{read}    arrives: appended\n{EVENTS}" for name, read in READ.items()]
    (tmp_path / "ingest.yml").write_text("sources:\n" + "".join(sources), encoding="utf-8")
    done = warm("run", "-p", str(tmp_path))
    assert done.code == 0, done.everything

    silver = tmp_path / "lakehouse" / "silver"
    events = rows_of(silver / "events").to_pylist()
    who = {row["identifier_id"]: row["value"] for row in rows_of(silver / "identifiers").to_pylist()}
    found = [
        (row["source"], who[row["subject_id"]], row["event_time"], dict(row["context"] or {}).get("note"), dict(row["_extra"] or {}) or None)
        for row in events
    ]  # fmt: skip
    told = [(name, of, at.replace(tzinfo=UTC), note, extra) for name, of, at, note, extra in EXPECTED]
    assert sorted(found, key=lambda row: row[:3]) == sorted(told, key=lambda row: row[:3])
    rejected = rows_of(tmp_path / "lakehouse" / "bronze" / "rejected").to_pylist()
    assert [(row["source"], row["position"], row["reasons"]) for row in rejected] == [("mysql", 1, ["no_identifier"])]


@pytest.mark.usefixtures("spark")
def test_what_other_programs_write_is_drafted_and_runs_as_it_stands(tmp_path: Path) -> None:
    deliver(tmp_path)
    project = tmp_path / "drafted"
    drafted = [name for name in FILES if name not in ("sparks.csv", "mysql.tsv")]  # whose escapes and names no file tells
    named = [word for name in drafted for word in ("--from", str(tmp_path / name))]
    for words in (("init", str(project), *named), ("check", "-p", str(project)), ("run", "-p", str(project))):
        done = warm(*words)
        assert done.code == 0, done.everything

    files = rows_of(project / "lakehouse" / "bronze" / "files").to_pylist()
    assert {row["source"]: row["rows_accepted"] for row in files} == {"delivery": 2, "spreadsheet": 2, "w3c": 3, "wide": 2}
