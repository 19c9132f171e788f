"""`dmp init`: what is drafted passes `dmp check` whatever the files, and says what they hold. No Spark."""

import gzip
import json
from pathlib import Path

import pytest

from dmp_spark import registry
from dmp_spark.draft.guess import guess, plain
from dmp_spark.draft.infer import type_of
from dmp_spark.draft.look import look
from dmp_spark.draft.looked import Column
from dmp_spark.draft.write import draft
from dmp_spark.errors import UserError
from dmp_spark.formats.spec import Signs
from dmp_spark.ingest.resolved import Source
from tests.shared_data import shared
from tests.system.file_kinds import KINDS, record

REAL = [
    "clickstream/rees46_2019-Oct-sample.csv",
    "clickstream/apache_logs.txt",
    "online_retail/online_retail.parquet",
    "snowplow_web/snowplow_web_events.csv",
    "snowplow_paths/snowplow_fractribution_events.csv",
    "hillstrom/hillstrom.csv",
    "attribution/channelattribution_PathData.csv",
    "ab/cookie_cats.csv",
    "tabular/adult.train",
    "tabular/Telco-Customer-Churn.csv",
    "linkage/fake_1000.csv",
    "lastfm2k/user_artists.dat",
    "text/waimai_10k.csv",
    "privacy/pipelinedp_restaurants_week_data.csv",
]


def drafted(folder: Path, *files: Path) -> tuple[Source, ...]:
    """The sources of the draft, once it stands in the folder; a mistake in it is a UserError."""
    folder.mkdir(exist_ok=True)
    for path, text in draft(folder, files).items():
        path.write_text(text, encoding="utf-8")
    _, resolution = registry.resolved(folder)
    sources: tuple[Source, ...] = resolution.specs["ingest"].sources  # type: ignore[attr-defined]
    return sources


@pytest.mark.parametrize("name", REAL)
def test_a_draft_of_real_files_has_no_mistakes(tmp_path: Path, name: str) -> None:
    [source] = drafted(tmp_path / "shop", shared(*name.split("/")))
    assert source.columns and (source.events or source.reference)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("text")])  # a pattern of one's own is no guess
