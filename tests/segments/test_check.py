"""What is told about a wrong segments.yml."""

from tests.written_project import resolved, told


def test_segments_come_in_an_order_in_which_they_can_be_judged(tmp_path):
    spec, found = resolved(
        tmp_path,
        "segments",
        segments="""\
        segments:
          both: {where: segment.families and segment.rich}
          families: {title: Children at home, where: profile.kids <> '0' or segment.rich}
          rich: {where: percentile(profile.spend) >= 75 and score.leaves.percentile < 50}
        """,
    )
    assert told(found) == []
    assert [(s.name, s.level, s.title) for s in spec.segments] == [
        ("rich", 0, "Rich"),
        ("families", 1, "Children at home"),
        ("both", 2, "Both"),
    ]
    assert spec.segments[2].definition == (
        "segment.families and segment.rich\n"
        "segment.families: profile.kids <> '0' or segment.rich\n"
        "segment.rich: percentile(profile.spend) >= 75 and score.leaves.percentile < 50"
    )
    assert spec.known == {"profile.kids": "string", "profile.spend": "decimal(18,4)", "score.leaves.percentile": "double"}


def test_every_unknown_name_is_told_where_it_stands_with_what_was_meant(tmp_path):
    _, found = resolved(
        tmp_path,
        "segments",
        segments="""\
        segments:
          a: {where: profile.kid = '0'}
          b: {where: feature.basket_90d > 0}
          c: {where: score.leave.percentile > 5}
          d: {where: segment.aa}
          e: {where: consent.mail}
          f: {where: percentile(segment.d) > 3}
          g: {where: profile.spend}
        """,
    )
    assert [(place, what.split(";")[0]) for place, what, _ in told(found)] == [
        ("segments.yml:2:14", "there is no column profile.kid"),
        ("segments.yml:3:14", "there is no column feature.basket_90d"),
        ("segments.yml:4:14", "there is no column score.leave.percentile"),
        ("segments.yml:5:14", "there is no column segment.aa"),
        ("segments.yml:6:14", "there is no source of consent yet, so it cannot be named here"),
        ("segments.yml:7:25", "there is no column segment.d"),
        ("segments.yml:8:14", "this must be a condition, it gives a decimal(18,4)"),
    ]
    ways = [way_out for *_, way_out in told(found)]
    assert ways[:3] == [
        "did you mean profile.kids?",
        "did you mean feature.baskets_90d?",
        "did you mean score.leaves.percentile?",
    ]


def test_a_circle_is_told_once_with_its_chain_and_takes_with_it_what_rests_on_it(tmp_path):
    spec, found = resolved(
        tmp_path,
        "segments",
        segments="""\
        segments:
          a: {where: segment.b}
          b: {where: not segment.c}
          c: {where: segment.a or profile.kids = '1'}
          self: {where: segment.self}
          rests: {where: segment.self or profile.kids = '1'}
          right: {where: profile.kids = '1'}
        """,
    )
    assert [what for _, what, _ in told(found)] == [
        "the segment a rests on itself: a → b → c → a",
        "the segment self rests on itself: self → self",
    ]
    assert [segment.name for segment in spec.segments] == ["right"]


def test_a_project_without_models_knows_no_score(tmp_path):
    _, found = resolved(tmp_path, "segments", models="", segments="segments: {a: {where: score.leaves.percentile > 5}}\n")
    assert any("score.leaves.percentile" in what for _, what, _ in told(found))
