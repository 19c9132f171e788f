"""Every function and operator, evaluated on one frame under ANSI, against values worked out by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from dmp_spark.expressions.allowed import FUNCTIONS
from dmp_spark.expressions.compile import BUILDERS, to_column
from dmp_spark.expressions.parse import Call, Expression, Special, parse

COLUMNS = {
    "n": "bigint",
    "small": "int",
    "x": "double",
    "money": "decimal(18,4)",
    "word": "string",
    "yes": "boolean",
    "day": "date",
    "at": "timestamp",
    "tags": "array<string>",
    "attributes": "map<string,string>",
    "amounts": "map<string,decimal(18,4)>",
    "item.category": "string",
}
SCHEMA = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items() if "." not in name) + ", item struct<category:string>"
GREATEST = 2**63 - 1
ROWS = [
    (7, 2, 0.5, Decimal("12.5000"), "Ab c", True, date(2017, 3, 5), datetime(2017, 3, 5, 13, 14, 15, tzinfo=UTC), ["a", "b", "a"],
     {"store": "12", "bad": "x"}, {"disc": Decimal("1.2500")}, ("TOYS",)),
    (GREATEST, -5, -1.0, Decimal("-99999999999999.9999"), "", False, date(2016, 2, 29), datetime(2016, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), [],
     {}, {}, (None,)),
    (None,) * 12,
]  # fmt: skip
D = Decimal


def _at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


# expression → its value in the three rows
CASES: dict[str, tuple[Any, Any, Any]] = {
    # arithmetic: too large, divided by nothing, or of null is null
    "n + 1": (8, None, None),
    "n - small": (5, None, None),
    "n * 2": (14, None, None),
    "-n": (-7, -GREATEST, None),
    "small - 2147483648": (-2147483646, -2147483653, None),
    "n / 2": (3.5, GREATEST / 2, None),
    "n / 0": (None, None, None),
    "x / (small - 2)": (None, 1 / 7, None),
    "n % 4": (3, 3, None),
    "n % 0": (None, None, None),
    "x + n": (7.5, float(GREATEST), None),
    "money + 1": (D("13.500000"), D("-99999999999998.999900"), None),
    "money - money": (D("0.000000"), D("0.000000"), None),
    "money * money": (D("156.250000"), D("9999999999999999980000000000.000000"), None),
    "money * money * money * money * money": (D("305175.781250"), None, None),
    "money / 4": (3.125, -99999999999999.9999 / 4, None),
    "money % 5": (D("2.500000"), D("-4.999900"), None),
    "money * 0.5": (6.25, -99999999999999.9999 / 2, None),
    "-money": (D("-12.5000"), D("99999999999999.9999"), None),
    "-x": (-0.5, 1.0, None),
    "amounts.disc + money": (D("13.750000"), None, None),
    "2 + 3 * 4 - 1": (13, 13, 13),
    "(2 + 3) * 4": (20, 20, 20),
    "1e3": (1000.0, 1000.0, 1000.0),
    "-9223372036854775807": (-GREATEST, -GREATEST, -GREATEST),
    # comparisons and conditions
    "n > 6.5": (True, True, None),
    "money >= 12.5": (True, False, None),
    "money = small": (False, False, None),
    "small <= money": (True, False, None),
    "n <> 7": (False, True, None),
    "n != 7": (False, True, None),
    "n == 7": (True, False, None),
    "word < 'B'": (True, True, None),
    "yes = true": (True, False, None),
    "day >= date '2017-01-01'": (True, False, None),
    "at < timestamp '2017-01-01'": (False, True, None),
    "at >= timestamp '2017-03-05T08:14:15-05:00'": (True, False, None),
    "cast('2017-03-05' as date) = day": (True, False, None),
    "n is not distinct from null": (False, False, True),
    "n <=> null": (False, False, True),
    "word is distinct from item.category": (True, True, False),
    "n is null": (False, False, True),
    "n is not null": (True, True, False),
    "yes is true": (True, False, False),
    "yes is not true": (False, True, True),
    "yes is false": (False, True, False),
    "yes and n is null": (False, False, None),
    "yes or n is null": (True, False, True),
    "null and yes": (None, False, None),
    "cast(null as bigint)": (None, None, None),
    "yes or yes or yes or null or n = 7": (True, None, None),
    "not yes": (False, True, None),
    "! yes": (False, True, None),
    "not yes and true or word = 'Ab c'": (True, True, None),
    "small between 1 and 2": (True, False, None),
    "small not between 1 and 2": (False, True, None),
    "small in (1, 2, -5)": (True, True, None),
    "small not in (2)": (False, True, None),
    "money in (12.5, 3)": (True, False, None),
    "word in ('Ab c', 'x')": (True, False, None),
    "day in (date '2016-02-29')": (False, True, None),
    "word like 'A%'": (True, False, None),
    "word like '_b\\_c'": (False, False, None),
    "word not like 'A%'": (False, True, None),
    "word ilike 'AB%'": (True, False, None),
    "word rlike '^[A-Z]b'": (True, False, None),
    "word not rlike 'b'": (False, True, None),
    "item.category = 'TOYS'": (True, None, None),
    # choices
    "case when n = 7 then 'seven' when yes then 'yes' end": ("seven", None, None),
    "case when yes then 1 else 2.5 end": (1.0, 2.5, 2.5),
    "case small when 2 then money else 0 end": (D("12.5000"), D("0.0000"), D("0.0000")),
    "if(yes, n, small)": (7, -5, None),
    "coalesce(word, 'none')": ("Ab c", "", "none"),
    "coalesce(n, 1.5)": (7.0, float(GREATEST), 1.5),
    "coalesce(money, 1)": (D("12.5000"), D("-99999999999999.9999"), D("1.0000")),
    "coalesce(n)": (7, GREATEST, None),
    "nvl(small, n)": (2, -5, None),
    "nullif(word, '')": ("Ab c", None, None),
    "nullif(small, 2)": (None, -5, None),
    "greatest(n, small, null)": (7, GREATEST, None),
    "least(money, x)": (0.5, -99999999999999.9999, None),
    "null": (None, None, None),
    "true": (True, True, True),
    # casts: what is no such value is null
    "cast(attributes.store as bigint) + 1": (13, None, None),
    "cast(attributes.bad as bigint)": (None, None, None),
    "cast(n as int)": (7, None, None),
    "cast(n as string)": ("7", str(GREATEST), None),
    "cast(money as decimal(5,1))": (D("12.5"), None, None),
    "cast(x as bigint)": (0, -1, None),
    "cast('1e400' as double) is null": (False, False, False),
    "cast('nonsense' as double)": (None, None, None),
    "cast(word as boolean)": (None, None, None),
    "cast(yes as bigint)": (1, 0, None),
    "cast(word as date)": (None, None, None),
    "cast(at as date)": (date(2017, 3, 5), date(2016, 12, 31), None),
    "cast(day as timestamp)": (_at(2017, 3, 5), _at(2016, 2, 29), None),
    "cast(word as timestamp)": (None, None, None),
    "try_cast(attributes.store as double)": (12.0, None, None),
    # text
    "lower(word)": ("ab c", "", None),
    "upper(word)": ("AB C", "", None),
    "initcap(lower(word))": ("Ab C", "", None),
    "trim(concat(' ', word, ' '))": ("Ab c", "", None),
    "ltrim(concat(' ', word))": ("Ab c", "", None),
    "rtrim(word || ' ')": ("Ab c", "", None),
    "length(word)": (4, 0, None),
    "left(word, 2)": ("Ab", "", None),
    "left(word, n)": ("Ab c", None, None),
    "right(word, 1)": ("c", "", None),
    "substring(word, 2, 2)": ("b ", "", None),
    "substr(word, 2)": ("b c", "", None),
    "substring(word, -1, 1)": ("c", "", None),
    "concat(word, '-', attributes.store)": ("Ab c-12", None, None),
    "word || 'x' || 'y'": ("Ab cxy", "xy", None),
    "concat_ws('|', word, attributes.store, tags)": ("Ab c|12|a|b|a", "", ""),
    "replace(word, 'b', '$1')": ("A$1 c", "", None),
    "lpad(word, 6, '*')": ("**Ab c", "******", None),
    "split(word, ' ')": (["Ab", "c"], [""], None),
    "split_part(word, ' ', 2)": ("c", "", None),
    "startswith(word, 'Ab')": (True, False, None),
    "endswith(word, 'c')": (True, False, None),
    "contains(word, attributes.store)": (False, None, None),
    "instr(word, 'b')": (2, 0, None),
    "regexp_like(word, '(?i)^AB\\s')": (True, False, None),
    "regexp_extract(word, '(A)(.)', 2)": ("b", "", None),
    "regexp_extract(word, '(A)(.)')": ("A", "", None),
    "regexp_replace(word, '[a-z]', '.')": ("A. .", "", None),
    "'it''s'": ("it's", "it's", "it's"),
    "'a\\d'": ("a\\d", "a\\d", "a\\d"),
    # numbers
    "abs(small)": (2, 5, None),
    "abs(money)": (D("12.5000"), D("99999999999999.9999"), None),
    "abs(x)": (0.5, 1.0, None),
    "abs(-9223372036854775807 - 1)": (None, None, None),
    "-(-9223372036854775807 - 1)": (None, None, None),
    "sign(x)": (1, -1, None),
    "round(money, 1)": (D("12.5000"), None, None),
    "round(x)": (1.0, -1.0, None),
    "round(n)": (7, GREATEST, None),
    "floor(x)": (0, -1, None),
    "floor(money)": (12, -100000000000000, None),
    "floor(x * 1e300)": (None, None, None),
    "ceil(x)": (1, -1, None),
    "ceil(n)": (7, GREATEST, None),
    "sqrt(x)": (0.5**0.5, None, None),
    "sqrt(money)": (12.5**0.5, None, None),
    "exp(x * 10000)": (None, 0.0, None),
    "ln(x)": (-0.6931471805599453, None, None),
    "log2(x)": (-1.0, None, None),
    "log10(n - 7)": (None, 18.964889726830812, None),
    "power(x, 2)": (0.25, 1.0, None),
    "pow(x, 0.5)": (0.5**0.5, None, None),
    "pow(10, 400)": (None, None, None),
    # dates and times
    "year(day)": (2017, 2016, None),
    "year(at)": (2017, 2016, None),
    "quarter(day)": (1, 1, None),
    "month(day)": (3, 2, None),
    "weekofyear(day)": (9, 9, None),
    "day(day)": (5, 29, None),
    "dayofweek(day)": (1, 2, None),
    "hour(at)": (13, 23, None),
    "minute(at)": (14, 59, None),
    "date_add(day, 30)": (date(2017, 4, 4), date(2016, 3, 30), None),
    "date_add(day, n)": (date(2017, 3, 12), None, None),
    "date_sub(day, small)": (date(2017, 3, 3), date(2016, 3, 5), None),
    "add_months(day, 12)": (date(2018, 3, 5), date(2017, 2, 28), None),
    "add_months(day, n)": (date(2017, 10, 5), None, None),
    "datediff(day, date '2017-03-01')": (4, -366, None),
    "datediff(at, day)": (0, 306, None),
    "last_day(day)": (date(2017, 3, 31), date(2016, 2, 29), None),
    "trunc(day, 'week')": (date(2017, 2, 27), date(2016, 2, 29), None),
    "trunc(day, 'YEAR')": (date(2017, 1, 1), date(2016, 1, 1), None),
    "date_trunc('hour', at)": (_at(2017, 3, 5, 13), _at(2016, 12, 31, 23), None),
    "date_trunc('day', at)": (_at(2017, 3, 5), _at(2016, 12, 31), None),
    "to_date('05.03.2017', 'dd.MM.yyyy')": (date(2017, 3, 5),) * 3,
    "to_date(word, 'dd.MM.yyyy')": (None, None, None),
    "to_date('20170305x', 'yyyyMMdd')": (None, None, None),
    "to_date('31.02.2017', 'dd.MM.yyyy')": (None, None, None),
    "to_date(attributes.store)": (None, None, None),
    "to_date('1/2/17', 'MM/dd/yyyy')": (None, None, None),
    "to_timestamp('2017-03-05T13:14:15Z', 'yyyy-MM-dd''T''HH:mm:ssXXX')": (_at(2017, 3, 5, 13, 14, 15),) * 3,
    "to_timestamp(word)": (None, None, None),
    "date_format(day, 'dd/MM/yyyy')": ("05/03/2017", "29/02/2016", None),
    "unix_seconds(at)": (1488719655, 1483228799, None),
    "timestamp_seconds(n)": (_at(1970, 1, 1, 0, 0, 7), None, None),
    "timestamp_millis(n)": (datetime(1970, 1, 1, 0, 0, 0, 7000, tzinfo=UTC), None, None),
    # arrays and maps
    "size(tags)": (3, 0, None),
    "size(attributes)": (2, 0, None),
    "element_at(tags, 1)": ("a", None, None),
    "element_at(tags, -1)": ("a", None, None),
    "element_at(tags, 9)": (None, None, None),
    "element_at(attributes, 'store')": ("12", None, None),
    "element_at(amounts, word)": (None, None, None),
    "array_contains(tags, 'b')": (True, False, None),
    "array_distinct(tags)": (["a", "b"], [], None),
    "array_contains(map_keys(attributes), 'bad')": (True, False, None),
    "map_contains_key(attributes, 'store')": (True, False, None),
    "attributes.nothing": (None, None, None),
}  # fmt: skip


def _named(name: str) -> Column:
    return F.col(name)


@pytest.fixture(scope="module")
def evaluated(spark: SparkSession) -> DataFrame:
    frame = spark.createDataFrame(ROWS, SCHEMA)
    columns = [to_column(parse(text, COLUMNS), _named).alias(str(number)) for number, text in enumerate(CASES)]
    return frame.select(*columns)


def _plain(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def test_every_expression_gives_the_value_worked_out_by_hand_and_nothing_raises_under_ansi(
    spark: SparkSession, evaluated: DataFrame
) -> None:
    assert spark.conf.get("spark.sql.ansi.enabled") == "true"
    shown = [[_plain(value) for value in row] for row in evaluated.collect()]
    wrong = [
        f"{text}: {shown[row][number]!r} is not {expected!r} in row {row}"
        for number, (text, values) in enumerate(CASES.items())
        for row, expected in enumerate(values)
        if not _same(shown[row][number], _plain(expected))
    ]
    assert not wrong, "\n".join(wrong)


def _same(value: Any, expected: Any) -> bool:
    if isinstance(expected, float) and isinstance(value, float):
        return value == pytest.approx(expected, rel=1e-14)
    return type(value) is type(expected) and value == expected


def test_the_type_said_before_spark_runs_is_the_type_that_spark_gives(evaluated: DataFrame) -> None:
    said = {text: parse(text, COLUMNS).type.replace("null", "void") for text in CASES}
    given = {text: field.dataType.simpleString() for text, field in zip(CASES, evaluated.schema, strict=True)}
    assert {text: (kind, given[text]) for text, kind in said.items() if kind != given[text]} == {}


def test_the_examples_of_the_reference_are_true(spark: SparkSession) -> None:
    frame = spark.createDataFrame([({"a": "1"},)], "attributes map<string,string>")
    trees = {name: parse(function.example, {"attributes": "map<string,string>"}) for name, function in FUNCTIONS.items()}
    row = frame.select(*[to_column(tree, _named).alias(name) for name, tree in trees.items()]).first()
    assert row is not None
    shown = {
        name: str(value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value)
        for name, value in row.asDict().items()
    }
    assert shown == {name: function.value for name, function in FUNCTIONS.items()}


def test_every_allowed_function_has_a_builder_and_a_case() -> None:
    from dmp_spark.expressions.nodes import Node, Operation

    def used(node: Node) -> set[str]:
        return {node.name}.union(*(used(argument) for argument in node.arguments)) if isinstance(node, Operation) else set()

    assert set(FUNCTIONS) <= set(BUILDERS)
    assert set(BUILDERS) - set().union(*(used(parse(text, COLUMNS).tree) for text in CASES)) == set()


def test_special_calls_are_computed_by_whoever_added_them(spark: SparkSession) -> None:
    count = Special("count", {"item_id": "string"}, "bigint", allows_star=True, allows_distinct=True)
    expression: Expression = parse("count(*) / count(distinct item_id) > 1", {}, specials={"count": count})

    def computed(call: Call) -> Column:
        return F.lit({"count(*)": 6, "count(distinct item_id)": 3}[call.key]).cast("bigint")

    assert spark.range(1).select(to_column(expression, _named, computed).alias("v")).first() == (True,)
    with pytest.raises(ValueError, match=r"nothing says how count\(\*\) is computed"):
        to_column(expression, _named)
