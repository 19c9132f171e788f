"""What an expression may say, what it is told otherwise, and where. No Spark."""

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dmp_spark.expressions.allowed import FUNCTIONS, REASONS
from dmp_spark.expressions.parse import Call, Expression, ExpressionError, Special, parse
from dmp_spark.expressions.patterns import format_fault, like_fault, regex_fault

COLUMNS = {
    "quantity": "bigint",
    "brand": "string",
    "price": "decimal(18,4)",
    "weight": "double",
    "is_bot": "boolean",
    "day": "date",
    "at": "timestamp",
    "tags": "array<string>",
    "attributes": "map<string,string>",
    "amounts": "map<string,decimal(18,4)>",
    "campaign.start_date": "timestamp",
    "campaign.kind": "string",
    "broken": "unknown",
    "Order ID": "string",
    "date": "date",
    "text": "string",
    "value": "decimal(18,4)",
    "time": "timestamp",
    "first": "string",
    "small": "int",
    "from": "string",
}
EVENT = {"value": "decimal(18,4)", "quantity": "bigint", "order_id": "string", "is_weekend": "boolean", "item.category": "string"}
SPECIALS = {
    "count": Special("count", EVENT, "bigint", allows_star=True, allows_distinct=True),
    "sum": Special("sum", EVENT, "same"),
    "top": Special("top", EVENT, "array<string>", arity=(2, 2)),
    "days_since_last": Special("days_since_last", EVENT, "bigint", arity=(0, 0)),
    "first": Special("first", EVENT, "same"),
}


def refused(text: str, **more: object) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        parse(text, COLUMNS, **more)  # type: ignore[arg-type]
    return caught.value


def test_everything_in_the_list_of_attacks_is_refused_and_the_culprit_is_named() -> None:
    lines = Path(__file__).with_name("attacks.txt").read_text(encoding="utf-8").splitlines()
    attacks = [line.split("\t", 1) for line in lines if not line.startswith("# ")]
    accepted, unnamed, misplaced = [], [], []
    for culprit, written in attacks:
        text = written.encode("ascii").decode("unicode_escape")
        try:
            parse(text, COLUMNS, predicate=True)
            accepted.append(text)
        except ExpressionError as error:
            if culprit.lower() not in error.message.lower():
                unnamed.append(f"{text}: {error.message} does not say {culprit}")
            if not 0 <= error.offset <= len(text):
                misplaced.append(text)
    assert len(attacks) >= 50
    assert (accepted, unnamed, misplaced) == ([], [], [])


def test_length_number_of_words_and_depth_are_limited() -> None:
    assert "characters" in refused("quantity = 1 or " * 300 + "is_bot").message
    assert "words and signs" in refused("+".join("1" * 600)).message
    assert "nested" in refused("(" * 61 + "quantity" + ")" * 61).message
    assert "nested" in refused("not " * 900 + "is_bot").message
    assert "nested" in refused("- " * 61 + "quantity").message
    assert "nested" in refused("+".join("1" * 62)).message
    assert "nested" in refused("case when true then " * 62 + "1" + " end" * 62).message
    assert "too large" in refused("abs(" * 12 + "quantity" + ")" * 12).message
    assert parse(" or ".join(["is_bot"] * 300), COLUMNS).type == "boolean"