def test_every_format_is_known_by_what_it_holds(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a file.bin" if not kind.endswith("gz") else tmp_path / "a file.gz"
    path.write_bytes(KINDS[kind].write([record(number) for number in range(5)]))

    [source] = drafted(tmp_path / "shop", path)
    assert source.name == "a_file" and source.format == KINDS[kind].read
    names = {"who": "string", "id": "bigint", "at": "timestamp", "value": "double", "note": "string"}
    if kind.startswith("json"):
        names["user_name"] = names.pop("who")
        assert [(field.name, field.at) for field in source.fields] == [("user_name", "user.name")]
    assert source.columns == names


def test_what_is_guessed_of_events(tmp_path: Path) -> None:
    lines = ["Event Time,event_type,product_id,user_id,Order Id,price,note"]
    lines += [f"2019-10-01 00:00:0{n} UTC,{'view' if n % 2 else 'cart'},{n % 3},{n % 4},7,1.5,x" for n in range(10)]
    path = tmp_path / "2019-Oct.csv"
    path.write_text("\n".join(lines), encoding="utf-8")

    [source] = drafted(tmp_path / "shop", path)
    assert (source.name, source.arrives) == ("oct", "appended")
    assert source.columns == {
        "event_time": "timestamp", "event_type": "string", "product_id": "bigint", "user_id": "bigint", "order_id": "bigint",
        "price": "double", "note": "string",
    }  # fmt: skip
    assert [(field.name, field.at, field.format) for field in source.fields] == [
        ("event_time", "Event Time", "yyyy-MM-dd HH:mm:ss VV"),
        ("order_id", "Order Id", ""),
    ]
    assert [(event.event_type, event.where) for event in source.events] == [
        ("cart", "event_type = 'cart'"),
        ("view", "event_type = 'view'"),
    ]
    [event, _] = source.events
    assert (event.id_kind, event.time.column, [each.name for each in event.identifiers]) == (
        "fingerprint",
        "event_time",
        ["user"],
    )
    assert {each.name: each.expression for each in event.values} == {"item_id": "product_id", "order_id": "order_id"}
    assert [each.name for each in event.attributes] == ["price", "note"]


@pytest.mark.parametrize(
    ("ending", "says_whose_clock"), [("Z", True), ("+01:00", True), ("-0500", True), ("-05:00", True), ("", False), (".5", False)]
)
def test_a_time_without_an_offset_is_one_of_an_unknown_clock(tmp_path: Path, ending: str, says_whose_clock: bool) -> None:
    path = tmp_path / "x.csv"
    path.write_text("user_id,at\n" + "".join(f"{n},2024-01-0{n} 10:00:00{ending}\n" for n in range(1, 5)), encoding="utf-8")

    text = draft(tmp_path / "shop", [path])[tmp_path / "shop" / "ingest.yml"]
    assert ("the file does not say whose clock it is" not in text) == says_whose_clock


def test_records_of_a_csv_are_looked_at_however_long_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dmp_spark.formats.lines.CHUNK", 8)  # so that a file of many chunks is small
    path = tmp_path / "x.csv"
    path.write_text("a,note\n" + "".join(f'{n},"two\nlines"\n' for n in range(100)), encoding="utf-8")

    looked = look(path)
    assert [column.values for column in looked.columns] == [tuple(map(str, range(100))), ("two\nlines",) * 100]
    assert looked.is_whole


@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-8", None), ("windows-1252", "windows-1252"), ("utf-16", "utf-16"), ("latin-1", "latin-1")]
)
@pytest.mark.parametrize("kind", ["csv", "log", "json"])
def test_an_encoding_is_found(tmp_path: Path, kind: str, encoding: str, told: str | None) -> None:
    word = "größe \x81" if encoding == "latin-1" else "größe €"
    log = '1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET /{} HTTP/1.1" 200 5\n'
    texts = {"csv": "a,note\n1,{}\n", "log": log, "json": '{{"a": 1, "note": "{}"}}\n'}
    path = tmp_path / "x"
    path.write_bytes(texts[kind].format(word.replace(" ", "_")).encode(encoding))

    looked = look(path)
    assert (looked.format, looked.read.get("encoding")) == ("text" if kind == "log" else kind, told)
    note = next(column for column in looked.columns if column.place in ("note", "target"))
    assert str(note.values[0]).strip("/") == word.replace(" ", "_")


def test_one_bad_byte_makes_no_other_encoding_and_a_guess_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"user_id,note\n" + "1,Zoë\n2,Zoë\n".encode() + b"3,\xff\n4,plain\n")
    assert look(path).read == {}

    path.write_bytes("user_id,note\n1,Zoë\n".encode("windows-1252"))
    assert (
        "encoding: windows-1252}   # its letters are guessed"
        in draft(tmp_path / "shop", [path])[tmp_path / "shop" / "ingest.yml"]
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"no gzip", "it is not compressed by gzip"), (gzip.compress(b"a,b\n" * 99)[:15], "it ends within what gzip compressed")],
)
def test_what_is_no_gzip_is_told(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "x.csv.gz").write_bytes(content)
    with pytest.raises(UserError, match=sentence):
        draft(tmp_path / "shop", [tmp_path / "x.csv.gz"])


def test_what_stands_above_a_csv_is_a_comment_and_utf_16_is_seen_within_gzip(tmp_path: Path) -> None:
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress("# exported by a shop\na;b\n1;ü\n".encode("utf-16")))
    looked = look(path)
    assert looked.read == {"encoding": "utf-16", "comment": "#", "separator": ";"}
    assert [(column.place, column.values) for column in looked.columns] == [("a", ("1",)), ("b", ("ü",))]

    path.write_bytes(gzip.compress(b"#id;b\n1;2\n"))  # a name may begin so
    assert [column.place for column in look(path).columns] == ["#id", "b"]


