"""The functions that an expression may call: the allow-list, its types, and what the reference says of each. No pyspark here."""

from dataclasses import dataclass

# What an argument must be: `any`, a family of types, or a literal with a rule of its own (the names in quotes below).
LITERALS = {
    "'text'": "a text in quotes",
    "'pattern'": "a regular expression in quotes",
    "'format'": "a format in quotes",
    "'date unit'": "year, quarter, month or week, in quotes",
    "'time unit'": "year, quarter, month, week, day, hour, minute or second, in quotes",
    "'digits'": "a whole number from 0 to 12",
    "'length'": "a whole number from 0 to 1000",
    "'index'": "a whole number other than 0",
    "'group'": "the number of a group of the pattern",
    "'plain text'": "a text in quotes without $ and \\",
}
FAMILIES = {
    "text": ("string",),
    "boolean": ("boolean",),
    "number": ("integer", "decimal", "double"),
    "integer": ("integer",),
    "date": ("date",),
    "timestamp": ("timestamp",),
    "day": ("date", "timestamp"),
    "array": ("array",),
    "map": ("map",),
    "text or array": ("string", "array"),
    "array or map": ("array", "map"),
}


@dataclass(frozen=True)
class Function:
    """A function: what it takes and gives, its meaning, and an example with its value as text.

    `gives` is a type, `first` (as the first argument), `common` (what all arguments marked `any` have in common) or
    `inside` (of an array's elements or a map's values). The last `optional` arguments may be left out; the last one
    may be repeated where `repeats`. `copies`: how often an argument stands in what Spark is given.
    """

    name: str
    takes: tuple[str, ...]
    gives: str
    meaning: str
    example: str
    value: str
    optional: int = 0
    repeats: bool = False
    copies: int = 1


