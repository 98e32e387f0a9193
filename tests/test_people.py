"""The app as people with different rights meet it, and as somebody would who means harm."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import polars as pl
import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from components import forms, printed
from components.signin import LOCAL
from queries import config, snapshot
from queries.access import LOCAL_OWNER, Viewer
from queries.errors import AccessError, StoreError
from queries.product import FEW
from queries.store import Annotation, Change, connect
from tests import products, screen
from tests.screen import started

pytestmark = pytest.mark.slow

Taken = dict[str, Callable[[], bytes]]
PAGES = ("adoption", "retention", "engagement", "feature", "explore", "weekly", "metrics")
AUTH = {"redirect_uri": "http://localhost/oauth2callback", "cookie_secret": "hush" * 10, "client_id": "sightline",
        "client_secret": "hush", "server_metadata_url": "http://localhost/"}  # fmt: skip
SEGMENTS = """
[users.segments.region]
label = "Region"
[users.segments.team]
label = "Team"
"""
PEOPLE = """
[people]
admins = ["dana@example.com"]
editors = ["ed@example.com"]
viewers = ["@example.com", "@partner.example"]
list_units = ["dana@example.com", "@partner.example"]
[[people.rules]]
who = "@partner.example"
only = { region = "EMEA" }
"""


def write(folder: Path, regions: tuple[str, ...], more: str = "") -> None:
    """A product of 40 users in each of some regions, three of them in a small team; EMEA comes less often."""
    count, first = 40, date(2026, 6, 1)
    rows = [(f"{region} {i}", first + timedelta(days=i), region, "Small" if i < 3 else "Large")
            for region in regions for i in range(count)]  # fmt: skip
    users = pl.DataFrame(rows, schema=["id", "signup", "region", "team"], orient="row")
    nine, step = datetime(2026, 6, 1, 9), {"EMEA": 3, "Secret land": 2}
    events = [
        (f"{region} {i}", nine + timedelta(days=day), "export" if (day + i) % 4 == 0 else "open")
        for region in regions for i in range(count) for day in range(i % 5, 130, step[region] + i % 3)
    ]  # fmt: skip
    events += [(f"EMEA {0}", nine + timedelta(days=day), "open") for day in (0, 129)]
    products.write(folder, events, users, more=SEGMENTS + more)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A product with people in two regions, which is the one in use, its snapshot, and a store of its own."""
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(tmp_path / "product.toml"))
    monkeypatch.setenv("SIGHTLINE_STORE", str(tmp_path / "store.sqlite"))
    monkeypatch.delenv("SIGHTLINE_DATA", raising=False)
    write(tmp_path, ("EMEA", "Secret land"), PEOPLE)
    snapshot.refresh(datetime.now(UTC))
    return tmp_path


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Taken:
    """What can be downloaded on the pages that are opened, by the key of its button."""
    found: Taken = {}
    monkeypatch.setattr(streamlit, "download_button", lambda *_, data, key, **__: found.update({key: data}))
    return found


def app_of(email: str | None, page: str = "adoption", **asked: Any) -> AppTest:
    """The app, not run yet, at a page as a link with this query opens it. email: of who is signed in, if anybody."""
    app = started(page if page in PAGES else None, **asked)
    app.secrets["auth"] = dict(AUTH)
    app.user = {"is_logged_in": True, "email": email, "email_verified": True} if email else {"is_logged_in": False}
    return app


def opened(email: str | None, page: str = "adoption", **asked: Any) -> AppTest:
    app = app_of(email, page, **asked).run()
    assert not app.exception
    return app


def everything(app: AppTest) -> str:
    """All that is sent to the browser, as text."""
    return "\n".join(str(element.proto) for element in app.main) + "\n".join(map(str, app.main.children.values()))


def sentences(app: AppTest) -> list[str]:
    return [text.value for texts in (app.error, app.warning, app.markdown, app.caption) for text in texts]


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def everything_counted(app: AppTest) -> str:
    """All figures and tables."""
    figures = [chart.proto.spec for chart in app.get("plotly_chart")]
    return str([*figures, *(table.value.to_csv() for table in app.dataframe)])


