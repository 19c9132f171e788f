"""What stands for what in the files of a source, proven: encoding, comments, nulls, and the signs of CSV. No pyspark here."""

import codecs

from dmp_spark.formats.spec import UTF8, ReadFile, Signs
from dmp_spark.project.load import Found

NO_SEPARATOR = "\"'\\\r\n.-+"
OF_NO_FILE = ("idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "utf-7", "mbcs", "oem")
QUOTES = {"double": '"', "single": "'", "none": ""}
ENCODINGS = (
    "utf-8",
    "utf-16",
    "latin-1",
    "windows-1252",
    "windows-1251",
    "iso-8859-15",
    "shift_jis",
    "big5",
    "gb18030",
    "euc-kr",
)


def signs(written: ReadFile, nothing: str, address: str, found: Found) -> Signs:
    """The signs of a source's files; `nothing` is what its pattern writes for null. Each mistake is added to `found`."""
    separator = "," if written.separator is None else written.separator
    if len(separator) != 1 or separator.isalnum() or separator in NO_SEPARATOR:
        what = f"cells are separated by one sign that stands in no number, and this is {separator!r}"
        way_out = 'separator: ",", ";", "\\t" or the like; where it is longer, format: text with a pattern'
        found.add("separator", what, f"{address}.separator", way_out)
        separator = ","
    comment, quote = written.comment or "", QUOTES[written.quote or "double"]
    if comment.startswith((separator, quote or "\n")) and written.format == "csv":
        what = f"lines that begin with {comment!r} would be comments, and records may begin so"
        found.add("comment", what, f"{address}.comment", "the signs with which comments of these files begin")
    if written.escape and any(text.startswith("\\") for text in written.nulls or []):
        what = "a backslash escapes what follows it, so no cell begins with one"
        found.add("nulls", what, f"{address}.nulls", "leave `escape` out where \\N stands for nothing")
    nulls = (nothing, *(written.nulls or []))
    return Signs(
        encoding=_encoding(written.encoding or UTF8, address, found),
        comment=comment,
        nulls=tuple(dict.fromkeys(text for text in nulls if text)),
        separator=separator,
        quote=quote,
        escape="\\" if written.escape else "",
    )


def _encoding(name: str, address: str, found: Found) -> str:
    """The encoding as it was written; `utf-8` of whatever is called UTF-8."""
    try:
        known = codecs.lookup(name).name
        "".encode(name)  # LookupError of what encodes no text
    except (LookupError, ValueError):
        known = "undefined"
    if known.replace("_", "-") in OF_NO_FILE:
        found.add("encoding", f"no such encoding: {name}", f"{address}.encoding", Found.suggest(name.lower(), list(ENCODINGS)))
        return UTF8
    return UTF8 if known in ("utf-8", "utf-8-sig") else name
