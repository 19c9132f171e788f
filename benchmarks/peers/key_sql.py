"""Keys in SQL, as the tables of ours have them: what lets rows of a peer be compared with them one by one."""


def key(*parts: str) -> str:
    """The SQL of a key: the first 32 digits of sha256 over the JSON array of the parts, each SQL."""
    inside = """ || '","' || """.join(parts)
    return f"""substr(sha256('["' || {inside} || '"]'), 1, 32)"""
