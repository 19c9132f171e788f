"""Records with what is derived from their values, in Spark's workers: the same as the functions give, and read once."""

from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from dmp_spark.enrichment.agents import agent_of
from dmp_spark.enrichment.enriched import enriched, refused_by_a_worker
from dmp_spark.enrichment.places import place_of
from dmp_spark.enrichment.spec import COLUMNS, Enrichment
from dmp_spark.enrichment.visits import visit_of
from tests.enrichment import others_data

TYPES = {"agent": "string", "target": "string", "referrer": "string", "client": "string"}
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
ROWS = [
    ("1", CHROME, "/a?utm_source=x&utm_medium=email", "https://www.google.de/", "81.2.69.142"),
    ("2", "Googlebot/2.1", "/b", None, "2001:218::1"),
    ("3", None, None, None, None),
    ("4", "-", "-", "https://shop.example/", "nonsense"),
    ("5", "\N{PILE OF POO} 茶", "/茶?q=%FF", "https://bücher.example/", "10.0.0.1"),
    ("6", CHROME, "/a?utm_source=x&utm_medium=email", "https://www.google.de/", "81.2.69.142"),
]


def records(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(ROWS, "id string, agent string, target string, referrer string, client string")


def agent(name: str = "agent") -> Enrichment:
    return Enrichment(name=name, kind="user_agent", inputs=("agent",))


def test_every_row_has_what_the_functions_say_of_its_values(spark: SparkSession) -> None:
    database = str(others_data.CITIES)
    wanted = [
        agent("browser"),
        Enrichment(name="visit", kind="visit", inputs=("target", "referrer"), hosts=("shop.example",)),
        Enrichment(name="place", kind="ip", inputs=("client",), database=database, with_city=True),
        Enrichment(name="only", kind="visit", inputs=(None, "lower(referrer)")),
    ]
    frame = enriched(records(spark), wanted, TYPES)
    assert frame.columns == ["id", "agent", "target", "referrer", "client", "browser", "visit", "place", "only"]
    fields = frame.schema["browser"].dataType.fields
    assert [(field.name, field.dataType.simpleString()) for field in fields] == list(COLUMNS["user_agent"].items())
    for row in frame.collect():
        _, text, target, referrer, client = row[:5]
        assert row["browser"].asDict() == agent_of(text)._asdict()
        assert row["visit"].asDict() == visit_of(target, referrer, ("shop.example",))._asdict()
        assert row["place"].asDict() == place_of(client, database, with_city=True)._asdict()
        assert row["only"].asDict() == visit_of(None, referrer.lower() if referrer else None)._asdict()


def test_records_without_enrichments_stay_as_they_are(spark: SparkSession) -> None:
    assert enriched(records(spark), (), TYPES).collect() == records(spark).collect()


def test_enrichments_can_be_filtered_and_taken_apart(spark: SparkSession) -> None:
    frame = enriched(records(spark), [agent("browser")], TYPES)
    people = frame.where(~F.coalesce(F.col("browser.is_bot"), F.lit(False))).select("id", "browser.browser", "browser.os")
    assert sorted(tuple(row) for row in people.collect()) == [
        ("1", "Chrome", "Windows"),
        ("3", None, None),
        ("4", None, None),
        ("5", None, None),
        ("6", "Chrome", "Windows"),
    ]


def test_a_worker_that_misses_the_database_says_so_in_a_sentence(spark: SparkSession, tmp_path: Path) -> None:
    place = Enrichment(name="place", kind="ip", inputs=("client",), database=str(tmp_path / "gone.mmdb"))
    with pytest.raises(Exception, match="gone.mmdb") as told:
        enriched(records(spark), [place], TYPES).collect()
    said = f"there is no MaxMind database at {tmp_path}/gone.mmdb; on a cluster each worker must see it there"
    assert refused_by_a_worker(told.value) == said
    assert refused_by_a_worker(ValueError("another error")) is None
