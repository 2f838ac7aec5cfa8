"""The webhook: Telegram calls us, and hears 200 only when the update is written down.

Whoever does not know the secret learns nothing, not even whether the body was well formed. A store
that is away is told as 503 with a time, so that Telegram keeps the update and comes back.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import SecretStr

from bot.settings import BotSettings
from bot.telegram.api import BotApi
from bot.telegram.decoding import NO_NUMBER, Update, update_of
from bot.telegram.errors import TokenRevoked
from bot.telegram.intake import Intake
from bot.telegram.mail import ALLOWED_UPDATES
from handoff.errors import ChannelError, StartRefused, StoreDown
from handoff.ports import House

BODY_LIMIT = 1024 * 1024
WRITE_SECONDS = 1.0
RETRY_AFTER_SECONDS = 2
WEBHOOK_ALERT = "telegram_webhook"
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_RETRY_SECONDS = (1, 2, 5, 10, 30)

log = structlog.get_logger()


class Webhook:
    """Receives updates over HTTP; raises StartRefused when it would have to trust everybody."""

    def __init__(self, api: BotApi, intake: Intake, *, house: House, settings: BotSettings) -> None:
        self._api = api
        self._intake = intake
        self._house = house
        self._settings = settings
        self._secret = _checked(settings.webhook_secret)
        if not settings.webhook_url:
            raise StartRefused(
                "BOT_MODE=webhook needs BOT_WEBHOOK_URL, the address Telegram calls."
            )
        self.path = urlsplit(settings.webhook_url).path or "/"
        if settings.token.get_secret_value() and settings.token.get_secret_value() in self.path:
            raise StartRefused("BOT_WEBHOOK_URL must not hold the token: proxies log addresses.")
        self._runner: web.AppRunner | None = None
        self._announcing: asyncio.Task[None] | None = None
        self._writing: set[asyncio.Task[None]] = set()
        self.port = settings.webhook_port

    def app(self) -> web.Application:
        """The web application, for a server or a test."""
        app = web.Application(client_max_size=BODY_LIMIT, middlewares=[_constant_shape])
        app.router.add_post(self.path, self._receive)
        if self.path != "/healthz":
            app.router.add_get("/healthz", self._health)
        return app

    async def start(self) -> None:
        """Listen, then tell Telegram where; Telegram is asked again in the background when it does
        not answer.
        """
        self._runner = web.AppRunner(self.app(), access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._settings.webhook_host, self._settings.webhook_port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._announcing = asyncio.create_task(self._announce(), name="webhook-announce")

    async def stop(self) -> None:
        """Stop listening; the webhook stays set, Telegram keeps updates until we are back."""
        if self._announcing is not None:
            self._announcing.cancel()
            await asyncio.gather(self._announcing, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()
        await self._intake.close()

    async def _announce(self) -> None:
        call = {
            "url": self._settings.webhook_url,
            "secret_token": self._secret.decode(),
            "allowed_updates": ALLOWED_UPDATES,
            "drop_pending_updates": False,
        }
        for attempt in range(1_000_000):
            try:
                await self._api.call("setWebhook", call)
                await self._house.clear_alert(WEBHOOK_ALERT)
                return
            except TokenRevoked:
                await self._complain("the Bot API does not accept BOT_TOKEN")
                return
            except ChannelError:
                await self._complain("the Bot API did not take BOT_WEBHOOK_URL")
            except StoreDown:
                return
            await asyncio.sleep(_RETRY_SECONDS[min(attempt, len(_RETRY_SECONDS) - 1)])

    async def _complain(self, detail: str) -> None:
        log.error("webhook.not_set")
        try:
            await self._house.alert(WEBHOOK_ALERT, detail)
        except StoreDown:
            log.warning("alert.not_kept", alert=WEBHOOK_ALERT)

    async def _health(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def _receive(self, request: web.Request) -> web.Response:
        given = request.headers.get(_SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return _answer(401)
        if request.content_length is not None and request.content_length > BODY_LIMIT:
            return _answer(413)
        update = update_of(await request.read())
        if update.update_id == NO_NUMBER:
            return _answer(400)
        return _answer(200 if await self._written(update) else 503)

    async def _written(self, update: Update) -> bool:
        """Write it down in time; a write that is late goes on, and hands its turns over itself."""
        writing = asyncio.create_task(self._intake.receive([update]))
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)
        await asyncio.wait({writing}, timeout=WRITE_SECONDS)
        if not writing.done():
            writing.add_done_callback(_looked_at)
            return False
        try:
            writing.result()
        except StoreDown:
            return False
        return True


@web.middleware
async def _constant_shape(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every refusal looks the same: a status, no body, no trace of what went wrong."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        return _answer(error.status)
    except ConnectionError:
        raise
    except Exception as error:
        log.error("webhook.broke", error=type(error).__name__)
        return _answer(503)


def _looked_at(late: asyncio.Task[None]) -> None:
    if not late.cancelled() and late.exception():
        log.warning("webhook.late_write_failed")


def _answer(status: int) -> web.Response:
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 503 else {}
    return web.Response(status=status, headers=headers)


def _checked(secret: SecretStr) -> bytes:
    value = secret.get_secret_value()
    if not _SECRET.fullmatch(value):
        raise StartRefused(
            "BOT_MODE=webhook needs BOT_WEBHOOK_SECRET, 1 to 256 of A-Z a-z 0-9 _ -: "
            "without it anybody could send us updates."
        )
    return value.encode()