def test_words_that_hide_numbers_are_nulls(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,at,name,code\n1,\\N,NA,x\nNULL,2020-01-01,Bo,NULL\n3,2020-01-02,-,-\n", encoding="utf-8")

    [source] = drafted(tmp_path / "shop", path)
    assert source.columns == {"a": "bigint", "at": "date", "name": "string", "code": "string"}
    assert source.signs.nulls == ("NULL", "\\N")


@pytest.mark.parametrize("separator", [" ", "\t"])
@pytest.mark.parametrize("agent", ["Mozilla/5.0+(X11)", '"Mozilla/5.0 (X11)"'])
def test_a_log_of_the_w3c_is_known_by_its_line_of_fields(tmp_path: Path, separator: str, agent: str) -> None:
    lines = ["#Software: x", "#Fields: date time s-ip c-ip cs-uri-stem sc-status cs(User-Agent)"]
    lines += [
        separator.join(
            ["2020-01-31", f"{n // 60:02}:{n % 60:02}:03", f"9.9.9.{n}", f"1.2.3.{n}", "/a", "200" if n else "-", agent]
        )
        for n in range(200)
    ]
    lines.insert(3, "#Date: 2020-01-31 01:00:00")
    lines.append(separator.join(["-", "-", "9.9.9.9", "1.2.3.9", "/a", "200", agent]))
    path = tmp_path / "u_ex200131.log"
    path.write_text("\n".join(lines), encoding="utf-8")

    [source] = drafted(tmp_path / "shop", path)
    assert source.columns == {
        "at": "timestamp", "s_ip": "string", "c_ip": "string", "cs_uri_stem": "string", "sc_status": "bigint",
        "cs_user_agent": "string",
    }  # fmt: skip
    assert source.fields[0].places == ("date", "time")
    quote = '"' if agent.startswith('"') else ""
    assert source.signs == Signs(comment="#", nulls=("-",), separator=separator, quote=quote)
    [event] = source.events
    assert (event.event_type, event.time.column, event.id_kind) == ("page_view", "at", "position")
    assert ("device", "cs_user_agent") in [(each.name, each.expression) for each in event.values]
    assert [(each.name, each.expression) for each in event.identifiers] == [("ip", "c_ip")]


def test_names_that_come_out_alike_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "Order Id,order_id,user_id,at,Price,price\n" + "".join(f"{n},7,{n},2024-01-0{n},1.5,2\n" for n in range(1, 5)),
        encoding="utf-8",
    )

    assert [each.name for each in guess(look(path)).columns] == ["order_id_2", "order_id", "user_id", "at", "Price", "price"]
    [source] = drafted(tmp_path / "shop", path)
    assert {field.name: field.at for field in source.fields} == {"order_id_2": "Order Id"}
    assert {each.name: each.expression for each in source.events[0].attributes} == {
        "order_id": "order_id", "price": "Price", "price_2": "price",
    }  # fmt: skip


