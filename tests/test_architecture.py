"""The habits of docs/architecture.md that a program can check. No Spark, nothing imported: only the text of the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "dmp_spark"
STAGES = ("ingest", "sessions", "identity", "features", "profiles", "models", "segments", "activation", "measurement")
FILES = sorted(PACKAGE.rglob("*.py"))
TREES = {file: ast.parse(file.read_text(encoding="utf-8")) for file in FILES}
CODE = [*FILES, *sorted((ROOT / "jobs").glob("*.py"))]

LONG_FILES: dict[str, str] = {}  # file → why it may be longer than 275 lines
LONG_FUNCTIONS: dict[str, str] = {}  # file:function → why it may be longer than 50 lines

WITHOUT_SPARK = ("project", "cli", "deploy", "draft", "operations", "page")
WITHOUT_SPARK_FILES = (
    "contracts.py",
    "errors.py",
    "section.py",
    "wording.py",
    "stage.py",
    "registry.py",
    "pipeline.py",
    *(
        f"enrichment/{name}.py"
        for name in (
            "agents",
            "channels",
            "check",
            "crawlers",
            "devices",
            "ip",
            "libraries",
            "lists",
            "once",
            "places",
            "referrers",
            "spec",
            "urls",
            "visits",
        )
    ),
    "expressions/parse.py",
    "formats/arrow_files.py",
    "formats/avro_files.py",
    "formats/csv_files.py",
    "formats/folders.py",
    "formats/headers.py",
    "formats/lines.py",
    "formats/parquet_files.py",
    "formats/patterns.py",
    "formats/spec.py",
    "formats/text_files.py",
    "ingest/resolved.py",
    "lakehouse/by_path.py",
    "lakehouse/listing.py",
    "lakehouse/location.py",
    "lakehouse/lock_table.py",
    "lakehouse/standing.py",
    "measures/spec.py",
    "measures/check.py",
    "measures/resolve.py",
    "models/contributions.py",
    "models/evaluation.py",
    "models/evaluation_file.py",
    "models/folds.py",
    "models/metrics.py",
    "models/population.py",
    "simulate/shopping.py",
    "simulate/storefront/agents.py",
    "simulate/storefront/call.py",
    "simulate/storefront/settings.py",
    "simulate/storefront/vocabulary.py",
    "simulate/storefront/world.py",
)
WITHOUT_SPARK_IN_STAGES = ("spec.py", "tables.py", "check.py")

# Refused or limited by serverless compute; lakehouse/session.py is the one place where a session is made.
NOT_PORTABLE = {"rdd", "sparkContext", "_jvm", "_jsc", "_jdf", "cache", "persist", "unpersist", "checkpoint", "localCheckpoint"}
NOT_PORTABLE_CALLS = {"input_file_name"}
CLOCKS = {"now", "utcnow", "today", "rand", "randn", "uuid", "uuid4", "uuid1", "current_timestamp", "current_date"}
# The lock and the log are about this moment on this machine, not about data.
MAY_HAVE_A_CLOCK = ("cli/",)
MAY_READ_THE_ENVIRONMENT = ("lakehouse/session.py", "lakehouse/fault.py", "project/secrets.py", "cli/")


def name_of(file: Path) -> str:
    """The file's name as lists here give it: relative to the package."""
    return file.relative_to(PACKAGE).as_posix() if file.is_relative_to(PACKAGE) else file.relative_to(ROOT).as_posix()


def attributes(tree: ast.AST) -> Iterator[ast.Attribute]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    """The last part of the name that is called."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def module_level_imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Packages imported when the module is imported; `if TYPE_CHECKING` and imports inside functions are not."""
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0], node.lineno
        elif isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test):
            waiting += [*node.body, *node.orelse]
        elif isinstance(node, ast.Try):
            waiting += [*node.body, *node.orelse, *node.finalbody]


def _is_without_spark(name: str) -> bool:
    return name in WITHOUT_SPARK_IN_STAGES or name.startswith("report")


def answers_without_spark(file: Path) -> bool:
    name = name_of(file)
    top = name.split("/")[0]
    return top in WITHOUT_SPARK or name in WITHOUT_SPARK_FILES or (top in STAGES and _is_without_spark(file.name))


