"""Google's default channel group, by a table written by hand from its page (answer/9756891). No Spark."""

import pytest

from dmp_spark.enrichment.channels import RULES, channel_of
from dmp_spark.enrichment.referrers import category_of

CASES = [  # source, medium, campaign, channel
    ("(direct)", "(none)", None, "Direct"),
    ("(direct)", "(not set)", None, "Direct"),
    ("(direct)", "(none)", "cross-network", "Direct"),  # the first rule wins
    ("(direct)", "cpc", None, "Paid Other"),
    ("google", "cpc", "Cross-Network", "Cross-network"),
    ("google", "cpc", "spring cross-network 2", "Cross-network"),
    ("google", "organic", "x-cross-network", "Cross-network"),
    ("amazon", "cpc", None, "Paid Shopping"),
    ("ebay.com", "ppc", None, "Paid Shopping"),
    ("google", "cpc", "winter shopping", "Paid Shopping"),
    ("google", "cpc", "shop", "Paid Shopping"),
    ("google", "cpc", "my-shop-2", "Paid Shopping"),
    ("google", "cpc", "eshop", "Paid Shopping"),  # `[^a-df-z]`: of letters an e may stand before shop,
    ("google", "cpc", "workshop", "Paid Search"),  # and no other
    ("newsletter", "paid", "shopping", "Paid Shopping"),
    ("google", "cpc", None, "Paid Search"),
    ("google", "ppc", None, "Paid Search"),
    ("google", "retargeting", None, "Paid Search"),
    ("google", "paid", None, "Paid Search"),
    ("google", "paidsearch", None, "Paid Search"),
    ("bing", "CPC", None, "Paid Search"),
    ("Google", "cpc", None, "Paid Search"),
    ("baidu", "xcpx", None, "Paid Search"),
    ("google", "cpm", None, "Paid Search"),  # cp is in it, and the rule of paid search stands before display
    ("yandex.ru", "cpa", None, "Paid Search"),
    ("facebook", "cpc", None, "Paid Social"),
    ("facebook.com", "paid_social", None, "Paid Social"),
    ("linkedin", "paid", None, "Paid Social"),
    ("t.co", "ppc", None, "Paid Social"),
    ("tiktok", "cpc", None, "Paid Social"),
    ("youtube", "cpc", None, "Paid Video"),
    ("youtube.com", "cpv", None, "Paid Video"),
    ("vimeo.com", "paid", None, "Paid Video"),
    ("partner", "display", None, "Display"),
    ("partner", "banner", None, "Display"),
    ("partner", "expandable", None, "Display"),
    ("partner", "interstitial", None, "Display"),
    ("partner", "cpm", None, "Display"),
    ("facebook", "display", None, "Display"),
    ("partner", "cpc", None, "Paid Other"),
    ("partner", "paid-partner", None, "Paid Other"),
    ("partner", "retargeting", None, "Paid Other"),
    ("chatgpt.com", "ai-assistant", "(ai-assistant)", "AI Assistant"),
    ("amazon", "referral", None, "Organic Shopping"),
    ("ebay.co.uk", None, None, "Organic Shopping"),
    ("newsletter", "email", "shop news", "Organic Shopping"),
    ("facebook", "referral", None, "Organic Social"),
    ("m.facebook.com", "referral", None, "Organic Social"),
    ("de-de.facebook.com", "referral", None, "Organic Social"),
    ("t.co", "referral", None, "Organic Social"),
    ("partner", "social", None, "Organic Social"),
    ("partner", "social-network", None, "Organic Social"),
    ("partner", "social-media", None, "Organic Social"),
    ("partner", "sm", None, "Organic Social"),
    ("partner", "social network", None, "Organic Social"),
    ("partner", "social media", None, "Organic Social"),
    ("partner", "socials", None, "Unassigned"),
    ("youtube.com", "referral", None, "Organic Video"),
    ("partner", "videos", None, "Organic Video"),
    ("partner", "in-video-link", None, "Organic Video"),
    ("google", "organic", None, "Organic Search"),
    ("google", None, None, "Organic Search"),
    ("partner", "organic", None, "Organic Search"),
    ("duckduckgo", "referral", None, "Organic Search"),
    ("partner.example", "referral", None, "Referral"),
    ("partner.example", "app", None, "Referral"),
    ("partner.example", "link", None, "Referral"),
    ("email", "referral", None, "Referral"),
    ("email", "newsletter", None, "Email"),
    ("e-mail", None, None, "Email"),
    ("partner", "email", None, "Email"),
    ("partner", "e-mail", None, "Email"),
    ("partner", "e_mail", None, "Email"),
    ("partner", "e mail", None, "Email"),
    ("partner", "Email", None, "Email"),
    ("partner", "affiliate", None, "Affiliates"),
    ("partner", "affiliates", None, "Unassigned"),
    ("partner", "audio", None, "Audio"),
    ("sms", "text", None, "SMS"),
    ("partner", "sms", None, "SMS"),
    ("partner", "push", None, "Mobile Push Notifications"),
    ("partner", "webpush", None, "Mobile Push Notifications"),
    ("partner", "mobile", None, "Mobile Push Notifications"),
    ("partner", "app notification 3", None, "Mobile Push Notifications"),
    ("firebase", "message", None, "Mobile Push Notifications"),
    ("partner", "newsletter", None, "Unassigned"),
    ("partner", None, None, "Unassigned"),
    ("(not set)", "(not set)", None, "Unassigned"),
    (None, "qr", None, "Unassigned"),
]


@pytest.mark.parametrize(("source", "medium", "campaign", "channel"), CASES)
def test_the_channel_is_that_of_the_first_rule_that_holds(
    source: str | None, medium: str | None, campaign: str | None, channel: str
) -> None:
    assert channel_of(source, medium, campaign) == channel


def test_every_channel_of_the_rules_is_met() -> None:
    assert {case[3] for case in CASES} == {rule.channel for rule in RULES} | {"Unassigned"}
    assert len(CASES) >= 60


@pytest.mark.parametrize(
    ("source", "category"),
    [
        ("google", "search"),
        ("www.google.com", None),  # a host: visits.py makes `google` of it
        ("news.ycombinator.com", "social"),
        ("someone.blogspot.com", "social"),
        ("facebook.com.evil.example", None),
        ("notfacebook.com", None),
        ("com", None),
        ("aws.amazon.com", None),  # the lists of shops are lists of names, not patterns
        ("google shopping", "shopping"),
        ("", None),
        ("....", None),
    ],
)
def test_the_category_of_a_source(source: str, category: str | None) -> None:
    assert category_of(source) == category