@pytest.mark.parametrize(
    ("text", "culprit", "way_out"),
    [
        ("is_bot or quantiti > 1", "quantiti", "did you mean quantity?"),
        ("is_bot or campaign.start > at", "campaign.start", "did you mean campaign.start_date?"),
        ("is_bot or Quantity > 1", "Quantity", "did you mean quantity?"),
        ("is_bot or start_date > at", "start_date", "did you mean campaign.start_date?"),
        ("is_bot or campaign = 'a'", "campaign", "it holds: campaign.kind, campaign.start_date"),
        ("is_bot or campaign.colour = 'a'", "campaign.colour", "campaign holds: campaign.kind, campaign.start_date"),
        ("is_bot or brand.x = 'a'", "brand.x", ""),
        ("is_bot or attributes.a.b = 'a'", "attributes.a.b", ""),
        ("is_bot or lowr(brand) = 'a'", "lowr", "did you mean lower()? allowed: abs, "),
        ("is_bot or reflect('a')", "reflect", "allowed: abs, "),
        ("is_bot or left(brand) = 'a'", "left", "for example left('abcd', 2)"),
        ("is_bot or lower(quantity) = 'a'", "quantity)", "cast(… as string)"),
        ("is_bot or attributes.week = 5", "attributes.week", "write '5', or cast(… as bigint)"),
        ("is_bot or at > '2017-01-01'", "'2017", "write timestamp '2017-01-31 00:00:00' (UTC)"),
        ("is_bot or at > day", "at >", "cast(… as date) takes the day in UTC"),
        ("is_bot or brand = null", "brand", "write is null or is not null"),
        ("is_bot or brand + 1 > 1", "brand", "cast(… as bigint), cast(… as double)"),
        ("is_bot or at + 1 > at", "at +", "use date_add(day, 7), add_months(day, 1) or datediff(day, other)"),
        ("is_bot or year(at) in (2017, null)", "null", ""),
        ("is_bot or cast(quantity as timestamp) > at", "quantity", "use timestamp_seconds(…) or timestamp_millis(…)"),
        ("is_bot and quantity", "quantity", "compare it with something"),
        ("is_bot or day = date '2017-1-1'", "'2017-1-1'", "it is written 2017-01-31"),
        ("is_bot or\n  quantity = 1 bran", "bran", ""),
        ("is_bot or from = 'a'", "from", "the column is written `from`"),
        ("is_bot or brand in ()", "brand", ""),
    ],
)
def test_a_mistake_is_placed_and_the_way_out_is_said(text: str, culprit: str, way_out: str) -> None:
    error = refused(text)
    assert text[error.offset :].startswith(culprit), text[error.offset :]
    assert error.way_out.startswith(way_out) and bool(error.way_out) == bool(way_out), error.way_out


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1", "bigint"),
        ("0.5", "double"),
        ("'a'", "string"),
        ("date '2017-01-01'", "date"),
        ("timestamp '2017-01-01'", "timestamp"),
        ("true", "boolean"),
        ("null", "null"),
        ("small", "int"),
        ("small + small", "bigint"),
        ("quantity / 2", "double"),
        ("price + 1", "decimal(38,6)"),
        ("price * quantity", "decimal(38,6)"),
        ("price / 2", "double"),
        ("price * 0.5", "double"),
        ("amounts.discount", "decimal(18,4)"),
        ("attributes.store_id", "string"),
        ("campaign.start_date", "timestamp"),
        ("brand = 'Private'", "boolean"),
        ("lower(concat_ws(' ', brand, text))", "string"),
        ("case when is_bot then 1 end", "bigint"),
        ("coalesce(price, quantity)", "decimal(23,4)"),
        ("broken + 1", "unknown"),
        ("broken.anything", "unknown"),
        ("lower(broken)", "string"),
        ("broken = 5 and broken = 'a'", "boolean"),
        ("`Order ID`", "string"),
        ("`from` = 'a' or attributes.from = 'b'", "boolean"),
        ("date", "date"),
        ("time >= timestamp '2017-01-01'", "boolean"),
        ("first", "string"),
        ("split(brand, ',')", "array<string>"),
        ("element_at(split(brand, ','), 1)", "string"),
    ],
)
def test_the_type_of_an_expression_is_known(text: str, kind: str) -> None:
    assert parse(text, COLUMNS).type == kind


def test_names_are_dotted_and_include_those_inside_special_calls() -> None:
    assert parse("attributes.store_id = '1' or campaign.kind = 'a'", COLUMNS).names == {"attributes.store_id", "campaign.kind"}
    assert parse("sum(value) / count(distinct order_id)", {}, specials=SPECIALS).names == {"value", "order_id"}


def test_a_predicate_must_be_a_condition() -> None:
    assert refused("quantity + 1", predicate=True).message == "this must be a condition, it gives a bigint"
    assert parse("broken", COLUMNS, predicate=True).type == "unknown"
    assert parse("is_bot", COLUMNS, predicate=True).type == "boolean"


def take(text: str) -> Expression:
    return parse(text, {}, specials=SPECIALS)


def keys(text: str) -> list[str]:
    return [call.key for call in take(text).calls]


def test_special_calls_are_found_with_their_arguments_and_equal_calls_have_equal_keys() -> None:
    assert keys("SUM( value )/count(distinct order_id) + sum((value))") == ["sum(value)", "count(distinct order_id)"]
    assert keys("count(*) > 0 and days_since_last() < 3") == ["count(*)", "days_since_last()"]
    assert keys("sum(value*2)") == keys("sum( value * 2 )") != keys("sum(value * 3)")
    top: Call = take("top(item.category, 3)").calls[0]
    assert (top.literals, [argument.type for argument in top.arguments]) == ((3,), ["string", "bigint"])
    assert (top.arguments[0].text, top.is_star, top.is_distinct) == ("item.category", False, False)