def test_what_has_no_time_is_reference_data_with_the_shortest_key(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("shop,article,size,price\n" + "".join(f"{n % 2},{n // 2},,{n}.5\n" for n in range(6)), encoding="utf-8")

    [source] = drafted(tmp_path / "shop", path)
    assert source.reference is not None and (source.arrives, source.reference.key) == ("replaced", ("shop", "article"))


def test_an_array_of_objects_is_exploded_and_a_second_source_has_a_name_of_its_own(tmp_path: Path) -> None:
    orders = [
        {"order_id": n, "at": 1_569_888_000_000 + n, "customer": {"id": f"c{n % 3}"}, "items": [{"sku": "a"}, {"sku": "b"}]}
        for n in range(9)
    ]
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        text = "".join(json.dumps(order) + "\n" for order in orders)
        (tmp_path / folder / "orders.json.gz").write_bytes(gzip.compress(text.encode()))

    first, second = drafted(tmp_path / "shop", *[tmp_path / folder / "orders.json.gz" for folder in ("one", "two")])
    assert (first.name, second.name, first.explode) == ("orders", "orders_2", "items")
    assert {field.name: (field.at, field.format) for field in first.fields} == {
        "at": ("", "epoch_millis"), "customer_id": ("customer.id", ""), "items_sku": ("items.sku", ""),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "-2", None], ("bigint", "")),
        (["2103807459595387724"], ("bigint", "")),
        (["9" * 20], ("string", "")),
        (["007", "8"], ("string", "")),
        (["1.5", "2"], ("double", "")),
        (["true", "FALSE"], ("boolean", "")),
        (["2024-02-29"], ("date", "")),
        (["2024-02-29", "2024-02-30"], ("string", "")),
        (["2024-02-29 10:00", "2024-02-29T10:00:00.5Z"], ("timestamp", "")),
        (["17/May/2015:10:05:03 +0000"], ("timestamp", "dd/MMM/yyyy:HH:mm:ss Z")),
        (["31/12/2024 10:00"], ("timestamp", "dd/MM/yyyy HH:mm")),
        (["12/1/2010 8:26", "12/31/2010 10:05"], ("timestamp", "M/d/yyyy H:mm")),
        (["31.1.2010 8:26"], ("timestamp", "d.M.yyyy H:mm")),
        (["1/31/2010 8:26:00 PM"], ("timestamp", "M/d/yyyy h:mm:ss a")),
        (["31/1/2010"], ("date", "d/M/yyyy")),
        (["Wed Oct 10 20:19:24 +0000 2018"], ("timestamp", "EEE MMM dd HH:mm:ss Z yyyy")),
        (["Wed, 10 Oct 2018 20:19:24 GMT"], ("timestamp", "EEE, dd MMM yyyy HH:mm:ss VV")),
        (["1431857103"], ("timestamp", "epoch_seconds")),
        (["1431857103000"], ("timestamp", "epoch_millis")),
        (["20240131"], ("date", "yyyyMMdd")),
        ([None, ""], ("string", "")),
    ],
)
def test_types_are_those_that_hold_every_value(texts: list[str | None], kind: tuple[str, str]) -> None:
    assert type_of(Column("created_at", tuple(texts))) == kind


def test_names_are_those_that_a_project_may_write() -> None:
    assert [plain(name) for name in ("InvoiceNo", "Order Id", "größe", "2019-Oct", "__x", "数据")] == [
        "invoice_no", "order_id", "gr_e", "oct", "x", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "it holds nothing"),
        (b"[\n{}]", "it is one array"),
        (b"\x00\x01\x02", "it is neither text nor a format known here"),
        (b"a\nb\n", None),
        (b"1\n2\n", "its first line does not name the columns, and has a single cell"),
        (b"#Fields: a b\n1 2\n#Fields: b a\n2 1\n", "its lines #Fields: differ"),
        (b"#Fields: a b a\n1 2 3\n", "its line #Fields: names a field more than once"),
        (b"#Fields: a b\n1 2 3\n", "none of its lines has as many cells as its line #Fields: names"),
        (b'a,b\n1,"open\n', "it is not CSV"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_drafted(tmp_path: Path, content: bytes, sentence: str | None) -> None:
    (tmp_path / "x").write_bytes(content)
    if sentence is None:
        assert [each.name for each in guess(look(tmp_path / "x")).columns] == ["a"]
        return
    with pytest.raises(UserError, match="cannot be taken") as refused:
        draft(tmp_path / "shop", [tmp_path / "x"])
    assert sentence in str(refused.value)


def test_a_project_that_is_there_and_a_file_that_is_not_are_refused(tmp_path: Path) -> None:
    (tmp_path / "project.yml").write_text("", encoding="utf-8")
    for folder, file, sentence in ((tmp_path, "x", "is a project already"), (tmp_path / "new", "x", "there is no file")):
        with pytest.raises(UserError, match=sentence):
            draft(folder, [tmp_path / file])