def log(product: str = "Example") -> tuple[Change, ...]:
    return connect(config.store()).history(product)


# Who is let in --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("page", PAGES)
def test_a_deep_link_shows_nothing_to_who_has_not_signed_in(page: str) -> None:
    app = opened(None, page, s_region="EMEA")

    assert [header.value for header in app.header] == ["Sightline"]
    assert labels(app) == ["Sign in"]
    assert (sentences(app), list(app.metric), list(app.dataframe)) == ([], [], [])


@pytest.mark.usefixtures("folder")
def test_the_check_of_health_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_of("dana@example.com")
    app.user = {"email": "dana@example.com", "email_verified": True}  # as Streamlit's own check has one

    assert labels(app.run()) == ["Sign in"]


@pytest.mark.usefixtures("folder")
def test_who_is_in_no_role_is_told_so_and_sees_nothing_else() -> None:
    app = opened("eve@evil.org")

    assert [text.replace("\\", "") for text in sentences(app)] == [
        "eve@evil.org may not see this yet; ask an admin of Sightline to name you in its product file."]  # fmt: skip
    assert (labels(app), list(app.metric)) == (["Sign out"], [])


def test_a_product_file_with_mistakes_lets_nobody_in_and_tells_nothing(folder: Path) -> None:
    (folder / "product.toml").write_text("[warehouse]\nurl = 'postgresql://me:hush@host/db'\nsecret = 1\n")

    app = opened("dana@example.com")

    assert "the product file has mistakes" in sentences(app)[0]
    assert (len(sentences(app)), labels(app)) == (1, ["Sign out"])


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("header", [
    ("X-Forwarded-For", "10.0.0.7"), ("forwarded", "for=10.0.0.7"), ("X-Real-IP", "127.0.0.1"),
    ("Host", "evil.example:8501"), ("host", "localhost.evil.example"), ("Host", "10.0.0.7:8501"), ("Host", ""),
])  # fmt: skip
def test_without_a_sign_in_nothing_is_served_to_who_comes_from_elsewhere(
    header: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(streamlit.context), "headers", property(lambda _: dict([header])))
    app = app_of("dana@example.com")
    app.secrets.clear()

    app.run()

    assert len(sentences(app)) == 1
    assert sentences(app)[0].startswith("Without a sign\\-in Sightline serves this machine alone")
    assert list(app.metric) == []


@pytest.mark.usefixtures("folder")
def test_without_a_sign_in_this_machine_is_served_and_it_is_said() -> None:
    app = screen.opened()

    assert LOCAL in sentences(app)
    assert "Refresh now" in labels(app)


# What a role may ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("email", "may"), [("vera@example.com", False), ("ed@example.com", True)])
def test_only_editors_find_anything_to_write(email: str, may: bool) -> None:
    app = opened(email, "weekly")

    assert next(button for button in app.button if button.label == "Close").disabled != may
    assert "Refresh now" not in labels(app)


@pytest.mark.usefixtures("folder")
def test_a_write_that_was_begun_with_more_rights_is_refused() -> None:
    app = opened("ed@example.com", "weekly")
    app.user["email"] = "vera@example.com"  # became a viewer with the form still open

    app = next(button for button in app.button if button.label == "Close").click().run()

    assert not app.exception
    assert any("ask an admin of Sightline to make you an editor" in text.replace("\\", "") for text in sentences(app))
    assert log() == ()


@pytest.mark.usefixtures("folder")
def test_a_refresh_that_was_asked_for_with_more_rights_is_refused() -> None:
    app = opened("dana@example.com")
    app.user["email"] = "ed@example.com"

    app = next(button for button in app.button if button.label == "Read everything").click().run()

    assert any("Only admins of Sightline may do this" in text.replace("\\", "") for text in sentences(app))


