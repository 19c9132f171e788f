"""What kind of thing a user agent runs on: desktop, phone, tablet, tv, console, watch, bot or other. No pyspark here.

ua-parser tells family, brand and model of a device and no kind. These rules follow what makers write about their own
agents: a phone with Android says `Mobile`, a tablet does not (developer.chrome.com, "User-Agent strings").
"""

import re
from enum import StrEnum


class DeviceKind(StrEnum):
    """What a user agent runs on."""

    BOT = "bot"
    TV = "tv"
    CONSOLE = "console"
    WATCH = "watch"
    TABLET = "tablet"
    PHONE = "phone"
    DESKTOP = "desktop"
    OTHER = "other"


_SAYS = (
    (
        DeviceKind.TV,
        re.compile(
            r"smart-?tv|googletv|google tv|apple ?tv|android ?tv|hbbtv|netcast|web0s|webos\.tv|tizen.*\btv\b|\btv safari|roku|"
            r"crkey|bravia|viera|aquosbrowser|\baft[a-z]{1,4}\b|opera tv|philipstv|inettvbrowser|tvos|\bce-html\b",
            re.IGNORECASE,
        ),
    ),
    (DeviceKind.CONSOLE, re.compile(r"playstation|nintendo|xbox|\bwii\b", re.IGNORECASE)),
    (DeviceKind.WATCH, re.compile(r"watchos|apple ?watch|\bwatch\d|wear ?os|galaxy watch", re.IGNORECASE)),
    (
        DeviceKind.TABLET,
        re.compile(
            r"ipad|tablet(?! pc)|playbook|kindle(?!.*mobile safari)|\bnook\b|silk(?!.*mobile)|hp-tablet|touchpad|xoom|"
            r"sm-[tx]\d{3}|gt-[pn]\d{4}",
            re.IGNORECASE,
        ),
    ),
    (
        DeviceKind.PHONE,
        re.compile(
            r"iphone|ipod|windows phone|iemobile|blackberry|\bbb10\b|symbian|series ?[346]0|\bmidp\b|j2me|kaios|\bmobi|"
            r"opera mini|windows ce|palm|webos(?!\.tv)|\bmaemo\b|meego|up\.browser|docomo|\bsailfish",
            re.IGNORECASE,
        ),
    ),
)
_ANDROID = re.compile(r"android|harmonyos", re.IGNORECASE)
_OF_PHONES = ("iOS", "Windows Phone", "BlackBerry OS", "Symbian OS", "Firefox OS", "KaiOS", "Bada")
_OF_DESKTOPS = re.compile(
    r"(?:windows(?! (?:phone|mobile|ce))|mac os|linux|chrome ?os|ubuntu|fedora|debian|red hat|suse|mandriva|gentoo|mint|kubuntu|"
    r"arch linux|slackware|(?:free|open|net)bsd|solaris|puppy|mageia|vectorlinux|altlinux|centos)",
    re.IGNORECASE,
)


def kind_of(agent: str, os: str | None, is_bot: bool) -> DeviceKind:
    """The kind of device of a user agent whose operating system ua-parser calls `os`; the first rule that fits.

    An iPad that asks for pages as desktops get them (iPadOS 13 and later, by default) calls itself a Macintosh, and is one here.
    """
    if is_bot:
        return DeviceKind.BOT
    for kind, pattern in _SAYS:
        if pattern.search(agent):
            return kind
    if _ANDROID.search(agent):  # a browser that does not say `Mobile`; apps say it nowhere, and most of them run on phones
        return DeviceKind.TABLET if agent.startswith("Mozilla/") else DeviceKind.PHONE
    if os in _OF_PHONES:
        return DeviceKind.PHONE
    if os is not None and _OF_DESKTOPS.match(os):
        return DeviceKind.DESKTOP
    return DeviceKind.OTHER
