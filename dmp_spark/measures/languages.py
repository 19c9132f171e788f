"""The languages in which `words` knows stop words. No pyspark here."""

LANGUAGES = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
"""ISO 639-1 code → the name of the list in Spark ML."""


def fault(language: str, takes_words: bool) -> tuple[str, str] | None:
    """What is wrong with the language of a measure, and the way out; null where nothing is."""
    known = f"known: {', '.join(LANGUAGES)}"
    if takes_words and not language:
        return "words() needs the language of the text, for its stop words", f"for example language: en; {known}"
    if takes_words and language not in LANGUAGES:
        return f"there are no stop words of the language {language}", known
    if language and not takes_words:
        return "language belongs to words(), and take has none", "leave it out"
    return None
