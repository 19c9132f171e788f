"""How files are read, as ingest.yml says it, right and wrong. No Spark."""

from pathlib import Path

import pytest

from dmp_spark.formats.patterns import PATTERNS
from dmp_spark.formats.spec import Field, Reading, Signs
from tests.written_project import resolved, told

BEGIN = (
    "sources:\n  orders:\n    read: {{path: orders, format: {format}{more}}}\n    arrives: appended\n    columns: {{{columns}}}\n"
)
EVENTS = """    events:
      purchase:
        id: fingerprint
        time: {column: at, zone: UTC}
        known: {after: 0 minutes}
        identifiers: {customer: customer}
"""
PLAIN = "customer: string, at: timestamp"


def source(columns: str = PLAIN, kind: str = "json", more: str = "", below: str = "") -> str:
    return BEGIN.format(format=kind, more=more and f", {more}", columns=columns) + below + EVENTS


def read(folder: Path, text: str) -> Reading:
    spec, found = resolved(folder, "ingest", ingest=text, models="")
    assert told(found) == []
    [orders] = spec.sources
    reading: Reading = orders.reading
    return reading


def test_what_is_said_of_a_column_is_how_it_is_read(tmp_path: Path) -> None:
    columns = (
        "customer: {from: 'user.ids[0].name', type: string}, at: {type: timestamp, format: epoch_millis}, "
        "day: {folder: dt, type: date}, sku: {from: items.sku, type: string}, plain: bigint"
    )
    reading = read(
        tmp_path, source(columns, more="explode: items, settle: 2 minutes", below="    extra: drop\n    optional: [day]\n")
    )
    assert reading == Reading(
        format="json",
        fields=(
            Field(name="customer", type="string", at="user.ids[0].name"),
            Field(name="at", type="timestamp", format="epoch_millis"),
            Field(name="day", type="date", folder="dt"),
            Field(name="sku", type="string", at="items.sku"),
            Field(name="plain", type="bigint"),
        ),
        optional=("day",),
        explode="items",
        keeps_extra=False,
    )
    spec, _ = resolved(tmp_path, "ingest", ingest=source(more="settle: 2 minutes"), models="")
    assert spec.sources[0].settle == 120


def test_what_stands_for_what_in_files_of_text(tmp_path: Path) -> None:
    more = 'encoding: Windows-1252, comment: "#", nulls: ["-", "NULL", "-"], separator: "\\t", quote: none, escape: backslash'
    reading = read(tmp_path, source("customer: string, at: {from: [day, clock], type: timestamp}", "csv", more))
    assert reading.signs == Signs(
        encoding="Windows-1252", comment="#", nulls=("-", "NULL"), separator="\t", quote="", escape="\\"
    )
    assert reading.fields[1].places == ("day", "clock")
    assert read(tmp_path, source("customer: {from: [who], type: bigint}, at: timestamp")).fields[0].places == ("who",)

    apache = source("customer: {from: client, type: string}, at: timestamp", "text", "pattern: apache_common, nulls: [x]")
    assert read(tmp_path, apache).signs == Signs(nulls=("-", "x"))  # what the pattern writes for nothing stays so
    assert read(tmp_path, source(kind="json", more="encoding: UTF8")).signs == Signs()
    assert read(tmp_path, source(kind="csv", more="encoding: utf-8-sig, quote: single")).signs == Signs(quote="'")


def test_a_named_pattern_brings_its_columns_and_an_own_one_its_groups(tmp_path: Path) -> None:
    apache = source(kind="text", more="pattern: apache_combined").replace("    columns: {customer: string, at: timestamp}\n", "")
    reading = read(tmp_path, apache.replace("customer: customer", "ip: client"))
    assert reading.types == dict(PATTERNS["apache_combined"].columns)
    assert (reading.pattern, reading.signs.nulls) == (PATTERNS["apache_combined"].expression, ("-",))
    assert [field for field in reading.fields if field.format] == [
        Field(name="at", type="timestamp", format="dd/MMM/yyyy:HH:mm:ss Z")
    ]

    reading = read(
        tmp_path, source("customer: {from: who, type: string}, at: timestamp", "text", r"pattern: '(?<who>\w+) (?P<at>.*)'")
    )
    assert reading.pattern == r"(?P<who>\w+) (?P<at>.*)"


