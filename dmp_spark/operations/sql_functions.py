"""Which functions `dmp sql` allows, and which of them mean the same in DuckDB as in Spark."""

from sqlglot import exp

# Known to sqlglot and translated to the same meaning (with the corrections of sql_translation.py).
SAME_NODES: tuple[type[exp.Func], ...] = (
    exp.And, exp.Or, exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Nvl2, exp.Greatest, exp.Least,
    exp.Cast, exp.TryCast, exp.TsOrDsToDate,
    exp.Count, exp.CountIf, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.ArgMax, exp.ArgMin, exp.LogicalOr, exp.LogicalAnd,
    exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop, exp.Corr, exp.Median, exp.Quantile,
    exp.Abs, exp.Sign, exp.Round, exp.Floor, exp.Ceil, exp.Sqrt, exp.Ln, exp.Exp, exp.Pow,
    exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Concat, exp.ConcatWs, exp.Substring, exp.Left, exp.Right, exp.Replace,
    exp.StartsWith, exp.EndsWith, exp.Contains, exp.ArrayToString, exp.Split,
    exp.Year, exp.Month, exp.Day, exp.DayOfMonth, exp.DayOfYear, exp.DayOfWeek, exp.Quarter, exp.Hour, exp.Minute,
    exp.TimestampTrunc, exp.DateDiff, exp.TsOrDsAdd, exp.DateAdd, exp.DateSub, exp.LastDay,
    exp.ArraySize, exp.ArrayContains, exp.MapKeys, exp.Array, exp.Explode,
    exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile, exp.Lag, exp.Lead,
    exp.FirstValue, exp.LastValue,
)  # fmt: skip

# Unknown to sqlglot, which passes them on as they are.
SAME_NAMES = frozenset({"cardinality", "map_values", "every", "some"})

# Built into Spark, harmless, and not the same in DuckDB: these run in Spark.
SPARK_NAMES = frozenset(
    """
    acos acosh add_months aggregate array_append array_compact array_distinct array_except array_insert array_intersect
    array_max array_min array_position array_prepend array_remove array_repeat array_size array_sort array_union
    arrays_overlap arrays_zip ascii asin asinh atan atan2 atanh base64 bin bit_and bit_count bit_length bit_or bit_xor
    bround btrim cbrt char_length character_length charindex chr conv cos cosh cot crc32 csc current_timezone date_diff
    date_from_unix_date date_part dateadd datepart day dayname days degrees e elt exists expm1 factorial find_in_set flatten
    forall format_number format_string from_csv from_json from_unixtime from_utc_timestamp get hash histogram_numeric hypot
    isnan isnotnull isnull json_array_length json_object_keys kurtosis last_value levenshtein locate log10 log1p log2
    lpad ltrim make_date make_timestamp map_concat map_entries map_filter map_from_arrays map_zip_with mask max_by md5 min_by
    mod monthname named_struct nanvl negative nth_value now nullifzero octet_length overlay parse_url percentile_cont
    percentile_disc pi pmod position positive printf regexp regexp_count regexp_instr regexp_like regexp_substr regr_slope
    regr_intercept regr_r2 rint rlike rpad rtrim schema_of_json sec sentences sequence sha1 shiftleft shiftright sin sinh size
    skewness slice sort_array space stack str_to_map tan tanh timestamp_micros timestamp_millis timestamp_seconds to_char
    to_json to_number to_timestamp to_unix_timestamp to_utc_timestamp transform_keys transform_values translate
    try_add try_avg try_divide try_element_at try_multiply try_subtract try_sum try_to_number try_to_timestamp typeof
    unbase64 unhex unix_date unix_micros unix_millis unix_seconds url_decode url_encode weekday width_bucket xxhash64
    zeroifnull zip_with
    """.split()  # noqa: SIM905
)

# Known to sqlglot, and allowed nowhere: they read files, name tables by text, call services or tell about the machine.
REFUSED_NODES: tuple[type[exp.Expression], ...] = (
    exp.ReadCSV, exp.ReadParquet, exp.ToFile, exp.DynamicIdentifier, exp.OpenJSON, exp.Columns,
    exp.CurrentUser, exp.CurrentCatalog, exp.CurrentSchema, exp.CurrentDatabase, exp.SessionUser,
)  # fmt: skip
REFUSED_BEGINNINGS = ("AI_", "M_L_", "GENERATE_", "PREDICT", "VECTOR_SEARCH", "FEATURES_AT_TIME", "SECRET", "HOST", "NET_FUNC")


def name_of(node: exp.Func) -> str:
    """The function's name as a user would write it."""
    name: str = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
    return name.lower()


def is_allowed(node: exp.Func) -> bool:
    """Whether a query may call it at all."""
    if isinstance(node, exp.Anonymous):
        return name_of(node) in SAME_NAMES | SPARK_NAMES
    return not isinstance(node, REFUSED_NODES) and not node.sql_name().startswith(REFUSED_BEGINNINGS)


def is_same_in_duckdb(node: exp.Func) -> bool:
    """Whether DuckDB gives what Spark would."""
    return name_of(node) in SAME_NAMES if isinstance(node, exp.Anonymous) else type(node) in SAME_NODES
