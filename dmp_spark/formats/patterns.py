"""Named patterns of lines of text: what their parts are called, and of which type they are. No pyspark here."""

from collections.abc import Mapping
from dataclasses import dataclass

QUOTED = r'(?:[^"\\]|\\.)*'  # web servers write a quote within as \"
COMMON = (
    r"(?P<client>\S+) (?P<identity>\S+) (?P<login>\S+) \[(?P<at>[^\]]+)\] "
    rf'"(?:(?P<method>[A-Z]+) (?P<target>\S+)(?: (?P<protocol>\S+))?|{QUOTED})" (?P<status>\d{{3}}) (?P<bytes>\d+|-)'
)
CLF_TIME = "dd/MMM/yyyy:HH:mm:ss Z"


@dataclass(frozen=True)
class Pattern:
    """A pattern: a regular expression with a named group a column, `columns` by type, `formats` of times, the text of null."""

    expression: str
    columns: Mapping[str, str]
    formats: Mapping[str, str]
    nulls: str = ""


_COMMON = {
    "client": "string",
    "identity": "string",
    "login": "string",
    "at": "timestamp",
    "method": "string",
    "target": "string",
    "protocol": "string",
    "status": "int",
    "bytes": "bigint",
}
PATTERNS: Mapping[str, Pattern] = {
    "apache_common": Pattern(COMMON, _COMMON, {"at": CLF_TIME}, "-"),
    "apache_combined": Pattern(
        rf'{COMMON} "(?P<referrer>{QUOTED})" "(?P<agent>{QUOTED})"?',  # they cut very long lines off within their last part
        {**_COMMON, "referrer": "string", "agent": "string"},
        {"at": CLF_TIME},
        "-",
    ),
}
"""The log formats `common` and `combined` of Apache's httpd, which nginx and others write too."""