def test_the_type_of_a_special_call_is_said_by_whoever_added_it() -> None:
    assert take("sum(value)").type == "decimal(18,4)"
    assert take("sum(value) / count(*)").type == "double"
    assert take("count(*) = 0").type == "boolean"
    assert take("top(item.category, 3)").type == "array<string>"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("value", "value stands outside of an aggregate"),
        ("sum(count(*))", "count() cannot stand inside sum()"),
        ("sum(sum(value))", "sum() cannot stand inside sum()"),
        ("sum(*)", "* does not fit into sum()"),
        ("sum(distinct value)", "distinct does not fit into sum()"),
        ("count()", "count() takes 1 argument, not 0"),
        ("count(*, value)", "* does not fit into count()"),
        ("count(distinct order_id, value)", "count() takes 1 argument, not 2"),
        ("days_since_last(value)", "days_since_last() takes no argument, not 1"),
        ("sum(valu)", "there is no column valu"),
        (
            "mean(value)",
            "the function mean() is not allowed: it looks at many rows, and an expression sees one; aggregates stand in take",
        ),
        ("sum(value) over ()", "over (a window over rows) is not allowed"),
        ("sum(reflect('a', 'b'))", "the function reflect() is not allowed"),
    ],
)
def test_a_special_call_that_does_not_fit_is_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        take(text)
    assert caught.value.message.startswith(message)


def test_no_function_is_both_allowed_and_refused() -> None:
    assert not set(FUNCTIONS) & set(REASONS)


WORDS = (
    "quantity brand attributes.x price is_bot day at ( ) , . + - * / % = <> < <=> || and or not in is null between like rlike case when then "
    "else end cast as bigint string date 'a' '%' '(a+)+' 1 0.5 9e9 lower( coalesce( if( split( reflect( sum( count( * distinct select from over "
    "-- /* */ ; ` \" ' $ { } [ ] -> => :: @ ? : ! ~ & | ^ \\ exists interval filter \u0430 \u200b \u2028 \x00"
)


@settings(derandomize=True, max_examples=600, deadline=None, database=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from(WORDS.split(" ")), max_size=25).map(" ".join),
        st.lists(st.sampled_from(WORDS.split(" ")), max_size=25).map("".join),
    )
)
def test_whatever_is_written_gives_an_expression_or_a_placed_refusal(text: str) -> None:
    try:
        assert isinstance(parse(text, COLUMNS, specials=SPECIALS), Expression)
    except ExpressionError as error:
        assert error.message and 0 <= error.offset <= len(text)


@pytest.mark.parametrize(
    "pattern", ["^[^@]+@[^.]+\\.[a-z]+$", "(?i)^baby", "\\d{4}-\\d{2}", "(?:ab)+c", "a|b", "[a-z]{1,20}", "(a)?b", "\\.", "é+"]
)
def test_harmless_patterns_are_allowed(pattern: str) -> None:
    assert regex_fault(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a|b)*",
        "((ab){2,3})+",
        "(a?){9}",
        "a{2",
        "}",
        "]",
        "a**",
        "(?:a*)*",
        "\\p{L}",
        "\\Qa",
        "(?#x)",
        "a" * 201,
        "x{3,1}",
    ],
)
def test_patterns_that_can_explode_or_that_java_reads_otherwise_are_refused(pattern: str) -> None:
    assert regex_fault(pattern)


def test_formats_and_patterns_of_like_are_checked() -> None:
    assert [format_fault(one) for one in ("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "dd.MM.yyyy", "yyyyMMdd")] == [None] * 3
    assert all(format_fault(one) for one in ("YYYY", "yyyyy", "Q", "yyyy'", "[yyyy]", "n", "p"))
    assert [like_fault(one) for one in ("A%", "50\\%", "a\\\\b", "a_b")] == [None] * 4
    assert all(like_fault(one) for one in ("a\\b", "\\", "%" * 7, "a" * 201))


def test_reading_an_expression_needs_no_spark() -> None:
    import subprocess

    code = "import sys; from dmp_spark.expressions.parse import parse; parse('a = 1', {'a': 'bigint'}); print('pyspark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.strip() == "False"
