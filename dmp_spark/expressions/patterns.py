"""Which patterns may stand in an expression: regular expressions that cannot explode, like, formats. No pyspark here."""

import re

LENGTH_AT_MOST = 200
OPEN_REPEATS_AT_MOST = 4
REPEAT_AT_MOST = 100
REPEAT_IS_OPEN_FROM = 10
WILDCARDS_AT_MOST = 6
FORMATS = ("yyyy", "MM", "M", "dd", "d", "HH", "H", "mm", "ss", "SSSSSS", "SSS", "XXX", "E", "MMM")
UNITS = {
    "date": ("year", "quarter", "month", "week"),
    "timestamp": ("year", "quarter", "month", "week", "day", "hour", "minute", "second"),
}

_TOKEN = re.compile(
    r"(?P<escape>\\(?:[dDwWsSbBtn]|[^\w\s]))"
    r"|(?P<set>\[\^?(?:\\(?:[dDwWsStn]|[^\w\s])|[^\]\[\\&])+\])"
    r"|(?P<open>\((?:\?:)?(?!\?))"
    r"|(?P<close>\))"
    r"|(?P<repeat>(?:[*+?]|\{\d{1,4}(?:,\d{0,4})?\})\??)"
    r"|(?P<or>\|)"
    r"|(?P<plain>[^\\\[\](){}*+?|])"
)


def regex_fault(pattern: str) -> str | None:
    """Why a regular expression is refused, as a sentence; None where it is allowed.

    Allowed are plain characters, `.`, `^`, `$`, sets, groups, `|`, repeats, and the escapes of digits, words and blanks.
    What is left out (looking around, back references, a repeat of a repeated or branching group) can run for ages.
    """
    if len(pattern) > LENGTH_AT_MOST:
        return f"the pattern has {len(pattern)} characters; {LENGTH_AT_MOST} are allowed"
    body = pattern.removeprefix("(?i)")
    position, repeats, repeatable = 0, 0, False
    groups: list[bool] = []  # of each open group: whether it may be repeated
    closed = False  # whether the last part was a group that must not be repeated
    while position < len(body):
        found = _TOKEN.match(body, position)
        if not found:
            return f"the pattern is not understood from {body[position : position + 12]!r} on"
        position, kind, text = found.end(), found.lastgroup, found[0]
        if kind == "repeat":
            least, most = _bounds(text)
            fault = _repeat_fault(text, least, most, repeatable, is_after_open_group=closed)
            if fault:
                return fault
            repeats += most - least > REPEAT_IS_OPEN_FROM
        if kind in ("repeat", "or"):
            groups = [False for _ in groups]
        if kind == "open":
            groups.append(True)
        if kind == "close" and not groups:
            return "a bracket is closed that was not opened"
        closed = kind == "close" and not groups.pop()
        repeatable = kind in ("escape", "set", "close", "plain") and text not in ("^", "$", "\\b", "\\B")
    if groups:
        return "a bracket is not closed"
    if repeats > OPEN_REPEATS_AT_MOST:
        return f"the pattern has {repeats} open repeats; {OPEN_REPEATS_AT_MOST} are allowed"
    return _not_a_regex(body)


def _bounds(repeat: str) -> tuple[int, int]:
    """The least and greatest number of times; one without an end counts as one more than is allowed elsewhere."""
    endless = REPEAT_AT_MOST + 1
    if repeat[0] in "?*+":
        return {"?": (0, 1), "*": (0, endless), "+": (1, endless)}[repeat[0]]
    least, _, most = repeat.strip("{}?").partition(",")
    return int(least), int(most or endless) if "," in repeat else int(least)


def _repeat_fault(text: str, least: int, most: int, is_repeatable: bool, is_after_open_group: bool) -> str | None:
    if not is_repeatable:
        return f"{text!r} repeats nothing"
    if is_after_open_group and most > 1:
        return f"{text!r} repeats a group that itself repeats or branches; such patterns can run for ages"
    if least > REPEAT_AT_MOST or (most > REPEAT_AT_MOST and text[0] == "{" and not text.rstrip("?").endswith(",}")):
        return f"{text!r} repeats more than {REPEAT_AT_MOST} times"
    return None


def _not_a_regex(body: str) -> str | None:
    try:
        re.compile(body)
    except (re.error, OverflowError, RecursionError) as error:
        return f"the pattern is no regular expression: {error}"
    return None


def groups_of(pattern: str) -> int:
    """How many groups an allowed regular expression has."""
    return re.compile(pattern.removeprefix("(?i)")).groups


def like_fault(pattern: str) -> str | None:
    """Why a pattern of `like` is refused; None where it is allowed."""
    if len(pattern) > LENGTH_AT_MOST:
        return f"the pattern has {len(pattern)} characters; {LENGTH_AT_MOST} are allowed"
    plain = re.sub(r"\\[%_\\]", "", pattern)
    if "\\" in plain:
        return "in a pattern of like a backslash stands before %, _ or another backslash only"
    if plain.count("%") > WILDCARDS_AT_MOST:
        return f"the pattern has {plain.count('%')} %; {WILDCARDS_AT_MOST} are allowed"
    return None


def format_fault(text: str) -> str | None:
    """Why a format of times is refused; None where it is allowed."""
    rest = re.sub(r"'[A-Za-z]{1,10}'", "", text)
    for letters in re.findall(r"([A-Za-z])(\1*)", rest):
        if letters[0] + letters[1] not in FORMATS:
            return f"{letters[0] + letters[1]!r} is no part of a format; known: {', '.join(FORMATS)}"
    if re.search(r"[^A-Za-z0-9 .,:/_-]", rest) or len(text) > 40:
        return "a format holds letters of times, blanks and . , : / _ - only, in at most 40 characters"
    return None
