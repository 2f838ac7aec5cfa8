"""How a bot receives: long poll or webhook, one of the two."""

from __future__ import annotations

import re

from bot.sandbox.errors import Json, bad_request, conflict
from bot.sandbox.methods.call import Call
from bot.sandbox.updates import OTHER_POLLER

LONGEST_POLL_SECONDS = 50
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ADDRESS = re.compile(r"https?://[^\s/]+(/\S*)?")
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


async def get_updates(call: Call) -> bytes:
    """The next updates as JSON, waiting up to `timeout` seconds when there is none."""
    if call.bot.webhook.get("url"):
        raise conflict(WEBHOOK_ACTIVE)
    updates = call.bot.updates
    _remember_allowed(call)
    offset = call.params.integer("offset")
    limit = min(max(call.params.integer("limit", 100), 1), 100)
    seconds = min(max(call.params.integer("timeout"), 0), LONGEST_POLL_SECONDS)
    _polling(call)
    updates.interrupt(OTHER_POLLER)
    batch = updates.take(offset, limit)
    if not batch and seconds:
        await updates.wait(seconds)
        call.bot.polled_at = call.now
        batch = updates.take(offset, limit)
    if batch:
        # An update that a crash could make us forget must not be seen: its id would come again.
        await call.exchange.journal.written()
    return b"[%s]" % b",".join(pending.body for pending in batch)


def set_webhook(call: Call) -> bool:
    """Deliver by POST from now on; an empty address means long polling again."""
    url = call.params.text("url")
    if not url:
        return delete_webhook(call)
    if not _ADDRESS.fullmatch(url):
        raise bad_request("bad webhook: invalid URL specified")
    secret = call.params.text("secret_token")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    _remember_allowed(call)
    _drop_pending(call)
    call.bot.updates.interrupt("terminated by setWebhook request")
    call.bot.webhook = {
        "url": url,
        "secret_token": secret,
        "max_connections": min(max(call.params.integer("max_connections", 40), 1), 100),
    }
    call.exchange.world.save_bot(call.bot)
    call.exchange.world.turn_to(call.bot)
    call.exchange.world.tell_of_bot(call.bot)
    call.exchange.webhooks.follow(call.bot)
    return True


def delete_webhook(call: Call) -> bool:
    """Stop delivering by POST; what waits can be polled."""
    _drop_pending(call)
    if call.bot.webhook:
        call.bot.webhook = {}
        call.exchange.webhooks.follow(call.bot)
        call.exchange.world.save_bot(call.bot)
        call.exchange.world.tell_of_bot(call.bot)
    return True


def get_webhook_info(call: Call) -> Json:
    """The webhook, how much waits, and what went wrong last."""
    webhook = call.bot.webhook
    info: Json = {
        "url": webhook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": call.bot.updates.count(),
    }
    for name in ("max_connections", "last_error_date", "last_error_message"):
        if name in webhook:
            info[name] = webhook[name]
    if call.bot.updates.allowed is not None:
        info["allowed_updates"] = sorted(call.bot.updates.allowed)
    return info


def _polling(call: Call) -> None:
    seen = call.bot.connected(call.now)
    call.bot.polled_at = call.now
    call.exchange.world.turn_to(call.bot)
    if not seen:
        call.exchange.world.tell_of_bot(call.bot)


def _remember_allowed(call: Call) -> None:
    wanted = call.params.json("allowed_updates")
    if wanted is None:
        return
    if not isinstance(wanted, list):
        raise bad_request("can't parse allowed_updates: array of strings expected")
    allowed = frozenset(str(kind) for kind in wanted) or None
    if allowed != call.bot.updates.allowed:
        call.bot.updates.allowed = allowed
        call.exchange.world.save_bot(call.bot)


def _drop_pending(call: Call) -> None:
    if call.params.flag("drop_pending_updates"):
        call.bot.updates.clear()
