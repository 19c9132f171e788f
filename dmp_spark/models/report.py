"""What the report says of the models: each task's comparison, and how the scores lie."""

from typing import Any

from dmp_spark.models import evaluation_file
from dmp_spark.models.report_comparison import comparison
from dmp_spark.models.spec import ModelsSpec, Task
from dmp_spark.section import About, Answers, Axis, Fact, Gallery, Group, Histogram, Kind, Part, Section, Sentence, Tone
from dmp_spark.wording import plain

STEPS = 20


def queries(spec: ModelsSpec, about: About) -> dict[str, str]:
    """The scores of each model at its latest moment, in steps: of a probability from 0 to 1, else from least to greatest."""
    ends = {
        end: f"case when min(b.score) >= 0 and max(b.score) <= 1 then {whole} else {own}(b.score) end as {end}"
        for end, whole, own in (("low", "0.0", "min"), ("high", "1.0", "max"))
    }
    step = f"least(floor((s.score - r.low) / (r.high - r.low) * {STEPS}), {STEPS - 1})"
    return {
        "scores": f"""
            select s.model, s.version, s.as_of, r.low, r.high, case when r.high > r.low then {step} else 0 end as step,
                   count(*) as people
            from gold.scores s
            join (select b.model, max(b.as_of) as as_of, {ends["low"]}, {ends["high"]} from gold.scores b group by b.model) r
              on r.model = s.model and r.as_of = s.as_of
            group by s.model, s.version, s.as_of, r.low, r.high, 6 order by s.model, s.version, step""",
    }


def section(spec: ModelsSpec, about: About, answers: Answers) -> Section:
    """The section: a group a task."""
    scores = answers["scores"].named
    groups = tuple(_task(task, [row for row in scores if row["model"] == task.name], about) for task in spec.tasks)
    scored = sum(row["people"] for row in scores)
    facts = (Fact("questions", len(spec.tasks)), Fact("scores", scored, note=f"of {about.people} who can be judged"))
    return Section("models", "What is expected", groups, facts)


def _task(task: Task, scores: list[dict[str, Any]], about: About) -> Group:
    title = task.question or plain(task.name).capitalize()
    if not scores:
        return Group(title, (Sentence("Nobody has a score yet: there is no model, or nobody could be judged.", Tone.WARNING),))
    version = max((row["as_of"], row["version"]) for row in scores)[1]
    found = evaluation_file.read(about.root, task.name, version)
    without = Sentence(f"No comparison was kept with version {version}; what was said of it stands under “The last run”.")
    parts: tuple[Part, ...] = comparison(found, about) if found is not None else (without,)
    return Group(title, (*parts, _distribution(scores, about)))


def _distribution(scores: list[dict[str, Any]], about: About) -> Gallery:
    steps: dict[int, int] = {}
    for row in scores:
        steps[int(row["step"])] = steps.get(int(row["step"]), 0) + row["people"]
    low, high = float(scores[0]["low"]), float(scores[0]["high"])
    counts = tuple(steps.get(step, 0) for step in range(STEPS))
    axis = Axis("score", low, high, Kind.NUMBER)
    chart = Histogram(f"Scores of {sum(counts):,} {about.people}", axis, counts, about.people)
    versions = ", ".join(sorted({row["version"] for row in scores}))
    return Gallery((chart,), note=f"At the latest moment, version {versions}.")
