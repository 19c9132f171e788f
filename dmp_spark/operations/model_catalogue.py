"""Which models were trained, how good they are, and why a person has its score. No MLflow, and by path no JVM."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from sqlglot import exp

from dmp_spark.errors import Problem, UserError
from dmp_spark.lakehouse.location import Location
from dmp_spark.models.evaluation_file import read_run
from dmp_spark.operations.sql import answer
from dmp_spark.operations.values import python_rows

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# MLflow's own tables: opening its store by its client would take two seconds
_REGISTERED = """
select v.name, v.version, t.value, v.run_id, group_concat(a.alias, ', ')
from model_versions v
join model_version_tags t on t.name = v.name and t.version = v.version and t.key = 'dmp_version'
left join registered_model_aliases a on a.name = v.name and a.version = v.version
where v.current_stage <> 'Deleted_Internal'
group by v.name, v.version, t.value, v.run_id
order by v.name, v.version
"""


@dataclass(frozen=True)
class Registered:
    """A version of a task's model: MLflow's number, the version as in gold.scores, its aliases ("" where it has none).

    `evaluation` is the content of its evaluation.json, None where that was removed.
    """

    task: str
    number: int
    version: str
    alias: str
    evaluation: dict[str, Any] | None


@dataclass(frozen=True)
class Explanation:
    """A person's score by a task's model at the latest moment, and what moved it most."""

    person_id: str
    version: str
    as_of: datetime
    score: float
    percentile: float
    reasons: Sequence[str]


def registered(root: Path) -> tuple[Registered, ...]:
    """Every registered version of each task, by task and number; none where nothing was trained yet."""
    store = root / "mlflow" / "mlflow.db"
    if not store.is_file():
        return ()
    with closing(sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute(_REGISTERED).fetchall()
    return tuple(
        Registered(task, int(number), version, alias or "", read_run(root, task, run_id))
        for task, number, version, run_id, alias in rows
    )


def chosen(root: Path, task: str, version: str | None = None) -> Registered:
    """The version of a task that is asked for, else its champion, else its newest; UserError where there is none."""
    known = registered(root)
    own = [one for one in known if one.task == task]
    if not own:
        _unknown("model", f"there is no model of {task}", task, sorted({one.task for one in known}))
    if version is None:
        return next((one for one in own if "champion" in one.alias.split(", ")), own[-1])
    found = next((one for one in own if one.version == version), None)
    if found is None:
        _unknown("model", f"{task} has no version {version}", version, [one.version for one in own])
    return found


def explanation(location: Location, task: str, person: str) -> Explanation:
    """Why a person has its score; `person` is `namespace:value` or a person_id. UserError where there is no such score."""
    chosen(location.root, task)
    person_id = _person_id(location, person)
    rows = _rows(
        location,
        "select person_id, version, as_of, score, percentile, reasons from gold.scores "
        f"where model = {_text(task)} and person_id = {_text(person_id)} and as_of = (select max(as_of) from gold.scores)",
    )
    if not rows:
        raise UserError(
            Problem("person", f"{person} has no score of {task}", way_out="the eligible at the last run's moment have one")
        )
    return Explanation(*rows[0])


def _person_id(location: Location, person: str) -> str:
    namespace, colon, value = person.partition(":")
    if not colon:
        return person
    rows = _rows(
        location,
        "select m.person_id from silver.identifiers i join silver.identity_map m on m.identifier_id = i.identifier_id "
        f"where i.namespace = {_text(namespace)} and i.value = {_text(value)} and m.valid_until is null",
    )
    if not rows:
        raise UserError(Problem("person", f"nobody is known as {person}", way_out="write namespace:value, or a person_id"))
    return str(rows[0][0])


def _rows(location: Location, query: str) -> list[tuple[Any, ...]]:
    return list(python_rows(answer(location, query, "auto", lambda: _session(location)).rows))


def _text(value: str) -> str:
    return str(exp.Literal.string(value).sql("spark"))


def _session(location: Location) -> "SparkSession":
    from dmp_spark.lakehouse.opening import opened

    return opened(location)  # by name; by path these queries need no Spark


def _unknown(code: str, what: str, said: str, known: Sequence[str]) -> NoReturn:
    close = get_close_matches(said, known, n=1)
    way_out = (
        f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}" if known else "nothing is trained yet: dmp run"
    )
    raise UserError(Problem(code, what, way_out=way_out))