@pytest.mark.usefixtures("folder")
def test_the_page_of_the_log_is_for_admins_alone() -> None:
    def at_log(email: str) -> AppTest:
        return app_of(email).switch_page("pages/trust/log.py").run()

    assert [header.value for header in at_log("dana@example.com").header] == ["Log"]
    others = at_log("ed@example.com")
    assert [header.value for header in others.header] == []
    assert not any("changes and downloads" in text for text in sentences(others))


# What a download leaves behind ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_every_download_is_in_the_log_with_its_filters_before_it_is_given(
    taken: Taken,
) -> None:
    opened("vera@example.com", "adoption", s_region="EMEA", w="26")

    data = taken["adoption csv"]()

    (change,) = log()
    assert (change.what, change.by) == ("export", "vera@example.com")
    assert change.after is not None
    assert (change.after["file"], change.after["bytes"]) == ("adoption.csv", len(data))
    assert str(change.after["view"]).startswith("adoption?")
    assert {"w=26", "s.region=EMEA"} <= {*str(change.after["view"]).partition("?")[2].split("&")}


@pytest.mark.usefixtures("folder")
def test_a_picture_is_made_on_the_server_and_is_in_the_log(taken: Taken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printed, "BROWSERS", ("true",))
    monkeypatch.setattr(printed, "png", lambda html, *_: html.encode())
    app = opened("vera@example.com", "adoption")

    made = taken["share png cells"]()

    (change,), shown = log(), app.get("plotly_chart")[0].proto
    assert (change.what, change.by) == ("export", "vera@example.com")
    assert (change.after or {})["file"] == "cells.png"
    assert "Sightline · Example · Adoption · data to" in made.decode()
    assert not (set(json.loads(shown.config)) & {"modeBarButtons", "toImageButtonOptions"})
    assert json.loads(shown.config)["displayModeBar"] is False


def test_a_file_is_not_given_to_who_may_no_longer_see_what_is_in_it(folder: Path, taken: Taken) -> None:
    opened("vera@example.com")
    product = folder / "product.toml"
    product.write_text(product.read_text().replace('viewers = ["@example.com", ', "viewers = ["))

    with pytest.raises(AccessError, match="may not see this yet"):
        taken["adoption csv"]()

    assert log() == ()


def test_what_cannot_be_noted_is_not_given(
    folder: Path, taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened("vera@example.com")
    monkeypatch.setenv("SIGHTLINE_STORE", str(folder))  # a folder is no file

    with pytest.raises(StoreError):
        taken["adoption csv"]()


@pytest.mark.usefixtures("folder")
def test_the_log_shows_who_did_what_and_no_spreadsheet_runs_it(taken: Taken) -> None:
    store, now = forms._connected(config.store()), datetime(2026, 11, 21, 12, tzinfo=UTC)
    store.annotations.add("Example", Annotation(date(2026, 9, 1), "launch", "=cmd()|'<b>x</b>'"), by="=eve()", at=now)

    app = app_of("dana@example.com").switch_page("pages/trust/log.py").run()

    table = app.dataframe[0].value
    assert table["Who"].to_list() == ["=eve()"]
    assert table["Details"][0] == "day: 2026-09-01, kind: launch, title: =cmd()|'<b>x</b>'"
    rows = taken["log csv"]().decode().splitlines()
    assert rows[1].startswith("2026-11-21 12:00:00,'=eve(),added,annotation,")
    assert [change.what for change in log()] == ["annotation", "export"]


@pytest.mark.usefixtures("folder")
def test_nobody_who_signed_in_has_this_machine_look_at_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "is_demo", lambda: True)
    monkeypatch.setattr(snapshot, "write_demo_if_missing", lambda: None)

    app = app_of("dana@example.com").switch_page("pages/trust/product.py").run()
    assert app.header[0].value == "Your own product"
    assert "Only who sits at the machine" in app.info[0].value
    assert not app.text_area

    app = app_of("vera@example.com").run()
    assert "Use your own data" not in everything(app)


