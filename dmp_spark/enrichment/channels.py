"""The channel of a visit: Google Analytics' default channel group, its rules for tagged traffic in order. No pyspark here.

Source: support.google.com/analytics/answer/9756891, as of November 2025, and AI Assistant of 13 May 2026 (answer/9164320).
Its rules for Google's own advertisements ask Google's account for the kind of network, which no address tells: they are
not here, and a click that is marked as such counts by the medium that its mark has (`referrers.CLICKS`).
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from dmp_spark.enrichment.referrers import category_of

PAID = r".*cp.*|ppc|retargeting|paid.*"
SHOPPING = r".*(([^a-df-z]|^)shop|shopping).*"
EMAIL = r"email|e-mail|e_mail|e mail"
SOCIAL = r"social|social-network|social-media|sm|social network|social media"
UNASSIGNED = "Unassigned"

Part = Literal["category", "source", "medium", "campaign"]
Condition = tuple[Part, str]
"""A part of a visit and the regular expression that the whole of it fits; `category` is that of the source."""


@dataclass(frozen=True)
class Rule:
    """A channel: all conditions of `every` hold, and one of `some` where there are any."""

    channel: str
    every: tuple[Condition, ...] = ()
    some: tuple[Condition, ...] = ()


RULES = (
    Rule("Direct", every=(("source", r"\(direct\)"), ("medium", r"\(not set\)|\(none\)"))),
    Rule("Cross-network", every=(("campaign", r".*cross-network.*"),)),
    Rule("Paid Shopping", every=(("medium", PAID),), some=(("category", "shopping"), ("campaign", SHOPPING))),
    Rule("Paid Search", every=(("medium", PAID), ("category", "search"))),
    Rule("Paid Social", every=(("medium", PAID), ("category", "social"))),
    Rule("Paid Video", every=(("medium", PAID), ("category", "video"))),
    Rule("Display", every=(("medium", r"display|banner|expandable|interstitial|cpm"),)),
    Rule("Paid Other", every=(("medium", PAID),)),
    Rule("AI Assistant", every=(("medium", r"ai-assistant"),)),
    Rule("Organic Shopping", some=(("category", "shopping"), ("campaign", SHOPPING))),
    Rule("Organic Social", some=(("category", "social"), ("medium", SOCIAL))),
    Rule("Organic Video", some=(("category", "video"), ("medium", r".*video.*"))),
    Rule("Organic Search", some=(("category", "search"), ("medium", r"organic"))),
    Rule("Referral", every=(("medium", r"referral|app|link"),)),
    Rule("Email", some=(("source", EMAIL), ("medium", EMAIL))),
    Rule("Affiliates", every=(("medium", r"affiliate"),)),
    Rule("Audio", every=(("medium", r"audio"),)),
    Rule("SMS", some=(("source", r"sms"), ("medium", r"sms"))),
    Rule(
        "Mobile Push Notifications",
        some=(("medium", r".*push"), ("medium", r".*(mobile|notification).*"), ("source", r"firebase")),
    ),
)
"""The first that holds is the channel. Google does not say where AI Assistant stands; no other rule asks for its medium."""


@lru_cache(maxsize=4_096)
def channel_of(source: str | None, medium: str | None, campaign: str | None) -> str:
    """The channel of a source, a medium and a campaign, capital letters or small; Unassigned where no rule holds."""
    said = {"source": (source or "").lower(), "medium": (medium or "").lower(), "campaign": (campaign or "").lower()}
    said["category"] = category_of(said["source"]) or ""
    return next((rule.channel for rule in RULES if _holds(rule, said)), UNASSIGNED)


def _holds(rule: Rule, said: dict[str, str]) -> bool:
    every = all(re.fullmatch(pattern, said[part]) for part, pattern in rule.every)
    return every and (not rule.some or any(re.fullmatch(pattern, said[part]) for part, pattern in rule.some))
