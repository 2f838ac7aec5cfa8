"""Sign what leaves the house and comes back: buttons and order links; and keep the key they are
signed with.

A button holds for one conversation and one epoch. A link hides its order number and expires; it
only preselects an order, who may see it is still asked. Nothing here knows Telegram, but its sizes
(64) are kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from datetime import datetime
from pathlib import Path

from handoff.conversation import ConversationId
from handoff.errors import StartRefused
from handoff.settings import StoreSettings

ACTION_LIMIT = 64
"""Bytes of signed button data, and characters of a start payload."""
SHORTEST_KEY = 16
_BUTTON_TAG = 8
_LINK_TAG = 12
_STAMP = 4
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


class Signer:
    """Signs and reads with keys derived from one secret, one key a purpose."""

    __slots__ = ("_button", "_link", "_mask")

    def __init__(self, secret: bytes) -> None:
        self._button = _derive(secret, b"button")
        self._link = _derive(secret, b"link")
        self._mask = _derive(secret, b"mask")

    def __repr__(self) -> str:
        return "Signer()"

    def sign_action(self, conversation: ConversationId, epoch: int, action: str) -> str:
        """Button data for `action`, at most 64 bytes; raises ValueError when the action is too
        long for that.
        """
        body = f"{_base36(epoch)}.{action}"
        data = f"{self._tag(conversation, body)}.{body}"
        if len(data.encode()) > ACTION_LIMIT:
            raise ValueError("the action of a button is too long")
        return data

    def read_action(self, conversation: ConversationId, epoch: int, data: str) -> str | None:
        """The action behind a press; None when it is forged, of another conversation, or of an
        earlier epoch.
        """
        tag, _, body = data.partition(".")
        stamp, _, action = body.partition(".")
        expected = self._tag(conversation, body)
        if not hmac.compare_digest(tag.encode(errors="replace"), expected.encode()):
            return None
        return action if stamp == _base36(epoch) else None

    def order_link(self, order_no: str, expires: datetime) -> str:
        """A start payload that preselects an order until `expires`; raises ValueError when the
        number is too long.
        """
        body = int(expires.timestamp()).to_bytes(_STAMP, "big") + order_no.encode()
        tag = hashlib.blake2b(body, key=self._link, digest_size=_LINK_TAG).digest()
        payload = _text(tag + self._masked(tag, body))
        if len(payload) > ACTION_LIMIT:
            raise ValueError("the order number is too long for a link")
        return payload

    def read_order_link(self, payload: str, now: datetime) -> str | None:
        """The order number behind a start payload; None when it is forged or expired."""
        raw = _bytes(payload)
        if raw is None or len(raw) <= _LINK_TAG + _STAMP:
            return None
        tag, body = raw[:_LINK_TAG], self._masked(raw[:_LINK_TAG], raw[_LINK_TAG:])
        expected = hashlib.blake2b(body, key=self._link, digest_size=_LINK_TAG).digest()
        if not hmac.compare_digest(tag, expected):
            return None
        if int.from_bytes(body[:_STAMP], "big") <= now.timestamp():
            return None
        return body[_STAMP:].decode()

    def _tag(self, conversation: ConversationId, body: str) -> str:
        text = f"{conversation}\n{body}".encode(errors="replace")
        return _text(hashlib.blake2b(text, key=self._button, digest_size=_BUTTON_TAG).digest())

    def _masked(self, tag: bytes, body: bytes) -> bytes:
        # The tag doubles as the nonce: two bodies share a mask only when they are the same body.
        mask = hashlib.blake2b(tag, key=self._mask, digest_size=64).digest()
        return bytes(a ^ b for a, b in zip(body, mask, strict=False))


def secret_key(settings: StoreSettings) -> bytes:
    """SECRET_KEY, or the key in DATA_DIR, made there once; raises StartRefused for one too short
    to protect anything.
    """
    given = settings.secret_key.get_secret_value()
    if not given:
        return _kept_key(settings.data_dir / "secret.key")
    if len(given) < SHORTEST_KEY:
        raise StartRefused(
            f"SECRET_KEY is shorter than {SHORTEST_KEY} characters. "
            "Take a longer one, or leave it empty: then one is made in DATA_DIR."
        )
    return given.encode()


def _kept_key(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make_key(path)
    path.chmod(0o600)
    key = path.read_bytes().strip()
    if len(key) < SHORTEST_KEY:
        raise StartRefused(
            f"{path.name} in DATA_DIR holds no key. Put the old one back, or remove it."
        )
    return key


def _make_key(path: Path) -> None:
    """Write a new key beside its place and link it there: of two processes that start at once, one
    key wins.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(32).encode())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return hmac.digest(secret, b"warmline:" + purpose, "sha256")


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _ALPHABET[rest] + digits
    return digits or "0"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes | None:
    if not text.isascii() or len(text) > ACTION_LIMIT:
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    return raw if _text(raw) == text else None
