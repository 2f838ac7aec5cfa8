from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from handoff.__main__ import app
from handoff.signing import Signer

SECRET = "a secret for links only, 32 bytes"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))


def test_links_for_mails_open_the_bot_with_their_order_until_they_end() -> None:
    made = CliRunner().invoke(app, ["link", "W1000001", "W1000002", "--bot", "@shop_bot"])

    links = [line.partition("?start=") for line in made.output.split()]
    now, read = datetime.now(UTC), Signer(SECRET.encode()).read_order_link
    assert {address for address, _, _ in links} == {"https://t.me/shop_bot"}
    assert [read(payload, now) for _, _, payload in links] == ["W1000001", "W1000002"]
    assert read(links[0][2], now + timedelta(days=30)) is None


def test_number_that_fits_no_link_is_named() -> None:
    made = CliRunner().invoke(app, ["link", "W" * 80, "--bot", "shop_bot"])

    assert made.exit_code == 2
    assert "too long for a link" in " ".join(made.output.split())
