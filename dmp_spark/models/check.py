"""Whether `models.yml` fits the other files: its features are there, and each learner knows its parameters."""

from collections.abc import Mapping

from dmp_spark.contracts import Contract
from dmp_spark.expressions.parse import Expression, ExpressionError, parse
from dmp_spark.models.check_preparation import own_preparation, preparation
from dmp_spark.models.spec import (
    BASELINE,
    DEFAULTS,
    RULE,
    Candidate,
    CandidateFile,
    ModelsFile,
    ModelsSpec,
    Task,
    TaskFile,
)
from dmp_spark.project.load import Found, Project

_FEATURES = "gold.features"
_ORDERED = ("int", "bigint", "double", "float", "decimal", "boolean", "null", "unknown")


def resolve(project: Project, contracts: Mapping[str, Contract], found: Found) -> ModelsSpec:
    """The stage's spec; mistakes go to `found`, and a task that has one is left out."""
    written: ModelsFile = project.written("models") or ModelsFile()
    features = _features(contracts, written, found)
    known = {f"feature.{name}": kind for name, kind in features.items()}
    tasks = [_task(name, said, known, found) for name, said in written.tasks.items()] if _FEATURES in contracts else []
    candidates = _candidates(written, found)
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
        candidates=candidates,
        baseline=baseline(candidates),
        tasks=tuple(task.model_copy(update={"preparation": own[task.name]}) for task in tasks if task is not None),
        numbers=tuple(sorted(name for name, kind in features.items() if is_number(kind))),
    )


def is_number(kind: str) -> bool:
    """Whether a feature of this type goes to the learners: numbers and yes or no, neither times nor lists."""
    return kind in ("int", "bigint", "double", "float", "boolean") or kind.startswith("decimal")


def baseline(candidates: tuple[Candidate, ...]) -> str | None:
    """The candidate that others are compared with: the one of that name, else the first linear one, else None."""
    names = [candidate.name for candidate in candidates if candidate.name == BASELINE]
    names += [candidate.name for candidate in candidates if candidate.family == "logistic_regression"]
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


def _candidates(written: ModelsFile, found: Found) -> tuple[Candidate, ...]:
    said = written.candidates.classification
    if RULE in said:
        address = f"models.candidates.classification.{RULE}"
        found.add("name-taken", f"{RULE} is the name of the guess without learning", address, "give the candidate another name")
    return tuple(_candidate(name, parameters, found) for name, parameters in said.items() if name != RULE)


def _candidate(name: str, said: CandidateFile, found: Found) -> Candidate:
    known = DEFAULTS[said.family]
    for parameter in said.said:
        if parameter not in known:
            address = f"models.candidates.classification.{name}.{parameter}"
            what = f"{said.family} has no parameter {parameter}"
            found.add("unknown-parameter", what, address, Found.suggest(parameter, known))
    right = {parameter: value for parameter, value in said.said.items() if parameter in known}
    return Candidate(name=name, family=said.family, parameters={**known, **right})


def _task(name: str, said: TaskFile, known: dict[str, str], found: Found) -> Task | None:
    address = f"models.tasks.{name}"
    if said.kind == "regression":
        found.add("not-yet", "regression is not there yet", f"{address}.kind", "ask a question with yes or no: classification")
        return None
    eligible = None if said.eligible is None else _parsed(said.eligible, known, f"{address}.eligible", found, predicate=True)
    rule = _parsed(said.rule, known, f"{address}.rule", found, predicate=False)
    if rule is not None and not rule.type.startswith(_ORDERED):
        what = f"a rule gives a number, and this gives {rule.type}"
        found.add("expression-type", what, f"{address}.rule", "the higher the number, the more the label is expected")
        rule = None
    days = _horizon_days(said, address, found)
    if rule is None or days is None or (said.eligible is not None and eligible is None):
        return None
    used = rule.names | (eligible.names if eligible else frozenset())
    return Task(
        name=name,
        question=said.question,
        eligible=said.eligible,
        rule=said.rule,
        names={used_name: known[used_name] for used_name in sorted(used) if used_name in known},
        label=said.label.model_dump_json(exclude_defaults=True),
        horizon_days=days,
        choose_by=said.choose_by,
    )


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
