"""The page that was asked for before signing in: who gets it, once, and for how long."""

from datetime import UTC, datetime, timedelta

from components.wishes import COOKIE, LONGEST, MOST, WAITS, Wish, Wishes

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ASKED = Wish("feature", {"feature": ["sso"], "s.plan": ["Enterprise", "Team"]})


def browser(token: str, mask: str = "0a0b0c0d") -> dict[str, str]:
    """The cookie of a browser with a token, masked as Streamlit does."""
    key = bytes.fromhex(mask)
    masked = bytes(byte ^ key[i % 4] for i, byte in enumerate(token.encode())).hex()
    return {COOKIE: f"2|{mask}|{masked}|1700000000"}


def test_the_same_browser_gets_what_it_asked_for_once() -> None:
    wishes = Wishes()
    wishes.keep(browser("dana"), ASKED, NOW)

    assert wishes.take(browser("eve"), NOW) is None
    assert wishes.take(browser("dana", "01020304"), NOW + timedelta(minutes=1)) == ASKED
    assert wishes.take(browser("dana"), NOW + timedelta(minutes=1)) is None


def test_after_a_while_it_is_forgotten() -> None:
    wishes = Wishes()
    wishes.keep(browser("dana"), ASKED, NOW)

    assert wishes.take(browser("dana"), NOW + WAITS + timedelta(seconds=1)) is None


def test_a_browser_without_its_cookie_shares_nothing_with_another_one() -> None:
    wishes = Wishes()
    wishes.keep({}, ASKED, NOW)
    wishes.keep({COOKIE: "||"}, ASKED, NOW)

    assert [wishes.take(cookies, NOW) for cookies in ({}, {COOKIE: "||"}, {COOKIE: "2|||1"})] == [None, None, None]


def test_nobody_fills_the_memory_from_outside() -> None:
    wishes = Wishes()
    for number in range(MOST + 1):
        wishes.keep(browser(str(number)), Wish("weekly", {"x": ["y" * (LONGEST + 1)]}), NOW)

    assert wishes.take(browser("0"), NOW) is None
    assert wishes.take(browser("1"), NOW) == Wish("weekly", {})

    wishes.keep(browser("2"), Wish("y" * (LONGEST + 1), {}), NOW)
    assert wishes.take(browser("2"), NOW) == Wish("weekly", {})  # what was kept before