def test_modules_that_answer_without_spark_import_none_of_it() -> None:
    found = [
        f"{name_of(file)}:{line} imports {package}"
        for file, tree in TREES.items()
        if answers_without_spark(file)
        for package, line in module_level_imports(tree)
        if package in {"pyspark", "mlflow", "delta"}
    ]
    assert not found, found


def test_nothing_that_serverless_refuses_outside_the_session() -> None:
    found = [
        f"{name_of(file)}:{node.lineno} .{node.attr}"
        for file, tree in TREES.items()
        if name_of(file) != "lakehouse/session.py"
        for node in attributes(tree)
        if node.attr in NOT_PORTABLE
    ]
    found += [
        f"{name_of(file)}:{call.lineno} {called(call)}"
        for file, tree in TREES.items()
        for call in calls(tree)
        if called(call) in NOT_PORTABLE_CALLS
        or (called(call) == "set" and isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value).endswith(".conf"))
    ]
    assert not found, found


def test_the_environment_is_read_at_the_edge_only() -> None:
    found = [
        f"{name_of(file)}:{node.lineno}"
        for file, tree in TREES.items()
        if not name_of(file).startswith(MAY_READ_THE_ENVIRONMENT)
        for node in attributes(tree)
        if node.attr in {"environ", "getenv"} and ast.unparse(node.value) == "os"
    ]
    assert not found, found


def test_no_clock_and_no_chance_below_the_commands() -> None:
    found = [
        f"{name_of(file)}:{call.lineno} {called(call)}"
        for file, tree in TREES.items()
        if not name_of(file).startswith(MAY_HAVE_A_CLOCK)
        for call in calls(tree)
        if called(call) in CLOCKS and not call.args
    ]
    assert not found, found


def test_every_join_says_how() -> None:
    found = [
        f"{name_of(file)}:{call.lineno}"
        for file, tree in TREES.items()
        for call in calls(tree)
        if called(call) == "join"
        and isinstance(call.func, ast.Attribute)
        and not isinstance(call.func.value, ast.Constant | ast.JoinedStr)
        and ast.unparse(call.func.value) != "os.path"
        and (len(call.args) == 2 or any(keyword.arg == "on" for keyword in call.keywords))
        and not any(keyword.arg == "how" for keyword in call.keywords)
    ]
    assert not found, found


def test_no_column_is_added_in_a_loop() -> None:
    found = [
        f"{name_of(file)}:{call.lineno}"
        for file, tree in TREES.items()
        for loop in ast.walk(tree)
        if isinstance(loop, ast.For | ast.While)
        for call in calls(loop)
        if called(call) in {"withColumn", "withColumnRenamed"}
    ]
    assert not found, found


def test_no_frame_is_printed_or_pulled_into_pandas() -> None:
    found = [
        f"{name_of(file)}:{call.lineno} {called(call)}"
        for file, tree in TREES.items()
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute) and called(call) in {"toPandas", "show", "observe"}
    ]
    assert not found, found


TABLE = re.compile(r"(bronze|silver|gold|ops|privacy)\.[a-z_*]+")
MAY_NAME_TABLES = ("lakehouse/", "operations/", "project/files.py")  # the last: knows a lakehouse when it meets one


def literals(tree: ast.Module) -> Iterator[ast.Constant]:
    """Text that is neither a docstring nor a part of a longer sentence."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    )


def paths_of_tables() -> Iterator[str]:
    """A path built from a schema's folder outside lakehouse/ and operations/ would go round the contracts."""
    for file, tree in TREES.items():
        if name_of(file).startswith(MAY_NAME_TABLES) or file.name == "tables.py":
            continue
        for node in literals(tree):
            if (
                re.fullmatch(r"(bronze|silver|gold|ops)/[a-z_]+", node.value)
                or "_delta_log" in node.value
                or node.value.startswith("delta.`")
            ):
                yield f"{name_of(file)}:{node.lineno} {node.value!r}"


def test_no_path_of_a_table_outside_the_lakehouse() -> None:
    assert not list(paths_of_tables())


