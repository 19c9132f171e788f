"""Whether `models.yml` fits the other files: its features are there, and each learner knows its parameters."""

from collections.abc import Iterator, Mapping
from typing import Any

from dmp_spark.contracts import Contract
from dmp_spark.expressions.parse import Expression, ExpressionError, parse
from dmp_spark.models.check_preparation import own_preparation, preparation
from dmp_spark.models.spec import (
    BASELINE,
    CHOICES,
    DEFAULTS,
    LINEAR,
    NEEDS,
    RULE,
    Candidate,
    CandidateFile,
    Choice,
    Kind,
    ModelsFile,
    ModelsSpec,
    Task,
    TaskFile,
)
from dmp_spark.project.engines import Need, Needed, with_
from dmp_spark.project.load import Found, Project

_FEATURES = "gold.features"
_RULES: dict[Kind, str] = {
    "classification": "the higher the number, the more the label is expected",
    "regression": "the rule of a regression is a prediction, in the label's unit",
}
_ORDERED = ("int", "bigint", "double", "float", "decimal", "boolean", "null", "unknown")


def resolve(project: Project, contracts: Mapping[str, Contract], found: Found) -> ModelsSpec:
    """The stage's spec; mistakes go to `found`, and a task that has one is left out."""
    written: ModelsFile = project.written("models") or ModelsFile()
    features = _features(contracts, written, found)
    known = {f"feature.{name}": kind for name, kind in features.items()}
    candidates: dict[Kind, tuple[Candidate, ...]] = {kind: _candidates(kind, written, found) for kind in LINEAR}
    asked = written.tasks if _FEATURES in contracts else {}
    tasks = [_task(name, said, known, candidates[said.kind], found) for name, said in asked.items()]
    prepared = preparation(written.prepare, features, "models.prepare", found)
    own = {
        name: own_preparation(said.prepare, prepared, features, f"models.tasks.{name}.prepare", found)
        for name, said in written.tasks.items()
    }
    return ModelsSpec(
        project=project.settings.project,
        zone=project.settings.time_zone,
        folds=written.validation.folds,
        confidence=_confidence(written, found),
        preparation=prepared,
        tasks=tuple(task.model_copy(update={"preparation": own[task.name]}) for task in tasks if task is not None),
        numbers=tuple(sorted(name for name, kind in features.items() if is_number(kind))),
        definitions=_definitions(project, contracts),
        least_rows=written.training.least_rows,
        least_people=written.training.least_people,
        search=written.search,
        search_seconds=written.search_seconds,
    )


def needs(spec: ModelsSpec) -> Iterator[Needed]:
    """What learning asks of the engine: each learner that a task may choose, and the store of models."""
    named = {(task.kind, candidate.name): candidate for task in spec.tasks for candidate in task.candidates}
    for (kind, name), candidate in named.items():
        need = NEEDS[candidate.family]
        way_out = f"write another family, or run it on one of: {with_(need)}"
        yield Needed(f"the learner {candidate.family}", f"models.candidates.{kind}.{name}.family", need, way_out)
    if spec.tasks:
        way_out = f"run models on one of: {with_(Need.LOCAL)}; the other stages run without them"
        yield Needed("the store of models, MLflow on a file in the lakehouse,", "models.tasks", Need.LOCAL, way_out)


def _definitions(project: Project, contracts: Mapping[str, Contract]) -> dict[str, str]:
    """What the features that a model can see are made by: address → what stands there, as JSON."""
    written: Any = project.written("features")
    if written is None or _FEATURES not in contracts:
        return {}
    sections = {"features.measures": written.measures, "features.lookups": written.lookups}
    return {
        f"{section}.{name}": said.model_dump_json(by_alias=True, exclude_defaults=True)
        for section, named in sections.items()
        for name, said in sorted(named.items())
    }


def is_number(kind: str) -> bool:
    """Whether a feature of this type goes to the learners: numbers and yes or no, neither times nor lists."""
    return kind in ("int", "bigint", "double", "float", "boolean") or kind.startswith("decimal")


def baseline(candidates: tuple[Candidate, ...]) -> str | None:
    """The candidate that others are compared with: the one of that name, else the first linear one, else None."""
    names = [candidate.name for candidate in candidates if candidate.name == BASELINE]
    names += [candidate.name for candidate in candidates if candidate.family in LINEAR.values()]
    return names[0] if names else None


