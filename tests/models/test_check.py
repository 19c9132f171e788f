"""What is told about a wrong models.yml, and what a right one becomes."""

from dmp_spark.models.spec import Candidate, Preparation, Selection, Words
from tests.written_project import resolved, told

RIGHT = """\
validation: {by: moment, folds: 2, confidence: 90 %}
prepare: {numbers: {missing: {fill: median, flag: false}, scale: none}}
candidates:
  classification:
    trees: {family: random_forest, trees: 3}
    linear: {family: logistic_regression}
tasks:
  leaves:
    kind: classification
    eligible: feature.baskets_90d > 0
    rule: -feature.spend_ever
    label: {of: purchase, take: count(*) = 0, ahead: 2 weeks}
    choose_by: log_loss
  amount:
    kind: regression
    rule: feature.spend_ever / 3
    label: {of: purchase, take: sum(value), ahead: 30 days}
training: {least_rows: 200}
"""


def test_a_task_becomes_what_the_stage_needs_and_learners_see_numbers_only(tmp_path):
    spec, found = resolved(tmp_path, "models", models=RIGHT)
    assert told(found) == []
    assert (spec.project, spec.zone, spec.folds, spec.confidence) == ("shop", "America/New_York", 2, 0.9)
    assert spec.numbers == ("baskets_90d", "spend_ever")  # neither times, lists nor words
    assert (spec.preparation.flag_missing, spec.preparation.clip_factor, spec.preparation.scale) == (False, None, False)
    assert (spec.least_rows, spec.least_people) == (200, 100)
    task, amount = spec.tasks
    assert task.candidates[0] == Candidate(name="trees", family="random_forest", parameters={"trees": 3, "depth": 8})
    assert (task.kind, task.baseline, task.horizon_days, task.choose_by) == ("classification", "linear", 14, "log_loss")
    assert (amount.kind, amount.baseline, amount.choose_by) == ("regression", "baseline", "mean_squared_error")
    assert [candidate.family for candidate in amount.candidates] == ["linear_regression"]
    assert task.names == {"feature.baskets_90d": "bigint", "feature.spend_ever": "decimal(18,4)"}


def test_every_mistake_is_told_where_it_stands_and_the_task_is_left_out(tmp_path):
    spec, found = resolved(
        tmp_path,
        "models",
        models="""\
        candidates:
          classification:
            forest: {family: random_forest, step: 0.1}
            rule: {family: logistic_regression}
            numbers: {family: linear_regression}
        tasks:
          one:
            kind: classification
            eligible: feature.baskets_91d > 0
            rule: feature.baskets_90d
            label: {of: purchase, take: count(*) = 0, ahead: 30 days}
          two:
            kind: classification
            rule: feature.favourites_ever
            label: {of: purchase, take: count(*) = 0, ahead: 1 month}
          three:
            kind: regression
            choose_by: roc_auc
            rule: feature.favourites_ever
            label: {of: purchase, take: sum(value), ahead: 30 days}
          four:
            kind: classification
            rule: feature.spend_ever
            label: {of: purchase, take: count(*) = 0}
          five:
            kind: classification
            eligible: feature.baskets_90d
            rule: feature.spend_ever
            label: {of: purchase, take: count(*) = 0, ahead: 30 days}
        """,
    )
    lines = [(int(place.split(":")[1]), what) for place, what, _ in told(found)]
    assert [line for line, _ in lines] == [3, 4, 5, 9, 14, 15, 18, 19, 24, 27]
    assert lines[0][1] == "random_forest has no parameter step"
    assert lines[2][1] == "linear_regression does not answer a classification"
    assert lines[4][1] == "a rule gives a number, and this gives array<string>"
    assert lines[6][1] == "a regression is not judged by roc_auc"
    assert "the rule of a regression is a prediction, in the label's unit" in [way_out for _, _, way_out in told(found)]
    assert any("baskets_90d" in way_out for _, _, way_out in told(found))
    assert spec.tasks == ()


def test_without_features_there_is_one_sentence_about_it_and_a_spec(tmp_path):
    spec, found = resolved(tmp_path, "models", contracts={}, models=RIGHT)
    assert [what for _, what, _ in told(found)] == ["models need features.yml, and there is none"]
    assert (spec.numbers, spec.tasks) == ((), ())


def test_a_confidence_that_makes_no_interval_is_told(tmp_path):
    _, found = resolved(tmp_path, "models", models=RIGHT.replace("90 %", "100 %"))
    assert [what for _, what, _ in told(found)] == ["an interval needs a confidence of 50 % or more and less than 100 %"]


def test_words_and_selection_are_prepared_and_a_task_may_have_parts_of_its_own(tmp_path):
    prepare = """\
prepare:
  numbers: {scale: none}
  words: {bought_words_90d: {hash: 64, idf: {in_at_least: 5}}}
  select: {variance_above: 0.001, correlation_below: 0.95, keep: 9, by: f_test}
"""
    task = "  %s: {kind: classification, rule: feature.spend_ever, label: {of: purchase, take: count(*) = 0, ahead: 30 days}%s}\n"
    own = [
        ("plain", ""),
        ("all", ", prepare: {select: {}}"),
        ("none", ", prepare: {words: {}, numbers: {missing: {flag: false}}}"),
    ]
    tasks = "tasks:\n" + "".join(task % one for one in own)
    spec, found = resolved(tmp_path, "models", models=prepare + tasks)
    assert told(found) == []
    selection = Selection(variance_above=0.001, correlation_below=0.95, keep=9)
    words = (Words(column="bought_words_90d", buckets=64, in_at_least=5),)
    expected = Preparation(flag_missing=True, clip_factor=None, scale=False, words=words, selection=selection)
    assert spec.preparation == expected
    prepared = {one.name: spec.preparation_of(one) for one in spec.tasks}
    assert prepared == {
        "plain": expected,
        "all": expected.model_copy(update={"selection": Selection()}),
        "none": Preparation(flag_missing=False, clip_factor=None, scale=True, words=(), selection=selection),
    }
    assert type(spec).model_validate_json(spec.model_dump_json()) == spec


def test_every_mistake_in_prepare_is_told_where_it_stands(tmp_path):
    _, found = resolved(
        tmp_path,
        "models",
        models="""\
        prepare:
          words:
            bought_words_91d: {hash: 64}
            favourites_ever: {hash: 64}
            bought_words_90d: {hash: 8192}
          select: {keep: 9}
        tasks:
          one:
            kind: classification
            rule: feature.spend_ever
            label: {of: purchase, take: count(*) = 0, ahead: 30 days}
            prepare: {words: {spend_ever: {}}}
          two:
            kind: classification
            rule: feature.spend_ever
            label: {of: purchase, take: count(*) = 0, ahead: 30 days}
            prepare: {select: {correlation_below: 0.5}}
        """,
    )
    lines = [(int(place.split(":")[1]), what, way_out) for place, what, way_out in told(found)]
    assert [line for line, _, _ in lines] == [2, 3, 4, 12, 17]
    assert lines[0][1] == "words have 8,192 buckets, and select compares at most 4,096 with one another"
    assert lines[1][1:] == ("there is no feature bought_words_91d", "did you mean bought_words_90d?")
    assert lines[2][1].startswith("favourites_ever is array<string>")
    assert lines[3][1].startswith("spend_ever is decimal(18,4)")
    assert lines[4][1] == lines[0][1]
