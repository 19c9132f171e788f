"""Whether `profiles.yml` fits the other files: its sources give these attributes, its traits are features."""

from collections.abc import Mapping

from dmp_spark.contracts import Contract
from dmp_spark.profiles.spec import Attribute, ProfilesFile, ProfilesSpec, Trait
from dmp_spark.project.load import Found, Project

_FEATURES = "gold.features"


def resolve(project: Project, contracts: Mapping[str, Contract], found: Found) -> ProfilesSpec:
    """The stage's spec; mistakes go to `found`, and what is wrong stays in it by name so that it is told once."""
    written = project.written("profiles") or ProfilesFile()
    _check_sources(project, written, found)
    for name in sorted(
        (set(written.attributes) & set(written.traits)) | ({"person_id"} & {*written.attributes, *written.traits})
    ):
        part = "traits" if name in written.traits else "attributes"
        what = f"{name} is a column of gold.profiles already"
        found.add("name-taken", what, f"profiles.{part}.{name}", "give one of the two another name")
    return ProfilesSpec(
        zone=project.settings.time_zone,
        attributes=tuple(
            Attribute(name=name, sources=said.sources) for name, said in written.attributes.items() if name != "person_id"
        ),
        traits=tuple(
            _trait(name, feature, contracts, found)
            for name, feature in written.traits.items()
            if name != "person_id" and name not in written.attributes
        ),
    )


def _check_sources(project: Project, written: ProfilesFile, found: Found) -> None:
    gives = _given(project)
    for name, said in written.attributes.items():
        address = f"profiles.attributes.{name}.from"
        for source in said.sources:
            if source not in gives:
                found.add(
                    "unknown-source", f"no source {source} gives attributes of persons", address, Found.suggest(source, gives)
                )
            elif name not in gives[source]:
                what = f"the source {source} gives no attribute {name}"
                found.add("unknown-attribute", what, address, Found.suggest(name, gives[source]))


def _given(project: Project) -> dict[str, list[str]]:
    """Source → the attributes of persons that it gives, as ingest.yml says."""
    ingest = project.written("ingest")
    sources = getattr(ingest, "sources", None) or {}
    return {
        name: list(facts.attributes) for name, source in sources.items() if (facts := getattr(source, "person_attributes", None))
    }


def _trait(name: str, feature: str, contracts: Mapping[str, Contract], found: Found) -> Trait:
    if _FEATURES not in contracts:
        found.add("no-features", "traits need features.yml, and there is none", f"profiles.traits.{name}")
        return Trait(name=name, feature=feature, type="unknown")
    table = contracts[_FEATURES]
    columns = {column.name: column for column in table.columns if column.name not in table.key and not column.audit}
    if feature not in columns:
        found.add("unknown-feature", f"there is no feature {feature}", f"profiles.traits.{name}", Found.suggest(feature, columns))
        return Trait(name=name, feature=feature, type="unknown")
    column = columns[feature]
    return Trait(name=name, feature=feature, type=column.type, unit=column.unit, meaning=column.meaning)
