"""What is told about a wrong activation.yml."""

from tests.written_project import PROJECT, resolved, told

SEGMENTS = "segments: {cold: {where: profile.kids = '0'}}\n"
DESTINATION = "destinations: {house: {kind: files, path: lakehouse/exports/house, format: csv, recipient: customer}}\n"
MESSAGE = "kind: message, segment: cold, destination: house, purpose: mail"


def activation(tmp_path, text, **files):
    return resolved(tmp_path, "activation", segments=SEGMENTS, activation=text, **files)


def test_a_message_is_resolved_with_its_destination_inside_the_lakehouse(tmp_path):
    columns = "{who: recipient, chance: score.leaves.percentile, since: feature.last_purchase_ever}"
    spec, found = activation(
        tmp_path,
        DESTINATION + f"activations: {{back: {{{MESSAGE}, holdout: 10 %, salt: x, minimum_size: 25, columns: {columns}}}}}\n",
    )
    assert told(found) == []
    message = spec.messages[0]
    assert (message.name, message.holdout, message.minimum_size) == ("back", 0.1, 25)
    assert (message.destination.path, message.destination.is_inside) == ("exports/house", True)
    assert [(c.name, c.type) for c in message.columns] == [("who", "string"), ("chance", "double"), ("since", "timestamp")]
    assert spec.known == {"feature.last_purchase_ever": "timestamp", "score.leaves.percentile": "double"}
    assert spec.unknown_means == {"mail": "granted"}


def test_a_path_elsewhere_starts_at_the_file(tmp_path):
    outside = DESTINATION.replace("lakehouse/exports/house", "out/house")
    spec, _ = activation(tmp_path, outside + f"activations: {{back: {{{MESSAGE}}}}}\n")
    assert (spec.messages[0].destination.path, spec.messages[0].destination.is_inside) == (str(tmp_path / "out/house"), False)
    assert [(c.name, c.expression) for c in spec.messages[0].columns] == [("customer", "recipient")]


def test_a_purpose_of_which_nothing_is_said_is_denied_and_warned_of(tmp_path):
    spec, found = activation(
        tmp_path,
        DESTINATION + f"activations: {{back: {{{MESSAGE}}}}}\n",
        project=PROJECT.replace("mail: granted", "phone: granted"),
    )
    assert told(found) == []
    assert not spec.is_granted("mail")
    assert spec.unknown_means == {}
    assert [warning.what for warning in found.warnings] == [
        "no source writes consent for mail, and what unknown means is not said: back will send to nobody"
    ]


def test_every_mistake_is_told_with_its_place(tmp_path):
    spec, found = activation(
        tmp_path,
        """\
        destinations:
          house: {kind: files, path: lakehouse/../house, recipient: custmer}
        activations:
          one: {kind: message, segment: colt, destination: hous, purpose: mail}
          two: {kind: mirror, segment: cold, destination: house, purpose: mail}
          three: {kind: message, segment: cold, destination: house, purpose: mail, columns: {kids: profile.kid}}
          four: {kind: message, segment: cold, destination: house, purpose: mail, columns: {kids: profile.kids}}
          five: {kind: message, segment: cold, destination: house, purpose: mail, holdout: 100 %}
          six:
            kind: message
            segment: cold
            destination: house
            purpose: mail
            columns: {who: recipient, what: feature.favourites_ever}
        """,
    )
    assert [(place.split(":")[1], what, way_out) for place, what, way_out in told(found)] == [
        ("2", "lakehouse/../house is no folder that files can be renamed in as a whole", told(found)[0][2]),
        ("2", "no source gives identifiers of the namespace custmer", "did you mean customer?"),
        ("4", "there is no segment colt", "did you mean cold?"),
        ("4", "there is no destination hous", "did you mean house?"),
        ("5", "a mirror, an audience kept equal, comes later", "kind: message sends once a stay"),
        ("6", "there is no column profile.kid", "did you mean profile.kids?"),
        ("7", "no column says who it is for", "a column with the value recipient"),
        ("8", "a holdout of everyone sends to nobody", "a share below 100 %"),
        ("14", "a cell of a CSV file cannot hold array<string>", "take one element of it"),
    ]
    assert spec.messages == ()
