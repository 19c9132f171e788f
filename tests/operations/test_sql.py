"""`dmp sql` without Spark: what is taken, what is refused, what comes back."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dmp_spark.errors import UserError
from dmp_spark.lakehouse.location import Location
from dmp_spark.operations.ledger import Ledger
from dmp_spark.operations.sql import answer, checked_engine
from dmp_spark.operations.sql_catalog import catalog
from dmp_spark.operations.sql_columns import needed_columns
from dmp_spark.operations.sql_guard import guarded
from dmp_spark.operations.sql_translation import with_views
from dmp_spark.operations.values import python_rows
from tests.operations.small_lakehouse import AS_OF, events, publish, published, write


class SparkNeeded(Exception):
    pass


def no_spark():
    raise SparkNeeded


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return published(tmp_path_factory.mktemp("lakehouse"))


def ask(root, text):
    return list(python_rows(answer(Location(root), text, "auto", no_spark).rows))


def test_money_is_summed_exactly_and_null_groups_come_first(root):
    text = "select event_type, count(*), count(distinct event_id), sum(value), max(event_date) from silver.events group by 1 order by 1"
    assert ask(root, text) == [
        (None, 1, 1, Decimal("-1.0000"), None),
        ("purchase", 2, 2, Decimal("3.7500"), date(2017, 2, 3)),
        ("visit", 1, 1, None, date(2017, 2, 5)),
    ]


def test_results_without_a_name_are_named_by_their_text(root):
    text = "select event_type, count(*), sum(value) as total from silver.events group by 1"
    names = answer(Location(root), text, "auto", no_spark).rows.schema.names
    assert names == ["event_type", "count(*)", "total"]


def test_the_view_of_events_has_todays_person_and_keeps_events_without_one(root):
    text = "select event_id, person_id from gold.events order by event_id"
    assert ask(root, text) == [("e1", "A"), ("e2", "B"), ("e3", "B"), ("e4", None)]


def test_an_instant_with_an_offset_is_that_instant_and_a_text_that_may_have_one_goes_to_spark(root):
    same = "select timestamp '2017-02-03T00:00:00-05:00' = timestamp '2017-02-03 05:00:00', timestamp '2017-02-03 00:00:00Z'"
    assert ask(root, f"{same} = timestamp '2017-02-03 00:00:00'") == [(True, True)]
    with pytest.raises(SparkNeeded):
        ask(root, "select cast(text as timestamp) from silver.events")


def test_segment_sizes_count_open_stays_at_each_publication(root):
    assert ask(root, "select as_of, segment, people from gold.segment_sizes") == [
        (AS_OF.replace(tzinfo=None), "lovers", 2)
    ] or ask(root, "select segment, people from gold.segment_sizes") == [("lovers", 2)]


def test_bookkeeping_columns_are_hidden(root):
    assert "_content_hash" not in answer(Location(root), "select * from silver.events", "auto", no_spark).rows.schema.names
    with pytest.raises(UserError):
        ask(root, "select _content_hash from silver.events")


def test_an_entry_of_a_map_is_reached_by_a_dot(root):
    text = "select attributes.store_id, e.attributes.store_id, attributes['store_id'] from silver.events e order by event_id"
    assert ask(root, text) == [("9",) * 3, (None,) * 3, (None,) * 3, ("10",) * 3]
    names = answer(Location(root), text, "auto", no_spark).rows.schema.names
    assert names == ["store_id", "store_id", "attributes['store_id']"]  # as Spark names them


def test_a_table_named_twice_is_read_twice(root):
    assert ask(root, "select count(*) from silver.events a join silver.events b on a.subject_id = b.subject_id") == [(6,)]
    text = "with e as (select subject_id from silver.events) select (select count(*) from e), (select count(distinct subject_id) from e)"
    assert ask(root, text) == [(4, 3)]


def test_readers_see_the_versions_that_were_published(tmp_path):
    root = published(tmp_path)
    write(root, "silver.events", events())
    assert ask(root, "select count(*) from silver.events") == [(4,)]
    assert ask(root, "select count(*) from ops.runs") == [(1,)]
    publish(root, "r2")
    assert ask(root, "select count(*) from silver.events") == [(8,)]
    assert ask(root, "select count(*) from ops.runs") == [(2,)]


def test_before_the_first_publication_tables_are_seen_as_they_are(tmp_path):
    write(tmp_path, "silver.events", events())
    assert ask(tmp_path, "select count(*) from silver.events") == [(4,)]


def test_only_columns_in_use_are_read(root):
    known = catalog(Location(root), Ledger(Location(root)).publication())
    tree = with_views(guarded("select count(distinct person_id) from gold.events where value > 1", known).copy(), known)
    assert needed_columns(tree, known) == {
        "silver.events": ("subject_id", "value"),
        "silver.identity_map": ("identifier_id", "person_id", "valid_until"),
    }
    counting = guarded("select count(*) from silver.events", known)
    assert needed_columns(counting, known) == {"silver.events": ("event_id",)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("select 1; select 2", "one SELECT is taken, not 2 statements"),
        ("", "there is no SELECT"),
        ("selec 1", "line 1"),
        ("drop table silver.events", "only SELECT is taken, not DROP"),
        ("delete from silver.events", "only SELECT is taken"),
        ("insert into silver.events select * from silver.events", "only SELECT is taken"),
        ("create table silver.x as select 1", "only SELECT is taken"),
        ("copy silver.events to '/tmp/x'", "only SELECT is taken"),
        ("attach '/tmp/x' as x", "sql-"),
        ("pragma database_list", "only SELECT is taken"),
        ("set enable_external_access = true", "only SELECT is taken"),
        ("explain select 1", "only SELECT is taken"),
        ("describe silver.events", "only SELECT is taken"),
        ("show tables", "only SELECT is taken"),
        ("values (1)", "only SELECT is taken"),
        ("select * into silver.x from silver.events", "not taken in a SELECT"),
        ("select * from read_csv('/etc/passwd')", "functions in FROM are not taken"),
        ("select * from range(5)", "functions in FROM are not taken"),
        ("select * from '/etc/passwd'", "there is no table"),
        ("select * from parquet.`/etc/passwd`", "there is no table"),
        ("select * from delta.`/work`", "there is no table"),
        ("select * from (select * from text.`/etc/passwd`)", "there is no table"),
        ("select event_id from silver.events where event_id in (select value from text.`/etc/passwd`)", "there is no table"),
        ("select * from other.silver.events", "there is no table other.silver.events"),
        ("select * from information_schema.tables", "there is no table"),
        ("select * from duckdb_settings()", "functions in FROM are not taken"),
        ("select * from silver.events version as of 0", "not taken in a SELECT"),
        ("select reflect('java.lang.System', 'getenv', 'HOME')", "the function reflect is not allowed"),
        ("select java_method('java.lang.System', 'getenv', 'HOME')", "the function java_method is not allowed"),
        ("select * from silver.events lateral view reflect('a', 'b') t as x", "the function reflect is not allowed"),
        ("select read_text('/etc/passwd')", "the function read_text is not allowed"),
        ("select getenv('HOME')", "the function getenv is not allowed"),
        ("select current_setting('x')", "the function current_setting is not allowed"),
        ("select current_user()", "is not allowed"),
        ("select input_file_name() from silver.events", "is not allowed"),
        ("select transform(event_id) using 'sh' from silver.events", "not taken in a SELECT"),
        ("select ${env:HOME}", "sql-"),
        ("select evnt_id from silver.events", "did you mean event_id?"),
        ("select e.evnt_id from silver.events e", "did you mean event_id?"),
        ("select * from silver.event", "did you mean silver.events?"),
        ("select * from events", "did you mean gold.events?"),
        ("select event_type, count(*) from silver.events", "must appear in the GROUP BY"),
    ],
)
def test_anything_but_one_select_over_known_tables_is_refused(root, text, said):
    with pytest.raises(UserError) as refused:
        ask(root, text)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "select to_utc_timestamp(event_time, 'America/New_York') from silver.events",
        "select cast(share as int) from silver.events",
        "select cast(quantity as int) from (select share as quantity from silver.events)",
        "select percentile_approx(share, 0.5) from silver.events",
        "select weekday(event_date) from silver.events",
        "select date_format(event_date, 'yyyy') from silver.events",
        "select skewness(share) from silver.events",
    ],
)
def test_what_means_something_else_in_duckdb_goes_to_spark(root, text):
    with pytest.raises(SparkNeeded):
        ask(root, text)


def test_an_unknown_engine_is_refused():
    with pytest.raises(UserError):
        checked_engine("presto")


def test_the_documented_questions_to_the_ledger_are_answered(root):
    page = Path(__file__).parents[2] / "docs" / "reference" / "tables_ops.md"
    queries = re.findall(r"```sql\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert len(queries) == 3
    for query in queries:
        answer(Location(root), query, "auto", no_spark).rows.read_all()