# What a row rule hides ------------------------------------------------------------------------------------------------


VIEWS: list[tuple[str, dict[str, Any]]] = [
    ("adoption", {}), ("adoption", {"by": "team", "of": "active"}), ("adoption", {"s_region": "Secret land"}),
    ("retention", {"view": "curve"}), ("retention", {"view": "compare", "split": "region"}),
    ("engagement", {"show": "matrix"}), ("engagement", {"show": "lifecycle", "by": "region"}),
    ("feature", {"feature": "export", "tab": "who", "by": "region"}), ("feature", {"feature": "export"}),
    ("weekly", {}), ("explore", {"m": ["weekly_actives", "adoption.export"], "slice": "region"}),
    ("explore", {"m": ["week4_retention", "days_active"], "look": "compare", "split": "team", "a": "Large"}),
    ("metrics", {"metric": "weekly_actives", "beside": "adoption.export"}),
]  # fmt: skip


def shown(app: AppTest) -> list[object]:
    """What is on the page under the strip: numbers, figures, tables and sentences."""
    figures = [chart.proto.spec for chart in app.get("plotly_chart")]
    tables = [frame.value.to_csv() for frame in app.dataframe]
    numbers = [(metric.label, metric.value, metric.delta) for metric in app.metric]
    said = [text for text in sentences(app) if not text.startswith(("You ", "Events since", "●", "There is no sign"))]
    return [figures, tables, numbers, [text for text in said if " read, " not in text]]


def unpacked(data: bytes) -> object:
    """What a file says: of a packed one its parts, without the hour in which they were packed."""
    if not data.startswith(b"PK"):
        return data
    with ZipFile(BytesIO(data)) as parts:
        return {name: parts.read(name) for name in parts.namelist() if name.endswith(".xml")}


def test_who_sees_one_region_sees_a_product_that_has_no_other(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch,
    taken: Taken,
) -> None:  # fmt: skip
    monkeypatch.setattr(printed, "png", lambda html, *_: html.encode())  # what is drawn, without drawing it

    def seen(email: str) -> list[tuple[object, object]]:
        found: list[tuple[object, object]] = []
        for page, asked in VIEWS:
            taken.clear()
            app = opened(email, page, **asked)
            files = {key: data() for key, data in taken.items() if key != "take pdf"}  # the page, and its hour
            found.append((shown(app), {key: unpacked(data) for key, data in files.items()}))
            assert "Secret" not in str(shown(app)[:3]) or page == "adoption"
        return found

    ours = seen("pat@partner.example")
    alone = tmp_path_factory.mktemp("alone")
    write(alone, ("EMEA",), PEOPLE)
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(alone / "product.toml"))
    snapshot.refresh(datetime.now(UTC))
    theirs = seen("pat@partner.example")

    for view, one, other in zip(VIEWS, ours, theirs, strict=True):
        assert one == other, view


PAT = Viewer("pat", "viewer", (("region", ("EMEA",)),))


@pytest.mark.usefixtures("folder")
def test_an_earlier_snapshot_is_shown_as_far_as_one_may_see_it() -> None:
    (as_of,) = snapshot.days()

    assert snapshot.load(PAT, as_of).everyone["segment_region"].unique().to_list() == ["EMEA"]
    assert snapshot.load(LOCAL_OWNER, as_of).units.height == 80


def test_events_that_are_no_feature_have_no_name_for_who_sees_nobody_that_did_them(folder: Path) -> None:
    regions = {"open": "EMEA", "secret": "APAC"}  # by what is done there
    parts = [products.people(40, date(2026, 6, 1), region=region) for region in regions.values()]
    users = pl.concat(part.with_columns(id=pl.col("region") + pl.col("id")) for part in parts)
    events = [(f"{region}{user}", at, name) for name, region in regions.items()
              for user, at, _ in products.daily(40, date(2026, 7, 1), 28)]  # fmt: skip
    products.write(folder, events, users, more=SEGMENTS.partition("[users.segments.team]")[0] + PEOPLE, features={})
    snapshot.refresh(datetime.now(UTC))

    assert [feature.key for feature in snapshot.load(LOCAL_OWNER).features] == ["open", "secret"]
    assert [feature.key for feature in snapshot.load(PAT).features] == ["open"]


