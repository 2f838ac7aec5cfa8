"""The documents tell newcomers what exists; no tracked file names a registry or a machine."""

import re
import subprocess
from importlib import import_module
from pathlib import Path

import pytest
import typer

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(p for place in ("*.md", "docs/**/*.md", "seeds/*.md") for p in ROOT.glob(place))
ADRS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")
# Spelled in halves so that this file does not name them.
REGISTRIES = ("pypi" + ".org", "python" + "hosted.org", "npmjs" + ".org", "/sim" + "ple/")
MACHINE = re.compile(
    r"(?<![\w.}/-])/(?:" + "|".join(("work", "root", "opt", "home", "tmp")) + r")/[\w.-]+"
)


def tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_every_make_target_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    named = {
        t
        for d in DOCUMENTS
        for t in re.findall(r"(?:`|^ *\$? *)make ([a-z-]+)", d.read_text(), re.MULTILINE)
    }

    assert {"run", "test", "check"} <= named
    assert sorted(named - targets) == []


def test_every_module_a_document_starts_exists() -> None:
    named = {m for d in DOCUMENTS for m in re.findall(r"python -m ([a-z_.]+)", d.read_text())}

    missing = [
        m
        for m in named
        if m.partition(".")[0] in {"bot", "handoff", "workers", "bench"} and not entry(m)
    ]

    assert missing == []


COMMANDS = {"handoff": "handoff.__main__", "bot": "bot.commands"}


@pytest.mark.parametrize("package", COMMANDS)
def test_every_command_a_document_names_exists(package: str) -> None:
    app = typer.main.get_command(import_module(COMMANDS[package]).app)
    spoken = re.compile(rf"python -m {package} ([a-z]+)")

    named = {c for document in DOCUMENTS for c in spoken.findall(document.read_text())}

    assert sorted(named - set(app.commands)) == []


def entry(module: str) -> bool:
    path = ROOT.joinpath(*module.split("."))
    return (path / "__main__.py").is_file() or path.with_suffix(".py").is_file()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    broken = [
        link for link in LINK.findall(document.read_text()) if not (document.parent / link).exists()
    ]

    assert broken == []


@pytest.mark.parametrize("decision", ADRS, ids=lambda p: p.stem)
def test_decision_is_short_and_names_a_check_that_exists(decision: Path) -> None:
    text = decision.read_text()
    checks = re.findall(
        r"`((?:tests|pyproject|handoff|bot|workers|Makefile)[^`\s:]*)",
        text.partition("## Check")[2],
    )

    headings = re.findall(r"^## (\w+)", text, re.MULTILINE)

    assert headings == ["Context", "Decision", "Consequences", "Rejected", "Check"]
    assert len(text.splitlines()) < 40
    assert checks, "no file is named under Check"
    assert [c for c in checks if not (ROOT / c).exists()] == []


def test_no_tracked_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {hit}"
        for path in tracked()
        for hit in (*(r for r in REGISTRIES if r in text_of(path)), *MACHINE.findall(text_of(path)))
    ]

    assert found == []


def test_the_map_of_the_customers_side_names_every_room() -> None:
    package = ROOT / "bot"
    rooms = {
        path.stem
        for path in package.iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists())
        and not path.name.startswith("_")
    }
    named = set(re.findall(r"`(\w+)/?`", (package / "__init__.py").read_text("utf-8")))

    assert rooms - named == set()
