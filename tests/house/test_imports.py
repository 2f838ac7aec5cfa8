"""Only the bot's Telegram room may import aiogram; every other process must start without it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Imports every module of what is named, and reports what came in and what was opened on the way.
PROBE = """
import importlib, json, pkgutil, sys
opened = []
WATCHED = {"socket.connect", "socket.bind", "subprocess.Popen", "os.fork"}
sys.addaudithook(lambda event, args: opened.append(event) if event in WATCHED else None)
names = json.loads(sys.argv[1])
for name in names:
    module = importlib.import_module(name)
    for found in pkgutil.walk_packages(getattr(module, "__path__", []), name + "."):
        importlib.import_module(found.name)
print(json.dumps({"modules": sorted({m.partition(".")[0] for m in sys.modules}), "opened": opened}))
"""

DEV_ONLY = {"fakeredis", "hypothesis", "playwright", "psutil", "pytest", "telegram", "time_machine"}
PROCESSES = {
    "desk, up and every command of handoff": (["handoff"], {"aiogram", "bot", "workers"}),
    "workers": (["workers"], {"aiogram"}),
    "sandbox": (["bot.sandbox"], {"aiogram"}),
    "predict and the bot's first line": (["bot.__main__", "bot.understanding"], {"aiogram"}),
    "bot": (["bot"], {"workers"}),
}


def imported(names: list[str]) -> dict[str, list[str]]:
    probe = [sys.executable, "-c", PROBE, json.dumps(names)]
    done = subprocess.run(probe, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("process", PROCESSES)
def test_process_starts_without_what_is_not_its_own(process: str) -> None:
    names, foreign = PROCESSES[process]

    seen = imported(names)

    assert not set(seen["modules"]) & (foreign | DEV_ONLY)
    assert seen["opened"] == [], "something connects, binds or starts a process at import time"