# fmt: off
_TEXT = (
    Function("lower", ("text",), "string", "in small letters", "lower('Ab')", "ab"),
    Function("upper", ("text",), "string", "in capital letters", "upper('Ab')", "AB"),
    Function("initcap", ("text",), "string", "each word with a capital letter", "initcap('ab cd')", "Ab Cd"),
    Function("trim", ("text",), "string", "without blanks at both ends", "trim(' a ')", "a"),
    Function("ltrim", ("text",), "string", "without blanks at the start", "ltrim(' a')", "a"),
    Function("rtrim", ("text",), "string", "without blanks at the end", "rtrim('a ')", "a"),
    Function("length", ("text",), "bigint", "number of characters", "length('abc')", "3"),
    Function("left", ("text", "integer"), "string", "the first n characters", "left('abcd', 2)", "ab"),
    Function("right", ("text", "integer"), "string", "the last n characters", "right('abcd', 2)", "cd"),
    Function("substring", ("text", "integer", "integer"), "string",
             "from a place (1 is the first) on, n characters or all", "substring('abcd', 2, 2)", "bc", optional=1),
    Function("concat", ("text",), "string", "joined; null if any is null", "concat('a', 'b')", "ab", repeats=True),
    Function("concat_ws", ("'text'", "text or array"), "string",
             "joined with a text between; nulls are skipped, never null", "concat_ws('-', 'a', null, 'b')", "a-b", repeats=True),
    Function("replace", ("text", "text", "text"), "string", "each place of the second replaced by the third",
             "replace('a-b', '-', '+')", "a+b"),
    Function("lpad", ("text", "'length'", "'text'"), "string", "filled up on the left; longer texts are cut",
             "lpad('7', 3, '0')", "007"),
    Function("split", ("text", "'pattern'"), "array<string>", "parts between what the pattern finds",
             "split('a, b', ', *')", "['a', 'b']"),
    Function("split_part", ("text", "text", "'index'"), "string",
             "the n-th part between plain texts; -1 is the last; '' beyond the end", "split_part('a|b', '|', 2)", "b"),
    Function("startswith", ("text", "text"), "boolean", "whether it begins with the second", "startswith('abc', 'ab')", "True"),
    Function("endswith", ("text", "text"), "boolean", "whether it ends with the second", "endswith('abc', 'bc')", "True"),
    Function("contains", ("text", "text"), "boolean", "whether the second stands in it", "contains('abc', 'b')", "True"),
    Function("instr", ("text", "text"), "bigint", "place of the second in it, 0 if nowhere", "instr('abc', 'c')", "3"),
    Function("regexp_like", ("text", "'pattern'"), "boolean", "whether the pattern is found in it",
             "regexp_like('a1', '[0-9]')", "True"),
    Function("regexp_extract", ("text", "'pattern'", "'group'"), "string",
             "what a group (1 unless said, 0 for all) found; '' if nothing", "regexp_extract('a12', '([0-9]+)', 1)", "12",
             optional=1),
    Function("regexp_replace", ("text", "'pattern'", "'plain text'"), "string", "each find replaced",
             "regexp_replace('a12', '[0-9]', '#')", "a##"),
)
_NUMBERS = (
    Function("abs", ("number",), "first", "without its sign", "abs(-3)", "3", copies=3),
    Function("sign", ("number",), "bigint", "-1, 0 or 1", "sign(-2.5)", "-1", copies=2),
    Function("round", ("number", "'digits'"), "first", "to n digits (0 unless said), halves away from 0",
             "round(2.25, 1)", "2.3", optional=1),
    Function("floor", ("number",), "bigint", "next whole number below", "floor(-1.5)", "-2", copies=2),
    Function("ceil", ("number",), "bigint", "next whole number above", "ceil(1.2)", "2", copies=2),
    Function("sqrt", ("number",), "double", "square root; null below 0", "sqrt(9)", "3.0", copies=2),
    Function("exp", ("number",), "double", "e to that power", "exp(0)", "1.0", copies=2),
    Function("ln", ("number",), "double", "natural logarithm; null at and below 0", "ln(1)", "0.0"),
    Function("log2", ("number",), "double", "logarithm to base 2; null at and below 0", "log2(8)", "3.0"),
    Function("log10", ("number",), "double", "logarithm to base 10; null at and below 0", "log10(1000)", "3.0"),
    Function("power", ("number", "number"), "double", "the first to the power of the second", "power(2, 10)", "1024.0", copies=2),
    Function("greatest", ("any", "any"), "common", "the greatest; nulls are skipped", "greatest(1, null, 3)", "3", repeats=True),
    Function("least", ("any", "any"), "common", "the least; nulls are skipped", "least(1, null, 3)", "1", repeats=True),
)
_TIMES = (
    Function("year", ("day",), "bigint", "year", "year(date '2017-03-05')", "2017"),
    Function("quarter", ("day",), "bigint", "quarter, 1 to 4", "quarter(date '2017-05-01')", "2"),
    Function("month", ("day",), "bigint", "month, 1 to 12", "month(date '2017-03-05')", "3"),
    Function("weekofyear", ("day",), "bigint", "ISO week, 1 to 53", "weekofyear(date '2017-01-05')", "1"),
    Function("day", ("day",), "bigint", "day of the month", "day(date '2017-03-05')", "5"),
    Function("dayofweek", ("day",), "bigint", "1 is Sunday, 7 Saturday", "dayofweek(date '2017-03-05')", "1"),
    Function("hour", ("timestamp",), "bigint", "hour, 0 to 23", "hour(timestamp '2017-03-05 13:14:15')", "13"),
    Function("minute", ("timestamp",), "bigint", "minute, 0 to 59", "minute(timestamp '2017-03-05 13:14:15')", "14"),
    Function("date_add", ("date", "integer"), "date", "so many days later", "date_add(date '2017-02-28', 1)",
             "2017-03-01", copies=2),
    Function("date_sub", ("date", "integer"), "date", "so many days earlier", "date_sub(date '2017-03-01', 1)",
             "2017-02-28", copies=2),
    Function("add_months", ("date", "integer"), "date", "so many months later, at most the month's last day",
             "add_months(date '2017-01-31', 1)", "2017-02-28", copies=2),
    Function("datediff", ("day", "day"), "bigint", "days from the second to the first",
             "datediff(date '2017-03-01', date '2017-02-01')", "28"),
    Function("last_day", ("date",), "date", "last day of its month", "last_day(date '2017-02-03')", "2017-02-28"),
    Function("trunc", ("date", "'date unit'"), "date", "first day of its year, quarter, month or week (Monday)",
             "trunc(date '2017-03-05', 'month')", "2017-03-01"),
    Function("date_trunc", ("'time unit'", "timestamp"), "timestamp", "begin of its year … second",
             "date_trunc('hour', timestamp '2017-03-05 13:14:15')", "2017-03-05 13:00:00"),
    Function("to_date", ("text", "'format'"), "date", "a text as a date; null where it is none",
             "to_date('05.03.2017', 'dd.MM.yyyy')", "2017-03-05", optional=1),
    Function("to_timestamp", ("text", "'format'"), "timestamp", "a text as a time; null where it is none",
             "to_timestamp('20170305 1314', 'yyyyMMdd HHmm')", "2017-03-05 13:14:00", optional=1),
    Function("date_format", ("day", "'format'"), "string", "a date or time as text",
             "date_format(date '2017-03-05', 'yyyy-MM')", "2017-03"),
    Function("unix_seconds", ("timestamp",), "bigint", "seconds since 1970", "unix_seconds(timestamp '1970-01-02')", "86400"),
    Function("timestamp_seconds", ("integer",), "timestamp", "time from seconds since 1970", "timestamp_seconds(86400)",
             "1970-01-02 00:00:00", copies=2),
    Function("timestamp_millis", ("integer",), "timestamp", "time from milliseconds since 1970",
             "timestamp_millis(86400000)", "1970-01-02 00:00:00", copies=2),
)
_CHOICES = (
    Function("coalesce", ("any",), "common", "the first that is not null", "coalesce(null, 2)", "2", repeats=True),
    Function("nullif", ("any", "any"), "first", "null where both are equal, else the first", "nullif('a', 'a')",
             "None", copies=2),
    Function("if", ("boolean", "any", "any"), "common", "the second where the first is true, else the third",
             "if(1 < 2, 'a', 'b')", "a"),
)
_COLLECTIONS = (
    Function("size", ("array or map",), "bigint", "number of elements or entries; null of null", "size(split('a b', ' '))", "2"),
    Function("element_at", ("array or map", "any"), "inside",
             "n-th element (1 first, -1 last) or a key's value; null if none", "element_at(split('a b', ' '), -1)", "b"),
    Function("array_contains", ("array", "any"), "boolean", "whether a value is among the elements",
             "array_contains(split('a b', ' '), 'b')", "True"),
    Function("array_distinct", ("array",), "first", "each element once", "array_distinct(split('a a', ' '))", "['a']"),
    Function("map_keys", ("map",), "array<string>", "the keys of a map", "size(map_keys(attributes))", "1"),
    Function("map_contains_key", ("map", "text"), "boolean", "whether a key is there",
             "map_contains_key(attributes, 'a')", "True"),
)
# fmt: on
CHAPTERS = {"Text": _TEXT, "Numbers": _NUMBERS, "Dates and times": _TIMES, "Choices": _CHOICES, "Arrays and maps": _COLLECTIONS}
FUNCTIONS = {function.name: function for chapter in CHAPTERS.values() for function in chapter}
OTHER_NAMES = {
    "substr": "substring",
    "char_length": "length",
    "pow": "power",
    "ceiling": "ceil",
    "rlike": "regexp_like",
    "regexp": "regexp_like",
    "nvl": "coalesce",
    "ifnull": "coalesce",
    "dayofmonth": "day",
    "date_diff": "datediff",
    "cardinality": "size",
    "array_size": "size",
    "iff": "if",
}

