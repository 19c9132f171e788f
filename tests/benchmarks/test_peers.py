"""What the peers share: keys as the tables of ours have them, and memory. No Spark."""

import json
import os
from hashlib import sha256

import duckdb
import pytest

from benchmarks.peers.key_sql import key
from benchmarks.peers.memory import peak_mb


def test_a_key_is_32_digits_of_sha256_over_the_json_array_of_the_parts() -> None:
    rows = [("ab", "c"), ("a", "bc"), ("", "abc"), ("größe", "数据"), ("1", None)]
    with duckdb.connect() as database:
        database.execute("create table t (number bigint, one varchar, other varchar)")
        database.executemany("insert into t values (?, ?, ?)", [(number, *row) for number, row in enumerate(rows)])
        sql = key("'web'", "one", "other")
        found = database.execute(f"select {sql} from t order by number").fetchall()
    texts = [json.dumps(["web", *row], ensure_ascii=False, separators=(",", ":")) for row in rows[:-1]]
    assert [each for (each,) in found] == [*(sha256(text.encode()).hexdigest()[:32] for text in texts), None]


def test_memory_is_that_of_this_process_and_of_those_that_are_named() -> None:
    assert peak_mb() > 10
    assert peak_mb(os.getpid()) == pytest.approx(2 * peak_mb(), rel=0.05)
