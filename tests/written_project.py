"""A small project written into a folder, with a stage's file as a test needs it, and what `check.resolve` finds in it."""

import importlib
from pathlib import Path
from textwrap import dedent
from typing import Any

from dmp_spark.contracts import Column, Contract, TableClass
from dmp_spark.project.load import Found, load

PROJECT = "grammar: 1\nproject: shop\ntime_zone: America/New_York\ncurrency: USD\nconsent: {unknown_means: {mail: granted}}\n"
INGEST = """
sources:
  orders:
    read: {path: orders.parquet}
    arrives: appended
    columns: {customer: string, at: timestamp}
    events:
      purchase: {id: fingerprint, time: {column: at, zone: UTC}, known: {after: 0 minutes}, identifiers: {customer: customer}}
  crm:
    read: {path: crm.parquet}
    arrives: replaced
    columns: {customer: string, kids: string}
    person_attributes: {identifiers: {customer: customer}, known: 2017-01-01, attributes: {kids: kids}}
"""
MODELS = "tasks:\n  leaves: {kind: classification, rule: feature.baskets_90d, label: {of: purchase, take: count(*) = 0, ahead: 30 days}}\n"
STAGES = ("ingest", "sessions", "features", "profiles", "models", "segments", "activation", "measurement")


def table(name: str, key: tuple[str, ...], **columns: str) -> Contract:
    """A contract with text keys and these columns."""
    keys = [Column(part, "timestamp" if part == "as_of" else "string", part) for part in key]
    return Contract(name, "test", TableClass.STATE, name, (*keys, *[Column(c, kind, c) for c, kind in columns.items()]), key)


FEATURES = table(
    "gold.features",
    ("person_id", "as_of"),
    spend_ever="decimal(18,4)",
    baskets_90d="bigint",
    last_purchase_ever="timestamp",
    favourites_ever="array<string>",
    bought_words_90d="map<string,bigint>",
)
PROFILES = table("gold.profiles", ("person_id",), kids="string", spend="decimal(18,4)")


def resolved(folder: Path, stage: str, contracts: dict[str, Contract] | None = None, **files: str) -> tuple[Any, Found]:
    """The stage's spec and what was found wrong; `files` are texts by stage beside an ingest.yml and a models.yml; an empty
    one is left out.
    """
    texts = {"project": PROJECT, "ingest": INGEST, "models": MODELS} | files
    for name, text in texts.items():
        if text:
            (folder / f"{name}.yml").write_text(dedent(text), encoding="utf-8")
    shapes = {name: getattr(importlib.import_module(f"dmp_spark.{name}.spec"), f"{name.capitalize()}File") for name in STAGES}
    found = Found()
    project = load(folder, shapes, found=found)
    known = {"gold.features": FEATURES, "gold.profiles": PROFILES} if contracts is None else contracts
    return importlib.import_module(f"dmp_spark.{stage}.check").resolve(project, known, found), found


def told(found: Found) -> list[tuple[str, str, str]]:
    """What was found: `file:line:column`, the sentence, the way out; in order of place."""
    return [
        (
            f"{Path(p.where.file).name}:{p.where.line}:{p.where.column}" if hasattr(p.where, "file") else str(p.where),
            p.what,
            p.way_out,
        )
        for p in found.sorted()
    ]
