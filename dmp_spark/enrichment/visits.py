"""Where a visit came from, by the address of its page and the one before it. No pyspark here: workers import this."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dmp_spark.enrichment.channels import channel_of
from dmp_spark.enrichment.referrers import ASSISTANTS, CLICKS, category_of, click_of, engine_of, search_term
from dmp_spark.enrichment.urls import Url, url_of

DIRECT = ("(direct)", "(none)")
ASSISTANT = ("ai-assistant", "(ai-assistant)")  # medium and campaign, as Google Analytics calls them
OF_SEARCH = ("Paid Search", "Organic Search")


class Visit(NamedTuple):
    """Where somebody came from (docs/reference/enrichment.md); null where it is not known or, within a site, from nowhere new."""

    channel: str | None = None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    term: str | None = None
    content: str | None = None
    click_id: str | None = None
    search_term: str | None = None
    referrer_host: str | None = None
    is_internal: bool | None = None
    page_host: str | None = None
    page_path: str | None = None


def visit_of(page: str | None, referrer: str | None, hosts: Sequence[str] = ()) -> Visit:
    """The visit of a page's address and of its referrer's; `hosts` are the site's own, those below them included.

    Tags of the page (`utm_source`, `utm_medium`) come first, then marks of paid clicks, then the referrer, then marks of
    other clicks; where none of them says anything the visit is direct. A page within the own site that is not tagged comes
    from nowhere new: no source, no channel. All is null where there is neither address nor referrer.
    """
    at, before = url_of(page), url_of(referrer)
    if at is None and before is None:
        return Visit()
    parameters = at.parameters if at else {}
    click = click_of(parameters)
    is_internal = before is not None and _is_own(before.host, at, hosts)
    source, medium, campaign = _from(parameters, click, before, is_internal)
    channel = channel_of(source, medium, campaign) if source or medium else None
    term = parameters.get("utm_term")
    searched = search_term(before) if before and not is_internal else None
    return Visit(
        channel=channel,
        source=source,
        medium=medium,
        campaign=campaign,
        term=term,
        content=parameters.get("utm_content"),
        click_id=click,
        search_term=searched or (term if channel in OF_SEARCH else None),
        referrer_host=before.host if before else None,
        is_internal=is_internal,
        page_host=at.host if at else None,
        page_path=at.path if at else None,
    )


def _from(
    parameters: Mapping[str, str], click: str | None, before: Url | None, is_internal: bool
) -> tuple[str | None, str | None, str | None]:
    """Source, medium and campaign; source and medium in small letters, because channels and groups of rows ask for them."""
    source, medium = parameters.get("utm_source", "").lower() or None, parameters.get("utm_medium", "").lower() or None
    campaign = parameters.get("utm_campaign")
    if source or medium:
        return source, medium, campaign
    if click and CLICKS[click].is_paid:
        return CLICKS[click].source, CLICKS[click].medium, campaign
    if before is not None and before.host and not is_internal:
        return _from_site(before.host, campaign)
    if click:
        return CLICKS[click].source, CLICKS[click].medium, campaign
    if is_internal:
        return None, None, campaign
    return *DIRECT, campaign


def _from_site(host: str, campaign: str | None) -> tuple[str, str, str | None]:
    if engine := engine_of(host):
        return engine.source, "organic", campaign
    site = host.removeprefix("www.")
    if site in ASSISTANTS:
        return site, ASSISTANT[0], campaign or ASSISTANT[1]
    # Google's list knows some sites by that name only
    return (host if category_of(host) and not category_of(site) else site), "referral", campaign


def _is_own(host: str | None, page: Url | None, hosts: Sequence[str]) -> bool:
    """Whether a referrer is of the own site: a host of `hosts` or below one, or that of the page, as is one without a host."""
    if host is None:
        return True
    site = host.removeprefix("www.")
    of_page = page.host.removeprefix("www.") if page and page.host else None
    return site == of_page or any(site == one or site.endswith(f".{one}") for one in hosts)