@pytest.mark.parametrize(
    ("text", "sentence", "way_out"),
    [
        (source("customer: {type: strng}, at: timestamp"), "no such type: strng", "did you mean string?"),
        (source("customer: {from: a..b, type: string}, at: timestamp"), "a..b is no path", ""),
        (source(more="explode: 'a['"), "a[ is no path", ""),
        (
            source(kind="parquet", more="explode: items"),
            "`explode` is of json, and these files are parquet",
            "format: json, or leave it out",
        ),
        (
            source(kind="json", more='separator: ";"'),
            "`separator` is of csv, and these files are json",
            "format: csv, or leave it out",
        ),
        (source(kind="text"), "`pattern` is missing: lines of text are taken apart by one", "apache_combined"),
        (source(kind="text", more="pattern: apache_combnied"), "the pattern names no group", "did you mean apache_combined?"),
        (source(kind="text", more="pattern: '(?<at>.*'"), "the pattern is no regular expression of Python", ""),
        (
            source(kind="text", more="pattern: '(?<at>.*) (?<custmer>.*)'"),
            "the pattern has no group customer",
            "did you mean custmer?",
        ),
        (
            source("customer: {type: string, from: a, folder: b}, at: timestamp"),
            "a column is either in the record or in the path",
            "",
        ),
        (
            source("customer: string, at: {type: timestamp, folder: at}"),
            "a folder's value is no timestamp",
            "one of string, int, bigint, date",
        ),
        (source("customer: {type: string, format: yyyy}, at: timestamp"), "`format` is of times, and this is string", ""),
        (source("customer: string, at: {type: timestamp, format: yyyy}", "parquet"), "`format` is of times written as text", ""),
        (
            source("customer: string, at: {type: timestamp, format: 'YYYY-MM-dd'}"),
            "`YYYY` is no part of a datetime pattern",
            "epoch_millis",
        ),
        (source("customer: string, at: {type: timestamp, format: 'yyyy EEE'}"), "`EEE` is no part of a datetime pattern", ""),
        (source("customer: string, at: {type: timestamp, format: 'HH:mm'}"), "a datetime pattern has a year", ""),
        (
            source("customer: {from: a.b, type: string}, at: {from: 'a[0]', type: timestamp}"),
            "a cannot be read so: customer reads it",
            "a.b is a field",
        ),
        (
            source("customer: {from: 'items[0].who', type: string}, at: timestamp", more="explode: items"),
            "items cannot be read so: each of its elements is a record",
            "",
        ),
        (source(more="settle: 1 month"), "1 month has no fixed length", "settle: 1 minute"),
        (source(kind="csv", more="encoding: windows1252x"), "no such encoding: windows1252x", "did you mean windows-1252?"),
        (source(kind="csv", more="encoding: base64"), "no such encoding: base64", "utf-16"),  # no encoding of text
        (source(kind="csv", more="encoding: unicode_escape"), "no such encoding: unicode_escape", "utf-16"),
        (
            source(kind="parquet", more="encoding: utf-16"),
            "`encoding` is of csv or json or text, and these files are parquet",
            "",
        ),
        (source(kind="json", more="comment: '#'"), "`comment` is of csv or text, and these files are json", ""),
        (source(kind="json", more="nulls: ['-']"), "`nulls` is of csv or text, and these files are json", ""),
        (source(kind="text", more="pattern: apache_common, quote: none"), "`quote` is of csv, and these files are text", ""),
        (source(kind="csv", more="separator: '::'"), "cells are separated by one sign", "format: text with a pattern"),
        (source(kind="csv", more="separator: ''"), "cells are separated by one sign", "format: text with a pattern"),
        (source(kind="csv", more="separator: ';', comment: ';'"), "lines that begin with ';' would be comments", "the signs"),
        (source(kind="csv", more="comment: '\"x'"), "would be comments", "the signs"),
        (
            source(kind="csv", more="escape: backslash, nulls: ['\\N']"),
            "a backslash escapes what follows it",
            "leave `escape` out",
        ),
        (
            source("customer: string, at: {from: [a, b], type: date}", "csv"),
            "two texts are no number, and no date of ISO",
            "`format`",
        ),
        (
            source("customer: string, at: {from: [a, b], type: timestamp, format: epoch_millis}", "csv"),
            "two texts are no number, and no date of ISO",
            "`format`",
        ),
        (source(kind="csv", more="separator: x"), "cells are separated by one sign", "format: text with a pattern"),
        (source(kind="csv", more="separator: '.'"), "cells are separated by one sign", "format: text with a pattern"),
        (
            source("customer: string, at: {from: [day, clock], type: timestamp}", "parquet"),
            "texts make a column together, and parquet holds values",
            "name one of them",
        ),
        (
            source("customer: {from: [a, b], type: bigint}, at: timestamp", "csv"),
            "texts with a blank between are no bigint",
            "name one of them",
        ),
        (
            source("customer: {from: [a, 'b..c'], type: string}, at: timestamp"),
            "b..c is no path",
            "",
        ),
        (
            source("customer: {from: [a, b.c], type: string}, at: {from: 'b[0]', type: timestamp}"),
            "b cannot be read so: customer reads it",
            "a.b is a field",
        ),
        (
            source("customer: {from: [who, whom], type: string}, at: timestamp", "csv", "names: [who, at]"),
            "`names` has no whom",
            "did you mean who?",
        ),
        (
            source("customer: {from: [who, whom], type: string}, at: timestamp", "text", "pattern: '(?<at>.*) (?<who>.*)'"),
            "the pattern has no group whom",
            "did you mean who?",
        ),
    ],
)
def test_what_cannot_be_read_so_is_told_with_the_way_out(tmp_path: Path, text: str, sentence: str, way_out: str) -> None:
    _, found = resolved(tmp_path, "ingest", ingest=text, models="")
    problems = [(problem.what, problem.way_out) for problem in found.problems]
    assert any(sentence in what and way_out in way for what, way in problems), problems


def test_a_condition_of_an_event_is_proven(tmp_path: Path) -> None:
    right = source().replace("id: fingerprint", "where: customer like 'C%'\n        id: fingerprint")
    spec, found = resolved(tmp_path, "ingest", ingest=right, models="")
    assert (told(found), spec.sources[0].events[0].where) == ([], "customer like 'C%'")

    _, found = resolved(tmp_path, "ingest", ingest=right.replace("customer like", "custmer like"), models="")
    assert "custmer" in told(found)[0][1] or "custmer" in str(told(found))
