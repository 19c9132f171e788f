"""Words of texts in several languages: what is a word, and what is none."""

from pyspark.sql import functions as F

from dmp_spark.measures.languages import LANGUAGES
from dmp_spark.measures.words import by_word, stop_words
from tests.oracles.measures_plain import tokens

STOPS = {"don't", "the", "and", "it's", "of", "won't"}  # those of the English list that stand in these texts
ENGLISH = [
    "Don't stop: the WON'T win; it’s men's and Rock'n'Roll",
    "'don't' o'clock 'quoted'",
    "CRÈME brûlée cre\u0300me naïve ĳs",
    "16oz 16 oz 1.5l 5 % m² №7 3/4 50-75w",
    "co-op e-mail snack_cake tab\tnew\nline nbsp\u00a0hear",
    "ΣΟΦΟΣ Москва 東京タワー ٣٤ सेब",
    "",
    "  -- ! ",
    "a I é",
    "tea tea TEA",
    "😀tea😀 𝔘𝔫𝔦 \u200btea",
]
OTHERS = {  # language → text, its words
    "tr": ("ISPARTA'DA İstanbul ve ışık", ["ısparta", "istanbul", "ışık"]),
    "fr": ("L'eau de l’hiver, aujourd'hui", ["eau", "hiver", "aujourd", "hui"]),
    "de": ("Die Straße und der ÄPFEL-Saft", ["straße", "äpfel", "saft"]),
    "ru": ("Хлеб и молоко", ["хлеб", "молоко"]),
    "no": ("Ost og brød", ["ost", "brød"]),
}


def words_of(spark, texts, language):
    """Each text's words with how often; of a text without any nothing."""
    frame = spark.createDataFrame([(text, text, 2) for text in texts], "person_id string, value string, times bigint")
    found = by_word(frame, language, ["times"]).collect()
    return {text: {row["value"]: row["times"] for row in found if row["person_id"] == text} for text in texts if text is not None}


def test_words_are_what_plain_python_finds_and_count_as_often_as_the_text_and_they_stand_there(spark):
    found = words_of(spark, [*ENGLISH, None], "en")
    expected = {}
    for text in ENGLISH:
        words = tokens(text, STOPS)
        expected[text] = {word: 2 * words.count(word) for word in words}
    assert found == expected
    assert found["tea tea TEA"] == {"tea": 6}
    assert found[ENGLISH[0]] == {"stop": 2, "win": 2, "men": 2, "rock": 2, "roll": 2}
    assert found[""] == found["  -- ! "] == found["a I é"] == {}


def test_each_language_has_its_own_stop_words_and_small_letters(spark):
    for language, (text, expected) in OTHERS.items():
        assert sorted(words_of(spark, [text], language)[text]) == sorted(expected), language
    every = {language: stop_words(language) for language in LANGUAGES}
    assert all(len(words) > 50 for words in every.values())
    assert len({frozenset(words) for words in every.values()}) == len(LANGUAGES)


def test_two_texts_of_a_person_with_one_word_are_one_row(spark):
    rows = [("p", "black tea", 1), ("p", "green tea", 2), ("q", "tea", 4)]
    frame = spark.createDataFrame(rows, "person_id string, value string, times bigint").withColumn("none", F.lit(0))
    found = {
        (row["person_id"], row["value"]): (row["times"], row["none"]) for row in by_word(frame, "en", ["times", "none"]).collect()
    }
    assert found == {("p", "black"): (1, 0), ("p", "green"): (2, 0), ("p", "tea"): (3, 0), ("q", "tea"): (4, 0)}
