"""A Connect server that cannot be had is told in one sentence, soon, and without the token of its address."""

import sys

import pytest

from dmp_spark.errors import UserError
from dmp_spark.lakehouse import connect
from tests.refusals import refusal


def test_a_server_that_does_not_answer_is_one_sentence(monkeypatch):
    monkeypatch.setattr(connect, "_SECONDS", 1)
    assert refusal(UserError, lambda: connect.connected("sc://127.0.0.1:1/;token=a-secret")) == (
        "no Spark Connect server answers at 127.0.0.1:1 [no-connect]\n    start it; SPARK_REMOTE names a server as sc://host:15002"
    )


@pytest.mark.parametrize("url", ["local[2]", "http://127.0.0.1:15002", "sc://host:port/;token=a-secret", "sc://host/a/path"])
def test_what_is_no_address_is_one_sentence_that_does_not_repeat_it(url):
    assert refusal(UserError, lambda: connect.connected(url)) == (
        "SPARK_REMOTE is no address of a Spark Connect server [connect-address]\n    SPARK_REMOTE names a server as sc://host:15002"
    )


def test_a_client_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql.connect.client", None)
    assert refusal(UserError, lambda: connect.connected("sc://127.0.0.1:1")) == (
        "Spark Connect's client is not installed [no-connect]\n    pip install 'dmp-spark[connect]'"
    )