@pytest.mark.usefixtures("folder")
def test_rules_that_leave_too_few_are_refused_to_who_may_see_no_small_group() -> None:
    few = Viewer("pat", "viewer", (("region", ("EMEA",)), ("team", ("Small",))), least=5)

    with pytest.raises(AccessError, match="The rules for you leave fewer than 5 users, and you may not see so small a"):
        snapshot.load(few)

    assert snapshot.load(replace(few, least=3)).units.height == 3


@pytest.mark.usefixtures("folder")
def test_what_one_has_seen_is_not_remembered_for_who_may_not() -> None:
    everybody = opened("dana@example.com").metric[0].value
    some = opened("pat@partner.example").metric[0].value
    again = opened("dana@example.com").metric[0].value

    assert (everybody == again, everybody == some) == (True, False)
    assert snapshot.load(LOCAL_OWNER).units.height == 80
    assert snapshot.load(Viewer("pat", "viewer", (("region", ("EMEA",)),))).units.height == 40
    assert snapshot.load(Viewer("eve")).units.height == 0


@pytest.mark.usefixtures("folder")
def test_who_sees_some_users_is_shown_nothing_that_was_said_or_closed_about_all() -> None:
    editor = opened("ed@example.com", "weekly")
    next(button for button in editor.button if button.label == "Close").click().run()

    assert any("Closed by" in text for text in sentences(opened("vera@example.com", "weekly")))
    limited = opened("pat@partner.example", "weekly")
    assert not any("Closed by" in text for text in sentences(limited))
    with pytest.raises(AccessError, match="this is about all of them"):
        forms.store(Viewer("pat", "viewer", (("region", ("EMEA",)),))).reviews.list("Example")


# Units one by one -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_only_who_is_named_for_it_can_list_users() -> None:
    asked = {"feature": "export", "tab": "who"}

    assert any(toggle.label == "List users" for toggle in opened("dana@example.com", "feature", **asked).toggle)
    app = app_of("vera@example.com", "feature", **asked)
    app.session_state["feature_segments List"] = True
    app.run()
    assert not any(toggle.label == "List users" for toggle in app.toggle)
    assert "EMEA 7" not in everything(app)


@pytest.mark.usefixtures("folder")
def test_a_small_group_is_neither_shown_nor_downloaded_nor_filtered_by(taken: Taken) -> None:
    opened("vera@example.com", "adoption", by="region", by2="team")

    assert b"Small" not in taken["cells csv"]()
    refused = opened("vera@example.com", "adoption", s_team="Small", s_region="EMEA")
    assert any("fewer than 5 users" in text for text in sentences(refused))
    assert list(refused.metric) == []
    assert opened("dana@example.com", "adoption", s_team="Small", s_region="EMEA").metric


def test_kinds_of_events_that_few_did_are_no_group(folder: Path, taken: Taken) -> None:
    devices = [(user, at, name, "watch" if user in ("u0", "u1") else "phone")
               for user, at, name in products.daily(40, date(2026, 6, 1), 100)]  # fmt: skip
    more = "[events.segments.device]\nlabel = 'Device'\n" + SEGMENTS + PEOPLE.replace(', "@partner.example"]', "]", 1)
    users = products.people(40, date(2026, 6, 1), region="EMEA", team="A")
    products.write(folder, [event[:3] for event in devices], users, more=more)
    events = pl.DataFrame(devices, schema=["user", "at", "name", "device"], orient="row")
    events.write_parquet(folder / "events.parquet")
    snapshot.refresh(datetime.now(UTC))

    def groups(email: str) -> set[str]:
        opened(email, "explore", m="weekly_actives", slice="device")
        lines = taken["explore csv"]().decode().splitlines()
        return {line.split(",")[1] for line in lines if line.startswith("Weekly")}

    assert groups("dana@example.com") == {"phone", "watch"}
    assert groups("vera@example.com") == {"phone"}
    refused = opened("vera@example.com", "explore", m="weekly_actives", s_device="watch")
    assert any("The filters leave fewer than 5 users" in text for text in sentences(refused))
    assert not refused.dataframe