def _features(contracts: Mapping[str, Contract], written: ModelsFile, found: Found) -> dict[str, str]:
    if _FEATURES not in contracts:
        if written.tasks:
            found.add("unknown-feature", "models need features.yml, and there is none", "models.tasks")
        return {}
    contract = contracts[_FEATURES]
    return {c.name: c.type for c in contract.columns if c.name not in contract.key and not c.audit and not c.generated}


def _confidence(written: ModelsFile, found: Found) -> float:
    confidence = written.validation.confidence
    if not 0.5 <= confidence < 1:
        what = "an interval needs a confidence of 50 % or more and less than 100 %"
        found.add("confidence", what, "models.validation.confidence")
        return 0.95
    return confidence


def _candidates(kind: Kind, written: ModelsFile, found: Found) -> tuple[Candidate, ...]:
    address = f"models.candidates.{kind}"
    said = written.candidates.of(kind)
    if RULE in said:
        what = f"{RULE} is the name of the guess without learning"
        found.add("name-taken", what, f"{address}.{RULE}", "give the candidate another name")
    named = {name: candidate for name, candidate in said.items() if name != RULE}
    for name, candidate in named.items():
        if candidate.family in LINEAR.values() and candidate.family != LINEAR[kind]:
            what = f"{candidate.family} does not answer a {kind}"
            found.add("family", what, f"{address}.{name}.family", f"write {LINEAR[kind]}")
    return tuple(_candidate(name, candidate, f"{address}.{name}", found) for name, candidate in named.items())


def _candidate(name: str, said: CandidateFile, address: str, found: Found) -> Candidate:
    known = DEFAULTS[said.family]
    for parameter in said.said:
        if parameter not in known:
            what = f"{said.family} has no parameter {parameter}"
            found.add("unknown-parameter", what, f"{address}.{parameter}", Found.suggest(parameter, known))
    right = {parameter: value for parameter, value in said.said.items() if parameter in known}
    return Candidate(name=name, family=said.family, parameters={**known, **right})


def _task(name: str, said: TaskFile, known: dict[str, str], candidates: tuple[Candidate, ...], found: Found) -> Task | None:
    address = f"models.tasks.{name}"
    eligible = None if said.eligible is None else _parsed(said.eligible, known, f"{address}.eligible", found, predicate=True)
    rule = _parsed(said.rule, known, f"{address}.rule", found, predicate=False)
    if rule is not None and not rule.type.startswith(_ORDERED):
        what = f"a rule gives a number, and this gives {rule.type}"
        found.add("expression-type", what, f"{address}.rule", _RULES[said.kind])
        rule = None
    days = _horizon_days(said, address, found)
    choose_by = _choice(said, address, found)
    if rule is None or days is None or choose_by is None or (said.eligible is not None and eligible is None):
        return None
    used = rule.names | (eligible.names if eligible else frozenset())
    return Task(
        name=name,
        kind=said.kind,
        question=said.question,
        eligible=said.eligible,
        rule=said.rule,
        names={used_name: known[used_name] for used_name in sorted(used) if used_name in known},
        label=said.label.model_dump_json(exclude_defaults=True),
        horizon_days=days,
        choose_by=choose_by,
        candidates=candidates,
        baseline=baseline(candidates),
    )


def _choice(said: TaskFile, address: str, found: Found) -> Choice | None:
    choices = CHOICES[said.kind]
    if said.choose_by is None or said.choose_by in choices:
        return said.choose_by or choices[0]
    what = f"a {said.kind} is not judged by {said.choose_by}"
    found.add("choose-by", what, f"{address}.choose_by", f"known: {', '.join(choices)}")
    return None


def _parsed(text: str, known: dict[str, str], address: str, found: Found, predicate: bool) -> Expression | None:
    try:
        return parse(text, known, predicate=predicate)
    except ExpressionError as error:
        found.add("expression", error.message, address, error.way_out, error.offset)
        return None


def _horizon_days(said: TaskFile, address: str, found: Found) -> int | None:
    if said.label.ahead is None:
        found.add("label", "a label looks ahead, and this one does not say how far", f"{address}.label", "write ahead: 30 days")
        return None
    try:
        return said.label.ahead.days
    except ValueError as error:
        found.add("label", str(error), f"{address}.label.ahead", "write ahead: 30 days")
        return None
