"""Named alerts: what is wrong, why, what to do about it, and when it is over.

A process raises an alert by name (`name` or `name:detail`). It stays open for `lasts_seconds` from
the last time it was raised, so trouble that is over closes its alert by itself, whichever process
raised it and whether that still lives. `docs/alerts.md` lists them for people, `alerts_zh.py` has
their words in Chinese. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from handoff.alerts_zh import CHINESE
from handoff.alerts_zh import UNNAMED as UNNAMED_ZH


@dataclass(frozen=True, slots=True)
class Alert:
    """What an alert's name stands for. `clears` says when it closes, as a clause."""

    cause: str
    remedy: str
    clears: str
    lasts_seconds: float = 30


LOOKED_AT = "a few seconds after a look finds it over"
EVENT = "ten minutes after it last happened"
EVENT_SECONDS = 600

ALERTS = {
    "store_down": Alert(
        "Redis does not answer, or refuses to write.",
        "Is the server running, has it memory and disk? Customers' messages wait at Telegram.",
        "the store answers again; told in logs, chat and webhook only, as nothing can be kept",
    ),
    "memory_high": Alert(
        "The store uses more than 60 % of its memory.",
        "Give it more memory (`maxmemory`), or shorten what is kept. Nothing is lost yet.",
        LOOKED_AT,
    ),
    "memory_full": Alert(
        "The store uses more than 80 % of its memory; at 100 % intake stops.",
        "Give it more memory now; nothing is ever evicted to make room.",
        LOOKED_AT,
    ),
    "disk_filling": Alert(
        "A disk we write to has little room left; a full disk stops the store.",
        "Make room, or move DATA_DIR and FILES_DIR to a larger disk.",
        LOOKED_AT,
    ),
    "process_missing": Alert(
        "A process that was at work has stopped reporting, and no other took its place.",
        "Look why it ended (its log), and start it again.",
        "it reports again, another of its kind has started since, or a day has passed",
    ),
    "turns_late": Alert(
        "Customers' messages wait for more than half a minute before anybody thinks about them.",
        "Is a bot with the role `turns` running, and is the machine overloaded? Start one more.",
        LOOKED_AT,
    ),
    "sends_late": Alert(
        "Words wait for more than a minute before they are said.",
        "Is a bot with the role `sends` running? More than Telegram's limits cannot be said.",
        LOOKED_AT,
    ),
    "turns_failing": Alert(
        "Turns end with an exception; what keeps failing is set aside, and a person takes over.",
        "See `turn.failed` in the bot's log, and mend the cause.",
        "five minutes after the last one",
        300,
    ),
    "records_newer": Alert(
        "A later version of Warmline wrote something that this one cannot read; it is parked.",
        "Start the later version again; it takes up by itself what is parked. To stay with this "
        "one, `python -m handoff repair adopt all`.",
        "a minute after it was last met",
        60,
    ),
    "shop_down": Alert(
        "The shop's own system does not answer in time; customers are told so and handed over.",
        "Look at the shop's interface; it is asked again by itself every few seconds.",
        "it answers again, or half a minute after it was last asked in vain",
    ),
    "products_unwritten": Alert(
        "Goods were sold for 48 hours, and no article names them.",
        "Run `python -m handoff kb stale`, then add their words to an article's `products`.",
        "a look every ten minutes finds an article for each, or nobody has looked for 25 minutes",
        1500,
    ),
    "llm_down": Alert(
        "The language model behind LLM_URL fails or is too slow; rule mode answers everything.",
        "See the detail, then the endpoint, LLM_KEY and LLM_MODEL; it is asked again by itself. "
        "Customers lose nothing but its wording. Without LLM_URL it is off.",
        "it answers again, or a minute and a half after it was last asked in vain",
    ),
    "updates_unreadable": Alert(
        "Telegram sent an update that names no conversation we can read.",
        "Look at it with `python -m handoff doctor dead`; the updates behind it were not held up.",
        EVENT,
        EVENT_SECONDS,
    ),
    "mail_set_aside": Alert(
        "A message could not be read or decided. It was set aside, and a person has the case.",
        "Answer the customer at the desk; then look at the dead letter and mend the cause.",
        EVENT,
        EVENT_SECONDS,
    ),
    "dead_letters": Alert(
        "Something was set aside and nobody has looked after it yet.",
        "`python -m handoff doctor dead` lists it; replay it or drop it there.",
        "the last one is replayed or dropped",
    ),
    "dead_letters_full": Alert(
        "So much was set aside that soon the oldest must go.",
        "Replay or drop dead letters now: `python -m handoff doctor dead`.",
        LOOKED_AT,
    ),
    "seeds_broken": Alert(
        "Changed seeds have mistakes; the bot goes on with the content it had.",
        "Run `python -m handoff kb lint`, mend what it names, and save.",
        "the seeds can be read again",
    ),
    "archive_down": Alert(
        "The archive's database does not answer. Chats go on; the store keeps what it lacks.",
        "Start the database, or mend DATABASE_URL. What piled up is moved by itself.",
        "a round of the archive works again, or two minutes after the last that did not",
        120,
    ),
    "archive_old": Alert(
        "The archive's tables are of an older form than this version writes.",
        "Run `python -m handoff archive migrate`.",
        "a round of the archive works again, or two minutes after the last that did not",
        120,
    ),
    "archive_gap": Alert(
        "The archive was away for longer than events are kept: some are missing in it.",
        "Transcripts and cases are whole. Watch `archive_down` more closely.",
        EVENT,
        EVENT_SECONDS,
    ),
    "chore_failed": Alert(
        "A background job was given up after its retries. What it should have added is missing.",
        "See `job.failed` in the workers' log, mend the cause, then `python -m workers again`. "
        "A packet keeps the version it had.",
        "no job given up is left; they are forgotten after a day",
    ),
    "chore_lost": Alert(
        "A background job should have run and RQ had it nowhere. It was put on its track anew.",
        "Nothing to do for this one. When it comes back, look at the server RQ is kept on.",
        EVENT,
        EVENT_SECONDS,
    ),
    "chore_unknown": Alert(
        "A chore names a job that the running workers do not know; it was set aside.",
        "Are all processes of one version? `python -m handoff doctor dead` shows the chore.",
        EVENT,
        EVENT_SECONDS,
    ),
    "worker_deaf": Alert(
        "A worker process lived and took no jobs; it was ended, and another started in its place.",
        "Nothing to do for this one. When it comes back, look at the line between it and Redis.",
        EVENT,
        EVENT_SECONDS,
    ),
    "track_stuck": Alert(
        "Background jobs wait for more than half a minute.",
        "Is `python -m workers` running? Start it, or start one more.",
        LOOKED_AT,
    ),
    "telegram_conflict": Alert(
        "Somebody else polls Telegram with this token.",
        "Stop the other bot; two cannot share one token.",
        "polling works again, or a minute after the last refusal",
        60,
    ),
    "telegram_token": Alert(
        "Telegram does not accept the token any more.",
        "Ask @BotFather for the token, set BOT_TOKEN, restart.",
        "a call works again, or two minutes after the last refusal",
        120,
    ),
    "telegram_unreachable": Alert(
        "The Bot API does not answer.",
        "Check the network; Telegram keeps messages for 24 hours.",
        "three quarters of a minute after the last failure",
        45,
    ),
    "telegram_backlog": Alert(
        "More than 50 updates wait at Telegram.",
        "Is the bot running, and is the store quick? See its log.",
        "fewer wait, or nobody has looked for 75 seconds",
        75,
    ),
    "telegram_webhook": Alert(
        "Telegram did not take the webhook address.",
        "Check BOT_WEBHOOK_URL: https, reachable from outside.",
        "Telegram takes it, or two minutes after the last refusal",
        120,
    ),
    "telegram_profile": Alert(
        "The command list could not be set.",
        "Nothing is lost; it is tried again at the next start.",
        EVENT,
        EVENT_SECONDS,
    ),
    "telegram_parked": Alert(
        "Telegram asked us to wait for more than a minute.",
        "Words wait and go out later; lower the send rate.",
        "the time Telegram asked for is over",
        60,
    ),
    "chat_migrated": Alert(
        "A Telegram group became a supergroup, which has another id.",
        "Nothing is lost; put the new id where the old one is configured.",
        EVENT,
        EVENT_SECONDS,
    ),
    "words_unreadable": Alert(
        "Words in a lane cannot be read, so they were not said; an older version may have written "
        "them.",
        "`python -m handoff doctor CONVERSATION` names them; say them again at the desk.",
        EVENT,
        EVENT_SECONDS,
    ),
    "words_refused": Alert(
        "Telegram refused words for good. The conversation has gone, or stays, with a person.",
        "Look at the case at the desk; the words are marked there.",
        EVENT,
        EVENT_SECONDS,
    ),
    "words_unsure": Alert(
        "Telegram never told whether words arrived, twice. They are not said a third time.",
        "Nothing to do: an answer is decided again, an agent's words are marked in the case.",
        EVENT,
        EVENT_SECONDS,
    ),
    "alerts_untold": Alert(
        "Alerts could not be told to HANDOFF_ALERT_CHAT_ID or HANDOFF_ALERT_WEBHOOK_URL.",
        "Is the id or address right? The chat's owner must have written to the bot first.",
        "an alert is told again",
        60,
    ),
    "nobody_there": Alert(
        "Customers wait, it is within opening hours, and no agent is at a desk.",
        "Call a colleague.",
        LOOKED_AT,
    ),
}
UNNAMED = Alert("Something unusual happened.", "See the log around this time.", EVENT)


def alert_of(name: str, language: str = "en") -> Alert:
    """What stands behind an alert's name, with or without a detail behind a colon; its cause and
    remedy are told in `language`.
    """
    kind = name.partition(":")[0]
    alert = ALERTS.get(kind, UNNAMED)
    if language == "en":
        return alert
    cause, remedy = CHINESE.get(kind, UNNAMED_ZH)
    return replace(alert, cause=cause, remedy=remedy)
