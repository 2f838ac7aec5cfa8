import stat
import string
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from handoff.conversation import ConversationId
from handoff.errors import StartRefused
from handoff.settings import StoreSettings
from handoff.signing import ACTION_LIMIT, SHORTEST_KEY, Signer, secret_key

HERE = ConversationId("tg-4242-10001")
THERE = ConversationId("tg-4242-10002")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SIGNER = Signer(b"k" * 32)


def test_a_press_is_read_back_in_its_conversation_and_epoch() -> None:
    data = SIGNER.sign_action(HERE, 3, "order:WL2026001")

    assert SIGNER.read_action(HERE, 3, data) == "order:WL2026001"


@pytest.mark.parametrize(
    ("conversation", "epoch", "signer"),
    [
        pytest.param(THERE, 3, SIGNER, id="another conversation"),
        pytest.param(HERE, 4, SIGNER, id="a later epoch"),
        pytest.param(HERE, 3, Signer(b"z" * 32), id="another shop's key"),
    ],
)
def test_a_press_from_elsewhere_is_not_read(
    conversation: ConversationId, epoch: int, signer: Signer
) -> None:
    data = SIGNER.sign_action(HERE, 3, "cancel")

    assert signer.read_action(conversation, epoch, data) is None


@pytest.mark.parametrize("forged", ["", "cancel", "..", "x.3.cancel", "é.3.取消", "\ud800.3.x"])
def test_made_up_button_data_is_not_read(forged: str) -> None:
    assert SIGNER.read_action(HERE, 3, forged) is None


def test_an_action_cannot_be_swapped_under_its_signature() -> None:
    tag, epoch, _ = SIGNER.sign_action(HERE, 3, "keep").split(".")

    assert SIGNER.read_action(HERE, 3, f"{tag}.{epoch}.cancel") is None


def test_an_action_may_hold_the_separator() -> None:
    data = SIGNER.sign_action(HERE, 12345, "code.51.bank")

    assert SIGNER.read_action(HERE, 12345, data) == "code.51.bank"


def test_signed_data_never_grows_beyond_what_telegram_takes() -> None:
    longest = SIGNER.sign_action(HERE, 10**6, "a" * 47)

    assert len(longest.encode()) <= ACTION_LIMIT
    with pytest.raises(ValueError):
        SIGNER.sign_action(HERE, 10**6, "退" * 30)


def test_an_order_link_is_read_until_it_expires() -> None:
    payload = SIGNER.order_link("WL20261121-0042", NOW + timedelta(days=3))

    assert SIGNER.read_order_link(payload, NOW) == "WL20261121-0042"
    assert SIGNER.read_order_link(payload, NOW + timedelta(days=3)) is None


def test_an_order_link_hides_its_number_and_fits_a_start_payload() -> None:
    payload = SIGNER.order_link("W" * 32, NOW)

    assert len(payload) <= 64
    assert set(payload) <= set(string.ascii_letters + string.digits + "_-")
    assert "WWW" not in payload
    assert payload[20:] != SIGNER.order_link("W" * 31 + "X", NOW)[20:]


def test_any_changed_letter_spoils_an_order_link() -> None:
    payload = SIGNER.order_link("WL2026", NOW + timedelta(days=1))

    for place in range(len(payload)):
        other = "A" if payload[place] != "A" else "B"
        changed = payload[:place] + other + payload[place + 1 :]
        assert SIGNER.read_order_link(changed, NOW) is None


@pytest.mark.parametrize("payload", ["", "a", "ref_newsletter", "*" * 40, "é" * 20, "A" * 500])
def test_other_start_payloads_are_no_order_links(payload: str) -> None:
    assert SIGNER.read_order_link(payload, NOW) is None


def settings(folder: Path, key: str = "") -> StoreSettings:
    return StoreSettings(data_dir=folder, secret_key=SecretStr(key), _env_file=None)  # type: ignore[call-arg]


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = secret_key(settings(tmp_path / "data"))

    assert secret_key(settings(tmp_path / "data")) == first
    mode = stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode)
    assert mode == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: secret_key(settings(tmp_path)), range(16)))

    assert len(keys) == 1


def test_a_short_key_refuses_the_start(tmp_path: Path) -> None:
    with pytest.raises(StartRefused):
        secret_key(settings(tmp_path, "x" * (SHORTEST_KEY - 1)))
    assert secret_key(settings(tmp_path, "x" * SHORTEST_KEY)) == b"x" * SHORTEST_KEY


def test_an_empty_key_file_refuses_the_start(tmp_path: Path) -> None:
    (tmp_path / "secret.key").touch()

    with pytest.raises(StartRefused):
        secret_key(settings(tmp_path))


def test_a_signer_does_not_show_its_keys() -> None:
    assert repr(Signer(b"top-secret-top-secret")) == "Signer()"
