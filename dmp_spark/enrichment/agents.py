"""What a user agent says of browser, system and device, and whether it is a machine's. No pyspark here: workers import this."""

from functools import cache
from typing import Any, NamedTuple

from dmp_spark.enrichment.crawlers import crawler_of
from dmp_spark.enrichment.devices import kind_of
from dmp_spark.enrichment.libraries import refuse_missing

LONGEST = 2_048  # characters; what stands behind them is not looked at. Real ones have less than a thousand
SPIDER = "Spider"  # ua-parser's family of devices that are none


class Agent(NamedTuple):
    """What a user agent says (docs/reference/enrichment.md); null where nothing is known of it."""

    browser: str | None = None
    browser_version: str | None = None
    os: str | None = None
    os_version: str | None = None
    device: str | None = None
    device_brand: str | None = None
    device_model: str | None = None
    device_kind: str | None = None
    is_bot: bool | None = None
    crawler: str | None = None


def agent_of(text: str | None) -> Agent:
    """What the text of the header `User-Agent` says; all null where it is null, blank or `-`.

    Whether somebody without one is a machine is left to who asks: many are, and so are apps that send none.
    """
    plain = (text or "")[:LONGEST].strip()
    if plain in ("", "-"):
        return Agent()
    parsed = _resolver()(plain)
    browser, os, device = (_known(part) for part in (parsed.user_agent, parsed.os, parsed.device))
    crawler = crawler_of(plain)
    if crawler is None and device is not None and device.family == SPIDER:
        crawler = browser.family if browser else SPIDER
    os_family = os.family if os else None
    return Agent(
        browser=browser.family if browser else None,
        browser_version=browser.major if browser else None,
        os=os_family,
        os_version=_version(os.major, os.minor) if os else None,
        device=device.family if device else None,
        device_brand=device.brand if device else None,
        device_model=device.model if device else None,
        device_kind=str(kind_of(plain, os_family, crawler is not None)),
        is_bot=crawler is not None,
        crawler=crawler,
    )


def _known(part: Any) -> Any:
    """A part that ua-parser found; some of its rules say `Other`, which is what it calls what it does not know."""
    return None if part is None or part.family == "Other" else part


def _version(major: str | None, minor: str | None) -> str | None:
    """`10.15`, `14`, `XP`; the minor part says nothing without the major one."""
    return f"{major}.{minor}" if major and minor else major


@cache
def _resolver() -> Any:
    """ua-parser with its rules, made once a worker, by its native resolver.

    No other one where that is missing: they are some thirty times as slow, and differ from it (of 534 agents of uap-core in
    the devices of six, machines whose name stands far behind), so answers would depend on who asks.
    """
    refuse_missing("user_agent")
    from ua_parser import Domain, load_lazy_builtins
    from ua_parser.regex import Resolver

    resolve = Resolver(load_lazy_builtins())
    return lambda text: resolve(text, Domain.ALL)
