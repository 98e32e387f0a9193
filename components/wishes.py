"""The page that somebody asked for before they signed in, so that they come to it afterwards.

Signing in leads to the provider, and back to the first page in a new session. What was asked for waits here meanwhile,
in this process, for a few minutes, under the random token by which Streamlit knows the browser (its cookie against
forged requests); it is taken once. It is the name of a page and its query and never an address, so it leads nowhere but
to a page of the app, which checks all rights as ever. Where the token is not there, one comes to the first page.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

COOKIE = "_streamlit_xsrf"
WAITS = timedelta(minutes=10)
MOST, LONGEST = 1_000, 2_000  # of those that wait, and the characters of each part: nobody fills the memory
Query = Mapping[str, list[str]]


@dataclass(frozen=True)
class Wish:
    """A page by its name in the address, and what its address asks for."""

    page: str
    query: Query


class Wishes:
    """What is waited for, each by its browser; the oldest go first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, tuple[Wish, datetime]] = OrderedDict()

    def keep(self, cookies: Mapping[str, str], wish: Wish, at: datetime) -> None:
        """Keep what a browser asked for; a query that is too long is left out."""
        browser = _browser(cookies)
        if browser is None or len(wish.page) > LONGEST:
            return
        size = sum(len(name) + sum(map(len, values)) for name, values in wish.query.items())
        with self._lock:
            self._waiting.pop(browser, None)
            self._waiting[browser] = (wish if size <= LONGEST else Wish(wish.page, {}), at)
            while len(self._waiting) > MOST:
                self._waiting.popitem(last=False)

    def take(self, cookies: Mapping[str, str], at: datetime) -> Wish | None:
        """What a browser asked for lately; it is then forgotten."""
        browser = _browser(cookies)
        with self._lock:
            found = self._waiting.pop(browser, None) if browser else None
        return found[0] if found and at - found[1] <= WAITS else None


def _browser(cookies: Mapping[str, str]) -> str | None:
    """The token in the cookie, which is masked anew each time it is set; None where there is none that can be read.

    >>> _browser({COOKIE: "2|0f0f0f0f|0e0d0c0b|1700000000"}), _browser({COOKIE: "2|0e0e0e0e|0f0c0d0a|1700000001"})
    ('01020304', '01020304')
    >>> _browser({}), _browser({COOKIE: "soon"})
    (None, None)
    """
    try:
        _, mask, masked, _ = cookies.get(COOKIE, "").strip('"').split("|")
        key, token = bytes.fromhex(mask), bytes.fromhex(masked)
        return bytes(byte ^ key[i % len(key)] for i, byte in enumerate(token)).hex() or None
    except (ValueError, ZeroDivisionError):
        return None
