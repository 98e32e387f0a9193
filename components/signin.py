"""Who is looking: the person that the sign-in vouches for, or, where none is set up, the owner of this machine.

Signing in is Streamlit's own (OpenID Connect, `[auth]` in .streamlit/secrets.toml). Without it the app serves nobody
but this machine: no other address, nothing that was passed on from elsewhere, and no site that has its own name point
here.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import streamlit as st
from streamlit.errors import StreamlitAuthError

from components.wishes import Wish, Wishes
from components.words import md
from queries import access, snapshot
from queries.access import Viewer
from queries.errors import AccessError, ProductError
from queries.product.people import Rule

PROVIDER = ("client_id", "client_secret", "server_metadata_url")  # what [auth], or each of its tables, must hold
SHARED = ("redirect_uri", "cookie_secret")
LOCALHOST, SAFE = "localhost", 32  # characters of a secret that nobody guesses
FORWARDED = {"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"}
ALONE = ("Without a sign-in Sightline serves this machine alone. Set up [auth] in .streamlit/secrets.toml to let others"
         " in (docs/people.md).")  # fmt: skip
UNREADABLE = "Nobody can be let in: the product file has mistakes. Whoever runs Sightline is told them at its start."
BROKEN = ("The file secrets.toml cannot be read, so nobody can be let in; whoever runs Sightline should mend it and "
          "start again.")  # fmt: skip
UNFINISHED = "The sign-in is not set up fully; whoever runs Sightline finds what it lacks at its start."
LOCAL = "There is no sign-in: this app serves this machine alone, and whoever uses it is its owner."
_wishes = Wishes()
ROLES = {"admin": "an admin", "editor": "an editor", "viewer": "a viewer"}


@contextmanager
def looking(viewer: Viewer | None) -> Iterator[None]:
    """Who looks is found out once for all that a run draws; what a click does before the run asks anew."""
    st.session_state["viewer"] = viewer
    try:
        yield
    finally:
        st.session_state.pop("viewer", None)


def viewer() -> Viewer:
    """Who is looking. Raises AccessError, with what to do, where that is nobody who may."""
    if known := st.session_state.get("viewer"):
        return cast(Viewer, known)
    if is_set_up():
        try:
            return access.viewer_of(st.user.to_dict(), snapshot.product())
        except ProductError as error:
            raise AccessError(UNREADABLE) from error
    if not is_this_machine(st.get_option("server.address")) or _comes_from_elsewhere():
        raise AccessError(ALONE)
    return access.LOCAL_OWNER


def again() -> Callable[[], Viewer]:
    """Who is looking, to be found out anew beside the script, too: what the product file says now is what counts."""
    found = viewer()
    claims = {} if found == access.LOCAL_OWNER else st.user.to_dict()
    return lambda: access.viewer_of(claims, snapshot.product()) if claims else found


def _comes_from_elsewhere() -> bool:
    headers = {name.lower(): value for name, value in st.context.headers.items()}
    host = urlsplit(f"//{headers.get('host', LOCALHOST)}").hostname
    return bool(FORWARDED & headers.keys()) or not is_this_machine(host)


def is_set_up() -> bool:
    """Whether people have to sign in. Raises AccessError where that cannot be told."""
    if st.secrets.load_if_toml_exists():
        return "auth" in st.secrets
    if any(Path(file).is_file() for file in st.get_option("secrets.files")):
        raise AccessError(BROKEN)
    return False


def is_this_machine(address: str | None) -> bool:
    """Whether a server at an address is reached from this machine alone.

    >>> [is_this_machine(address) for address in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "10.0.0.7", None)]
    [True, True, True, False, False, False]
    """
    try:
        return address == LOCALHOST or ip_address(address or "0.0.0.0").is_loopback
    except ValueError:
        return False


def lacking() -> list[str]:
    """What [auth] needs and does not have; nothing where people can sign in."""
    auth = _auth()
    needed = [*SHARED, *(() if _named(auth) else PROVIDER)]
    of_named = [f"{name}.{key}" for name, part in _named(auth).items() for key in PROVIDER if not part.get(key)]
    guessed = ["a longer cookie_secret"] if 0 < len(str(auth.get("cookie_secret", ""))) < SAFE else []
    return [*(key for key in needed if not auth.get(key)), *of_named, *guessed]


def _auth() -> Mapping[str, Any]:
    return cast(Mapping[str, Any], st.secrets["auth"]) if is_set_up() else {}


def _named(auth: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The providers that have a name, where there are several."""
    return {name: part for name, part in auth.items() if isinstance(part, Mapping) and name != "client_kwargs"}


def page() -> None:
    """All that is shown to who has not signed in, or may not look: why, and what to do."""
    st.header("Sightline", anchor=False)
    if problem := st.session_state.pop("not signed in", None):
        st.error(problem, icon=":material/error:")
    has_signed_in = st.user.get("is_logged_in") is True
    try:
        names = list(_named(_auth())) or ["default"] * is_set_up()
        if has_signed_in or not names:
            viewer()
    except AccessError as error:
        names = []
        st.error(md(error), icon=":material/lock:")
    for name in names:
        st.button("Sign in" if name == "default" else f"Sign in with {md(name)}", icon=":material/login:",
                  on_click=_sign_in, args=(name,), type="primary")  # fmt: skip
    if has_signed_in:
        st.button("Sign out", icon=":material/logout:", on_click=st.logout)


def _sign_in(provider: str) -> None:
    asked = urlsplit(st.context.url or "").path.rpartition("/")[2]
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    _wishes.keep(st.context.cookies, Wish(asked, query), st.session_state["clock"]())
    try:
        st.login(None if provider == "default" else provider)
    except StreamlitAuthError:  # what it says may name what is secret
        st.session_state["not signed in"] = UNFINISHED


def wished() -> Wish | None:
    """What who has just signed in had asked for before."""
    return _wishes.take(st.context.cookies, st.session_state["clock"]())


def badge(found: Viewer) -> None:
    """Who is signed in, what they may see, and the way out; nothing where there is no sign-in."""
    if found == access.LOCAL_OWNER:
        return
    with st.popover(md(found.name), type="tertiary", icon=":material/person:"):
        st.markdown(f"You are {ROLES[cast(str, found.role)]} here.")
        if found.only:
            st.markdown(" ".join(["You see only users with", " and ".join(map(_rule, found.only)) + "."]))
        if found.least:
            st.markdown(f"You see no group of fewer than {found.least:,}, and nobody one by one.")
        st.button("Sign out", icon=":material/logout:", on_click=st.logout)


def _rule(rule: Rule) -> str:
    labels = {segment.key: segment.label for segment in snapshot.product().segments}
    return f"{md(labels.get(rule[0], rule[0]).lower())} {' or '.join(f'**{md(label)}**' for label in rule[1])}"