@pytest.mark.parametrize("page", PAGES)
def test_a_feature_that_few_could_use_tells_nothing_of_them(folder: Path, taken: Taken, page: str) -> None:
    write(folder, ("EMEA",), PEOPLE)
    events = pl.read_parquet(folder / "events.parquet")  # three users are in its small team, and they alone export
    theirs = pl.col("name").ne("export") | pl.col("user").is_in(["EMEA 0", "EMEA 1", "EMEA 2"])
    events.filter(theirs).write_parquet(folder / "events.parquet")
    with (folder / "product.toml").open("a") as file:
        file.write("eligible = { team = 'Small' }\n")
    snapshot.refresh(datetime.now(UTC))
    about = {"feature": "export", "metric": "adoption.export", "m": ["adoption.export", "new_adopters.export"]}

    app = opened("vera@example.com", page, **about)
    files = b"".join(make() for key, make in taken.items() if key.endswith("csv")).decode().splitlines()

    assert app.error == []
    of_few = [line for line in files if line.startswith(("Export,", "export,"))]
    assert not any({"1", "2", "3", "3.0"} & {*line.split(",")} for line in of_few)
    told = "".join([*sentences(app), *(str(metric.proto) for metric in app.metric), *map(str, shown(app)[:2])])
    assert not re.search(r"\b[123] of ([123]|40)\b|of [123] |[123] users", told)
    if page == "feature":
        assert "**Nobody, or fewer than 5, could use Export**" in "".join(sentences(app))
        assert "of 3 eligible users used Export" in "".join(sentences(opened("dana@example.com", page, **about)))


@pytest.mark.usefixtures("folder")
def test_a_group_that_is_called_as_the_small_ones_together_is_shown_with_them(folder: Path) -> None:
    users = pl.read_parquet(folder / "users.parquet").with_columns(
        team=pl.when(pl.col("team") == "Large").then(pl.lit(FEW)).otherwise("team"))  # fmt: skip
    users.with_columns(team=pl.when(pl.col("id") == "EMEA 39").then(pl.lit("Alone")).otherwise("team")).write_parquet(
        folder / "users.parquet")  # fmt: skip
    snapshot.refresh(datetime.now(UTC))

    app = opened("vera@example.com", "adoption", by="team")
    assert [metric.value for metric in app.metric][:1] == ["80"]


# Input that was not meant ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("asked", [
    {"s_region": "' OR 1=1 --"}, {"feature": "../../etc/passwd"}, {"week": "x" * 100_000}, {"by": "id"},
    {"b": "used.export.28;drop"}, {"s_id": "Secret land 1"}, {"unit": "account"}, {"s_region": ["EMEA"] * 900},
    {"asof": "2026-02-31"}, {"m": ["'; drop", "adoption.nothing"]}, {"metric": "<b>x"}, {"slice": "id"},
    {"q": "Secret"}, {"beside": "x"}, {"g": "year"},
])  # fmt: skip
def test_an_address_that_was_made_up_opens_as_far_as_it_may(asked: dict[str, Any]) -> None:
    for page in PAGES:
        app = opened("pat@partner.example", page, **{"by": "region", "slice": "region", **asked})
        assert "Secret land" not in everything_counted(app)


@pytest.mark.usefixtures("folder")
def test_who_sees_everybody_is_shown_by_the_same_address_what_others_are_not() -> None:
    for page in ("adoption", "explore"):
        app = opened("dana@example.com", page, by="region", slice="region", m="weekly_actives")
        assert "Secret land" in everything_counted(app)