def test_a_stage_names_only_tables_that_it_declares() -> None:
    found = []
    for stage in STAGES:
        declared = {node.value for node in literals(TREES[PACKAGE / stage / "tables.py"]) if TABLE.fullmatch(node.value)}
        patterns = {name[:-1] for name in declared if name.endswith("*")}
        for file in sorted((PACKAGE / stage).glob("*.py")):
            for node in literals(TREES[file]):
                if (
                    TABLE.fullmatch(node.value)
                    and node.value not in declared
                    and not node.value.startswith(tuple(patterns) or ("-",))
                ):
                    found.append(f"{name_of(file)}:{node.lineno} {node.value}")
    assert not found, found


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_has_the_modules_that_every_stage_has(stage: str) -> None:
    wanted = {"__init__.py", "spec.py", "tables.py", "check.py", "stage.py"}
    assert wanted <= {file.name for file in (PACKAGE / stage).glob("*.py")}
    assert (ROOT / "jobs" / f"{stage}.py").is_file()


def test_packages_say_nothing_themselves() -> None:
    assert not [name_of(file) for file in FILES if file.name == "__init__.py" and file.read_text(encoding="utf-8").strip()]


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    assert not [
        name_of(file) for file in CODE if file.stem in {"utils", "util", "helpers", "helper", "common", "misc", "tools", "shared"}
    ]


def test_files_and_functions_stay_readable() -> None:
    files = [name_of(file) for file in FILES if len(file.read_text(encoding="utf-8").splitlines()) > 275]
    long = [
        f"{name_of(file)}:{function.name}"
        for file, tree in TREES.items()
        for function in functions(tree)
        if (function.end_lineno or 0) - function.lineno + 1 > 50
    ]
    assert [name for name in files if name not in LONG_FILES] == []
    assert [name for name in long if name not in LONG_FUNCTIONS] == []
    assert not [name for name in LONG_FILES if name not in files], "it is short again: take it off the list"
    assert not [name for name in LONG_FUNCTIONS if name not in long], "it is short again: take it off the list"


def test_what_is_public_says_what_it_is() -> None:
    silent = []
    for file, tree in TREES.items():
        if file.name == "__init__.py":
            continue
        if not ast.get_docstring(tree):
            silent.append(name_of(file))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
                silent.append(f"{name_of(file)}:{node.lineno} {node.name}")
    assert not silent, silent


def test_every_function_says_its_types() -> None:
    bare = [
        f"{name_of(file)}:{function.lineno} {function.name}"
        for file, tree in TREES.items()
        for function in functions(tree)
        if function.returns is None or any(a.annotation is None for a in function.args.args if a.arg not in {"self", "cls"})
    ]
    assert not bare, bare


def test_every_window_of_ranked_rows_has_an_order() -> None:
    """`Window.partitionBy(…)` alone gives row_number, first and last in an order of Spark's choice."""
    found = []
    ranked = {"row_number", "rank", "dense_rank", "first_value", "last_value", "lag", "lead"}
    for file, tree in TREES.items():
        for call in calls(tree):
            if called(call) == "over" and call.args and isinstance(call.func, ast.Attribute):
                inner, window = ast.unparse(call.func.value), ast.unparse(call.args[0])
                if any(f"F.{name}(" in inner for name in ranked) and window.startswith("Window.") and "orderBy" not in window:
                    found.append(f"{name_of(file)}:{call.lineno}")
    assert not found, found


def test_oracles_know_nothing_of_what_they_judge() -> None:
    files = sorted((ROOT / "tests" / "oracles").glob("*.py"))
    assert files
    found = []
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            found += [f"{file.name}:{node.lineno}" for name in names if name.split(".")[0] in {"dmp_spark", "jobs"}]
    assert not found, found


def test_a_test_that_takes_long_is_marked_in_the_system_folder() -> None:
    for file in (ROOT / "tests" / "system").glob("test_*.py"):
        text = file.read_text(encoding="utf-8")
        is_marked = "mark.slow" in text or "mark.long" in text
        assert "finished" not in text or is_marked, f"{file.name} uses a finished run and is not marked"


def test_no_published_file_names_a_path_of_a_machine() -> None:
    tracked = [*CODE, *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "conf").rglob("*.yml"), ROOT / "Makefile"]
    found = [
        str(file.relative_to(ROOT)) for file in tracked if re.search(r"/(root|home|work)/[a-z]", file.read_text(encoding="utf-8"))
    ]
    assert not found, found
