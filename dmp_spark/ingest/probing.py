"""Looking at a source's files before they are taken: what they say of themselves, and what is wrong with them."""

from dataclasses import dataclass, field, replace

from dmp_spark.formats import cells, folders, reading
from dmp_spark.formats.headers import Header, UnreadableFileError
from dmp_spark.formats.records import Landed
from dmp_spark.functions.instants import micros_of
from dmp_spark.functions.keys import MakeId, stable_id
from dmp_spark.ingest.fit_outliers import Learning
from dmp_spark.ingest.leftovers import Left
from dmp_spark.ingest.manifest import Known, Plan
from dmp_spark.ingest.publish import Refused
from dmp_spark.ingest.taking import Probed, Taken
from dmp_spark.stage import RunContext


@dataclass
class Work:
    """What a run does, source by source; filled as the sources are looked at."""

    known: tuple[Known, ...]
    make_id: MakeId = stable_id
    taken: list[Taken] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    learning: dict[str, Learning] = field(default_factory=dict)
    left: dict[str, Left] = field(default_factory=dict)

    def refuse(self, source: str, sentence: str) -> None:
        """Nothing of that source is taken."""
        self.failed.append(f"{source}: {sentence}; nothing of this source was taken")

    def refuse_file(self, context: RunContext, planned: Plan, key: str, why: str) -> None:
        """Nothing of the source is taken, because of this file."""
        self.refuse(planned.source.name, f"{planned.files[key].path} cannot be taken: {why}")
        self.note_refused(context, planned, key, why)

    def note_refused(self, context: RunContext, planned: Plan, key: str, why: str) -> None:
        """The file has a row in the manifest: refused, and why."""
        first = next((row.landed_at for row in self.known if row.file_id == key), context.started_at)
        self.refused.append(Refused(key, planned.source.name, planned.files[key], why, planned.spec_hash, first))


def probe(context: RunContext, planned: Plan, work: Work) -> Probed | None:
    """The files by header, from footers or first lines; None, and a refusal, where one of them does not fit."""
    how = planned.source.reading
    landed = {row.file_id: row.landed_at for row in work.known}
    groups: dict[Header, dict[str, Landed]] = {}
    rows: dict[str, int] = {}
    for key, seen in planned.files.items():
        try:
            header, number = reading.probe(seen.path, how)
            inside = folders.of_path(seen.path, how)
        except UnreadableFileError as error:
            work.refuse_file(context, planned, key, str(error))
            return None
        rows[key] = number or 0
        micros = micros_of(landed.get(key, context.started_at))
        groups.setdefault(header, {})[key] = Landed(seen.path, micros, inside)
    if groups and reading.is_text(how):
        [files] = groups.values()  # one header, whatever the order of columns
        return _counted(context, Probed(planned, groups, rows), files, work)
    return Probed(planned, groups, rows)


def _counted(context: RunContext, probed: Probed, files: dict[str, Landed], work: Work) -> Probed | None:
    """Files of text read into scratch and counted; None, and a refusal, where one of them cannot be read to its end."""
    source = probed.plan.source
    texts = reading.texts(context.lakehouse.spark, files, source.reading)
    texts = context.lakehouse.scratch.write(texts, f"{source.name}_texts")
    counted = cells.counted(texts).collect()  # bounded by files
    for row in counted:
        if row["problem"]:
            work.refuse_file(context, probed.plan, row["_file_id"], row["problem"])
            return None
    rows = {**probed.rows, **{row["_file_id"]: row["records"] for row in counted}}
    return replace(probed, rows=rows, texts=texts)
