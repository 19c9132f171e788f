"""What profiles reads and promises."""

from dmp_spark.contracts import Column, Contract, TableClass
from dmp_spark.profiles.spec import ProfilesSpec

READS = ("gold.features", "silver.identity_map", "silver.person_attributes")
WRITES = ("gold.profiles",)
FOLLOWS = READS


def contracts(spec: ProfilesSpec) -> dict[str, Contract]:
    """The contracts of this stage's tables, by name: attributes are text, traits have their feature's type and unit."""
    person = Column("person_id", "string", "the person, as in silver.identity_map", nullable=False)
    attributes = [
        Column(attribute.name, "string", f"said by {' or '.join(attribute.sources)}; null where no source says")
        for attribute in spec.attributes
    ]
    traits = [
        Column(trait.name, trait.type, trait.meaning or f"feature {trait.feature} at as_of", trait.unit) for trait in spec.traits
    ]
    profiles = Contract(
        name="gold.profiles",
        owner="profiles",
        table_class=TableClass.STATE,
        meaning="A person today: attributes by source, traits from the features at as_of",
        columns=(person, *attributes, *traits),
        key=("person_id",),
        clustered_by=("person_id",),
    )
    return {profiles.name: profiles}
