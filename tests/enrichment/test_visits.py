"""Where a visit came from: tags, marks of clicks, referrers, and pages within the site. No Spark."""

import pytest

from dmp_spark.enrichment.visits import Visit, visit_of

OWN = ("shop.example",)


def came(page: str | None, referrer: str | None, *hosts: str) -> tuple[str | None, ...]:
    visit = visit_of(page, referrer, hosts or OWN)
    return visit.channel, visit.source, visit.medium, visit.campaign


def test_a_tagged_page_is_told_in_full() -> None:
    page = "https://www.shop.example/tea?utm_source=Google&utm_medium=CPC&utm_campaign=Spring&utm_term=green+tea&utm_content=a&gclid=x"
    assert visit_of(page, "https://www.google.de/", OWN) == Visit(
        channel="Paid Search",
        source="google",
        medium="cpc",
        campaign="Spring",
        term="green tea",
        content="a",
        click_id="gclid",
        search_term="green tea",
        referrer_host="www.google.de",
        is_internal=False,
        page_host="www.shop.example",
        page_path="/tea",
    )


@pytest.mark.parametrize(("page", "referrer"), [(None, None), ("", ""), ("-", "-"), (None, "-"), ("garbage", "about:blank")])
def test_where_neither_address_is_there_nothing_is_known(page: str | None, referrer: str | None) -> None:
    assert visit_of(page, referrer, OWN) == Visit()


@pytest.mark.parametrize(
    ("page", "referrer", "expected"),
    [
        ("/", None, ("Direct", "(direct)", "(none)", None)),
        ("/", "-", ("Direct", "(direct)", "(none)", None)),
        ("/", "about:blank", ("Direct", "(direct)", "(none)", None)),
        ("/?utm_campaign=spring", None, ("Direct", "(direct)", "(none)", "spring")),
        ("/", "https://www.google.co.uk/search?q=tea", ("Organic Search", "google", "organic", None)),
        ("/", "https://google.com/", ("Organic Search", "google", "organic", None)),
        ("/", "https://mail.google.com/", ("Referral", "mail.google.com", "referral", None)),
        ("/", "https://news.google.com/", ("Organic Search", "news.google.com", "referral", None)),
        ("/", "https://google.com.evil.example/", ("Referral", "google.com.evil.example", "referral", None)),
        ("/", "https://de.search.yahoo.com/search?p=tea", ("Organic Search", "yahoo", "organic", None)),
        ("/", "https://ya.ru/search/?text=чай", ("Organic Search", "yandex", "organic", None)),
        ("/", "https://www.baidu.com/s?wd=%E8%8C%B6", ("Organic Search", "baidu", "organic", None)),
        ("/", "https://m.facebook.com/", ("Organic Social", "m.facebook.com", "referral", None)),
        ("/", "https://www.facebook.com/", ("Organic Social", "facebook.com", "referral", None)),
        ("/", "https://t.co/abc", ("Organic Social", "t.co", "referral", None)),
        ("/", "https://www.youtube.com/watch?v=1", ("Organic Video", "youtube.com", "referral", None)),
        ("/", "https://www.amazon.com/", ("Organic Shopping", "amazon.com", "referral", None)),
        ("/", "https://chatgpt.com/", ("AI Assistant", "chatgpt.com", "ai-assistant", "(ai-assistant)")),
        ("/", "https://www.perplexity.ai/", ("Referral", "perplexity.ai", "referral", None)),
        ("/", "android-app://com.google.android.gm/", ("Referral", "com.google.android.gm", "referral", None)),
        ("/", "https://blog.example/post", ("Referral", "blog.example", "referral", None)),
        ("/?gclid=1", "https://www.google.com/", ("Paid Search", "google", "cpc", None)),
        ("/?GCLID=1", None, ("Paid Search", "google", "cpc", None)),
        ("/?msclkid=1", None, ("Paid Search", "bing", "cpc", None)),
        ("/?dclid=1", "https://news.example/", ("Display", "dfa", "cpm", None)),
        ("/?ttclid=1", None, ("Paid Social", "tiktok", "cpc", None)),
        ("/?fbclid=1", None, ("Organic Social", "facebook", "referral", None)),
        ("/?fbclid=1", "https://l.instagram.com/", ("Organic Social", "l.instagram.com", "referral", None)),
        ("/?fbclid=1&utm_source=facebook&utm_medium=paid", "https://l.facebook.com/", ("Paid Social", "facebook", "paid", None)),
        ("/?utm_source=news&utm_medium=email&gclid=1", None, ("Email", "news", "email", None)),
        ("/?utm_source=chatgpt.com", "https://chatgpt.com/", ("Unassigned", "chatgpt.com", None, None)),
        ("/?utm_medium=email", None, ("Email", None, "email", None)),
        ("/?utm_source=a&utm_source=b", None, ("Unassigned", "a", None, None)),
        (None, "https://www.bing.com/", ("Organic Search", "bing", "organic", None)),
        ("not an address", "https://www.bing.com/", ("Organic Search", "bing", "organic", None)),
    ],
)  # fmt: skip
def test_where_people_come_from(page: str | None, referrer: str | None, expected: tuple[str | None, ...]) -> None:
    assert came(page, referrer) == expected


@pytest.mark.parametrize(
    ("page", "referrer", "hosts"),
    [
        ("/a", "https://shop.example/", OWN),
        ("/a", "https://WWW.SHOP.example/", OWN),
        ("/a", "https://pay.shop.example/", OWN),
        ("/a", "/b", OWN),
        ("https://other.example/a", "https://www.other.example/b", OWN),
        ("https://other.example/a", "https://other.example/b", ()),
    ],
)
def test_within_the_site_nobody_comes_from_anywhere_new(page: str, referrer: str, hosts: tuple[str, ...]) -> None:
    visit = visit_of(page, referrer, hosts)
    assert visit.is_internal is True
    assert (visit.channel, visit.source, visit.medium, visit.search_term) == (None, None, None, None)


@pytest.mark.parametrize("referrer", ["https://notshop.example/", "https://shop.example.evil.example/", "https://example/"])
def test_a_host_that_only_looks_like_the_own_one_is_another(referrer: str) -> None:
    assert visit_of("/a", referrer, OWN).is_internal is False


def test_a_tag_counts_within_the_site_too() -> None:
    assert came("/?utm_source=a&utm_medium=email", "https://shop.example/") == ("Email", "a", "email", None)
    assert came("/?gclid=1", "https://shop.example/") == ("Paid Search", "google", "cpc", None)


@pytest.mark.parametrize(
    ("page", "referrer", "term"),
    [
        ("/", "https://www.bing.com/search?q=green+tea", "green tea"),
        ("/", "https://www.baidu.com/s?wd=%E8%8C%B6", "茶"),
        ("/", "https://search.yahoo.com/search?p=tea", "tea"),
        ("/", "https://duckduckgo.com/?q=%22tea%22", '"tea"'),
        ("/", "https://www.google.com/", None),
        ("/", "https://blog.example/?q=tea", None),
        ("/", "https://shop.example/search?q=tea", None),
        ("/?utm_source=bing&utm_medium=cpc&utm_term=tea", None, "tea"),
        ("/?utm_source=facebook&utm_medium=cpc&utm_term=women+30", None, None),
        ("/?utm_source=bing&utm_medium=cpc&utm_term=tea", "https://www.bing.com/?q=black+tea", "black tea"),
    ],
)
def test_what_was_searched_for(page: str, referrer: str | None, term: str | None) -> None:
    assert visit_of(page, referrer, OWN).search_term == term
