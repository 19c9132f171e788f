"""A session that refuses the package's code what serverless compute refuses everybody.

A local session, and a local Connect server too, gives more than Databricks' serverless and standard compute do. So what they
refuse raises here when a module of `dmp_spark` asks for it, whoever made the session. Tests, pyspark and MLflow may ask.
"""

import functools
import inspect
import re
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

MAY_ASK = ("dmp_spark.lakehouse.session", "dmp_spark.lakehouse.connect")
"""Where a session is made."""
IN_MEMORY = ("cache", "persist", "unpersist", "storageLevel", "checkpoint", "localCheckpoint")
OF_THE_JVM = ("_jvm", "_jsc", "_jdf", "_jc", "_jsparkSession", "_sc")
OF_ALL_SESSIONS = ("createGlobalTempView", "createOrReplaceGlobalTempView")
REFUSED: dict[str, tuple[str, ...]] = {
    "pyspark.sql.classic.dataframe:DataFrame": (*IN_MEMORY, *OF_THE_JVM, *OF_ALL_SESSIONS, "rdd", "toJSON"),
    "pyspark.sql.connect.dataframe:DataFrame": (*IN_MEMORY, *OF_ALL_SESSIONS),
    "pyspark.sql.classic.column:Column": OF_THE_JVM,
    "pyspark.sql.session:SparkSession": (*OF_THE_JVM, "sparkContext", "newSession"),
    "pyspark.sql.catalog:Catalog": ("cacheTable", "uncacheTable", "clearCache", "isCached"),
    "pyspark.sql.connect.catalog:Catalog": ("cacheTable", "uncacheTable", "clearCache", "isCached"),
    "pyspark.sql.conf:RuntimeConfig": ("set", "unset"),
    "pyspark.sql.connect.conf:RuntimeConf": ("set", "unset"),
    "pyspark.core.context:SparkContext": ("getOrCreate",),
    "pyspark.sql:functions": ("input_file_name",),
}
"""Module and class (or module) → the names that raise. A Connect session has no JVM and no RDD to begin with."""
STATEMENTS = re.compile(r"\s*(SET|RESET|CACHE|UNCACHE|CLEAR\s+CACHE|ADD|CREATE\s+(OR\s+REPLACE\s+)?GLOBAL)\s", re.IGNORECASE)
"""How SQL begins that changes the session's settings, keeps in memory, or speaks to all sessions."""
FRAMES = ("pyspark.sql.classic.dataframe:DataFrame", "pyspark.sql.connect.dataframe:DataFrame")
SESSIONS = ("pyspark.sql.session:SparkSession", "pyspark.sql.connect.session:SparkSession")


class Refused(Exception):
    """The package asked for what serverless compute does not give."""


class Guard:
    """An attribute that stands where it stood, and raises where the package asks for it."""

    def __init__(self, name: str, given: Any) -> None:
        self.name, self.given = name, given

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        see(self.name, sys._getframe(1).f_globals["__name__"])
        if self.given is not None:
            return self.given.__get__(instance, owner)
        if self.name not in vars(instance):
            raise AttributeError(self.name)
        return vars(instance)[self.name]

    def __set__(self, instance: object, value: object) -> None:
        vars(instance)[self.name] = value


def see(name: str, module: str) -> None:
    """Refused where a module of the package asks for the name."""
    if module.split(".")[0] == "dmp_spark" and module not in MAY_ASK:
        raise Refused(f"{module} asks for {name}, which serverless compute refuses")


@functools.cache
def install() -> None:
    """Put the guards there; once, and before or after sessions were made."""
    for place, names in REFUSED.items():
        owner = _found(place)
        for name in names if owner is not None else ():
            given = inspect.getattr_static(owner, name, None)
            setattr(owner, name, Guard(name, given) if isinstance(owner, type) else _guarded(name, given))
    for place in SESSIONS:
        if (owner := _found(place)) is not None:
            owner.sql = _guarded("sql", owner.sql)
    for place in FRAMES:
        if (owner := _found(place)) is not None:
            owner.withColumns = _with_some(owner.withColumns)


def _found(place: str) -> Any:
    """The class or module; None for what is Connect's where its client is not installed."""
    module, _, name = place.partition(":")
    try:
        return getattr(import_module(module), name)
    except ImportError:
        return None


def _guarded(name: str, given: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which raises where the package calls it; of `sql` only with such a statement."""

    @functools.wraps(given)
    def asked(*words: Any, **options: Any) -> Any:
        if name != "sql" or STATEMENTS.match(str(words[1])):
            see(name if name != "sql" else str(words[1]), sys._getframe(1).f_globals["__name__"])
        return given(*words, **options)

    return asked


def _with_some(given: Callable[..., Any]) -> Callable[..., Any]:
    """`withColumns`, which raises where the package adds no column: a Connect session fails there, a classic one does not."""

    @functools.wraps(given)
    def asked(frame: Any, *columns: Any) -> Any:
        if not any(columns):
            see("withColumns of no column", sys._getframe(1).f_globals["__name__"])
        return given(frame, *columns)

    return asked
