"""What stands at the end of a run: rows and seconds a stage, segment sizes, where things lie, lines to paste."""

from shlex import quote
from typing import TYPE_CHECKING, TextIO

from dmp_spark.cli.call import Call

if TYPE_CHECKING:
    from dmp_spark.lakehouse.location import Location
    from dmp_spark.operations.outcome import Outcome
    from dmp_spark.project.load import Project

SIZES = "select segment, count(*) as people from gold.segment_membership where left_at is null group by segment order by segment"


def print_summary(outcome: "Outcome", call: Call, project: "Project", moment: str, seconds: float, out: TextIO) -> None:
    """Write the summary of a run; its report, where there is one, lies there by now."""
    from dmp_spark.operations.progress import line

    state = {0: "done", 1: "a stage failed", 3: "done, but a gate held something back"}[outcome.exit_code]
    print(f"\n{project.settings.project} as of {moment}: {state}, {seconds:.1f} s\n", file=out)
    for result in outcome.results:
        print(line(result.stage, result.detail, result.seconds), file=out)
    notes = [f"  {result.stage}: {note}" for result in outcome.results for note in result.notes]
    if notes:
        print("\n" + "\n".join(notes), file=out)
    if sizes := segment_sizes(project.lakehouse):
        print("\npeople in segments", file=out)
        width = max(len(name) for name, _ in sizes)
        for name, people in sizes:
            print(f"  {name:<{width}}{people:>10,}", file=out)
    _print_places(outcome, call, project.lakehouse, out)


def segment_sizes(location: "Location") -> list[tuple[str, int]]:
    """People inside each segment as published, by name; none where nothing is."""
    from dmp_spark.operations.ledger import Ledger
    from dmp_spark.operations.sql import ask
    from dmp_spark.operations.sql_catalog import catalog

    known = catalog(location, Ledger(location).publication())
    if "gold.segment_membership" not in known.tables:
        return []
    rows = ask(SIZES, known).read_all().to_pylist()
    return [(row["segment"], row["people"]) for row in rows]


def _print_places(outcome: "Outcome", call: Call, location: "Location", out: TextIO) -> None:
    root = location.root
    store = root / "mlflow" / "mlflow.db"
    places = {"lakehouse": root, "report": location.report, "exports": root / "exports", "models": store, "log": outcome.log}
    print(file=out)
    if location.is_by_name:
        print(f"{'tables':<11}{location}", file=out)
    for name, place in places.items():
        if place is not None and place.exists():
            print(f"{name:<11}{place}", file=out)
    said = [f"-p {quote(str(call.folder))}", *(f"--set {quote(text)}" for text in call.overrides if text.startswith("project."))]
    project = " ".join(said)
    print(f'\n  dmp sql {project} "{SIZES}"\n  dmp status {project}', file=out)
    if store.exists():
        print(f"  mlflow ui --backend-store-uri {quote(f'sqlite:///{store}')}", file=out)