_AGGREGATE = "it looks at many rows, and an expression sees one; aggregates stand in take of a measure"
_CLOCK = "an expression knows no clock: the moment is the run's as_of"
_CHANCE = "the same rows must always give the same answer"
_OUTSIDE = "an expression sees one row and nothing outside of it"
_LAMBDA = "functions over functions are not part of the grammar"
_WHY = {
    _AGGREGATE: "count sum mean avg min max first last any_value share top entropy slope mean_gap days_since_last words stddev "
    "variance median percentile percentile_approx percentile_cont approx_count_distinct collect_list collect_set count_if "
    "row_number rank dense_rank ntile lag lead percent_rank explode posexplode inline stack",
    _CLOCK: "now current_timestamp current_date curdate localtimestamp current_time unix_timestamp current_timezone",
    _CHANCE: "rand randn random uuid shuffle monotonically_increasing_id randstr uniform spark_partition_id",
    _OUTSIDE: "reflect java_method try_reflect input_file_name input_file_block_start input_file_block_length current_user "
    "session_user user current_database current_schema current_catalog version read_files secret try_secret http_request "
    "ai_query raise_error assert_true sql identifier",
    _LAMBDA: "transform exists forall aggregate reduce zip_with map_filter transform_keys transform_values array_sort "
    "map_zip_with filter",
}
REASONS = {name: why for why, names in _WHY.items() for name in names.split()}
