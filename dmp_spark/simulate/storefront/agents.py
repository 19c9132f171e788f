"""With what people and crawlers come: user agents, each with what a parser should say of it; and from where. No pyspark.

Agents are written as browsers and crawlers send them; the families are those of uap-core, which ua-parser carries. Of places,
the networks that MaxMind's test database (GeoLite2-City-Test) knows are as it says, and the others are those that RFC 5737 and
RFC 3849 keep for documentation, which it does not know; those have a country by our word alone.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network


@dataclass(frozen=True)
class Agent:
    """A user agent, the `browser` and `system` families that ua-parser finds in it, and what it runs on."""

    text: str
    browser: str
    system: str
    kind: str


_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"

PHONES = (
    Agent(
        f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {_WEBKIT} Chrome/131.0.0.0 Mobile Safari/537.36",
        "Chrome Mobile",
        "Android",
        "phone",
    ),
    Agent(
        f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {_APPLE} Version/18.1 Mobile/15E148 Safari/604.1",
        "Mobile Safari",
        "iOS",
        "phone",
    ),
    Agent(
        f"Mozilla/5.0 (Linux; Android 13; SM-S911B) {_WEBKIT} SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
        "Samsung Internet",
        "Android",
        "phone",
    ),
    Agent("Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", "Firefox Mobile", "Android", "phone"),
)
COMPUTERS = (
    Agent(f"{_WINDOWS}) {_WEBKIT} Chrome/131.0.0.0 Safari/537.36", "Chrome", "Windows", "computer"),
    Agent(f"{_WINDOWS}) {_WEBKIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", "Edge", "Windows", "computer"),
    Agent(
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_APPLE} Version/18.1 Safari/605.1.15", "Safari", "Mac OS X", "computer"
    ),
    Agent(f"{_WINDOWS}; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox", "Windows", "computer"),
    Agent("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox", "Ubuntu", "computer"),
)
TABLETS = (
    Agent(
        f"Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) {_APPLE} Version/17.6 Mobile/15E148 Safari/604.1",
        "Mobile Safari",
        "iOS",
        "tablet",
    ),
    Agent(f"Mozilla/5.0 (Linux; Android 13; SM-X200) {_WEBKIT} Chrome/131.0.0.0 Safari/537.36", "Chrome", "Android", "tablet"),
)
CRAWLERS = (
    Agent("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot", "Other", "crawler"),
    Agent("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "bingbot", "Other", "crawler"),
    Agent(
        "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", "Baiduspider", "Other", "crawler"
    ),
    Agent("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "AhrefsBot", "Other", "crawler"),
    Agent("Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)", "SemrushBot", "Other", "crawler"),
    Agent("python-requests/2.32.3", "Python Requests", "Other", "crawler"),
)
AGENTS = (*PHONES, *COMPUTERS, *TABLETS, *CRAWLERS)


@dataclass(frozen=True)
class Place:
    """Where people live: `network` is IPv4, or empty for 2001:db8::/32; `known` says whether MaxMind's test database has it.

    `hours` is the distance of its standard time from UTC: the rhythm of a day keeps it all year. `chinese` is the share of
    its people who write Chinese, `share` that of all people who live there.
    """

    city: str
    country: str
    zone: str
    hours: float
    network: str
    known: bool
    chinese: float
    share: float

    @property
    def first(self) -> int:
        """The first address of the network that is given to somebody, as a number; 0 for IPv6."""
        return int(IPv4Network(self.network).network_address) + 1 if self.network else 0

    @property
    def addresses(self) -> int:
        """How many addresses are given to people."""
        return IPv4Network(self.network).num_addresses - 2 if self.network else 1 << 32


PLACES = (
    Place("London", "GB", "Europe/London", 0, "81.2.69.160/27", True, 0.05, 0.10),
    Place("Boxford", "GB", "Europe/London", 0, "2.125.160.216/29", True, 0.0, 0.02),
    Place("Linköping", "SE", "Europe/Stockholm", 1, "89.160.20.128/25", True, 0.0, 0.08),
    Place("Changchun", "CN", "Asia/Shanghai", 8, "175.16.199.0/24", True, 0.95, 0.22),
    Place("Manila", "PH", "Asia/Manila", 8, "202.196.224.0/20", True, 0.10, 0.08),
    Place("Milton", "US", "America/Los_Angeles", -8, "216.160.83.56/29", True, 0.05, 0.02),
    Place("San Diego", "US", "America/Los_Angeles", -8, "214.78.0.0/19", True, 0.10, 0.16),
    Place("New York", "US", "America/New_York", -5, "192.0.2.0/24", False, 0.10, 0.12),
    Place("Chicago", "US", "America/Chicago", -6, "198.51.100.0/24", False, 0.05, 0.08),
    Place("Leeds", "GB", "Europe/London", 0, "203.0.113.0/24", False, 0.02, 0.04),
    Place("Shanghai", "CN", "Asia/Shanghai", 8, "", False, 0.95, 0.08),
)
