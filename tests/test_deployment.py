"""The Dockerfile, read as Docker would read it; no image is built."""

import re
import tomllib

from queries.config import HOME

LINES = re.sub(r"\\\n\s*", "", (HOME / "Dockerfile").read_text()).splitlines()
STEPS = [(word, rest) for word, _, rest in (line.partition(" ") for line in LINES if re.match(r"[A-Z]+ ", line))]
LAST = STEPS[max(i for i, (word, _) in enumerate(STEPS) if word == "FROM"):]  # fmt: skip


def said(word: str) -> list[str]:
    """What the image itself says after an instruction, each time."""
    return [rest for step, rest in LAST if step == word]


def test_it_copies_what_is_there_and_all_that_the_app_needs() -> None:
    copied = [path for rest in said("COPY") if "--from" not in rest for path in rest.split()[:-1]]

    assert [path for path in copied if not (HOME / path).exists()] == []
    assert {"app.py", "queries", "components", "pages", ".streamlit/config.toml"} <= {*copied}
    sent = {line[1:] for line in (HOME / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {*copied, "requirements.lock"} == sent


def test_it_runs_as_a_user_without_rights_and_is_asked_for_its_health() -> None:
    assert said("USER") == ["sightline"]
    assert "/_stcore/health" in said("HEALTHCHECK")[0]
    assert said("VOLUME") == ["/data"]
    assert said("EXPOSE") == ["8501"]
    assert '"--port", "8501", "--address", "0.0.0.0"' in said("CMD")[0]


def test_what_is_installed_is_pinned_and_what_is_taken_out_is_for_tests_alone() -> None:
    (run,) = [rest for word, rest in STEPS if word == "RUN" and "pip install" in rest]
    project = tomllib.loads((HOME / "pyproject.toml").read_text())["project"]
    names = {kind: {re.split(r"[\[>=<]", one)[0] for one in listed} for kind, listed in (
        ("app", project["dependencies"]), ("tests", project["optional-dependencies"]["dev"]),
    )}  # fmt: skip

    assert "--require-hashes -r requirements.lock" in run
    gone = {*run.split("pip uninstall --yes ")[1].split()}
    assert gone <= names["tests"] - names["app"]
    assert all(f"\n{name}==" in "\n" + (HOME / "requirements.lock").read_text() for name in gone)


def test_no_secret_is_built_in() -> None:
    everything = "\n".join(LINES).lower()

    assert not re.search(r"(password|token|secret)\s*=", everything)
    assert "secrets.toml" not in (HOME / ".dockerignore").read_text()
