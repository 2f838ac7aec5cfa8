"""Named alerts: what is wrong, why, and what to do about it.

A process raises an alert by name (`name` or `name:detail`); pages and the doctor show the remedy.
Pure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alert:
    """What an alert's name stands for."""

    cause: str
    remedy: str


ALERTS = {
    "updates_unreadable": Alert(
        "Telegram sent an update that names no conversation we can read.",
        "Look at it with `python -m handoff doctor dead`; the updates behind it were not held up.",
    ),
    "mail_set_aside": Alert(
        "A message made the bot fail again and again. It was set aside, and a person has the case.",
        "Answer the customer at the desk; then look at the dead letter and mend the cause.",
    ),
    "seeds_broken": Alert(
        "Changed seeds have mistakes; the bot goes on with the content it had.",
        "Run `python -m handoff kb lint`, mend what it names, and save.",
    ),
    "chore_failed": Alert(
        "A background job was given up after its retries. What it should have added is missing.",
        "See `job.failed` in the workers' log, mend the cause, then `python -m workers again`. "
        "A packet keeps the version it had; the alert goes by itself a day later.",
    ),
    "chore_unknown": Alert(
        "A chore names a job that the running workers do not know; it was set aside.",
        "Are all processes of one version? `python -m handoff doctor dead` shows the chore.",
    ),
    "track_stuck": Alert(
        "Background jobs wait for more than half a minute.",
        "Is `python -m workers` running? Start it, or start one more.",
    ),
    "telegram_conflict": Alert(
        "Somebody else polls Telegram with this token.",
        "Stop the other bot; two cannot share one token.",
    ),
    "telegram_token": Alert(
        "Telegram does not accept the token any more.",
        "Ask @BotFather for the token, set BOT_TOKEN, restart.",
    ),
    "telegram_unreachable": Alert(
        "The Bot API does not answer.", "Check the network; Telegram keeps messages for 24 hours."
    ),
    "telegram_backlog": Alert(
        "More than 50 updates wait at Telegram.",
        "Is the bot running, and is the store quick? See its log.",
    ),
    "telegram_webhook": Alert(
        "Telegram did not take the webhook address.",
        "Check BOT_WEBHOOK_URL: https, reachable from outside.",
    ),
    "telegram_profile": Alert(
        "The command list could not be set.",
        "Nothing is lost; it is tried again at the next start.",
    ),
    "telegram_parked": Alert(
        "Telegram asked us to wait for more than a minute.",
        "Words wait and go out later; lower the send rate.",
    ),
    "words_unreadable": Alert(
        "Words in a lane cannot be read, so they were not said; an older version may have written "
        "them.",
        "`python -m handoff doctor CONVERSATION` names them; say them again at the desk.",
    ),
    "chat_migrated": Alert(
        "A Telegram group became a supergroup, which has another id.",
        "Nothing is lost; put the new id where the old one is configured.",
    ),
    "words_refused": Alert(
        "Telegram refused words for good; the customer has not got them.",
        "Look at the conversation with `python -m handoff doctor`, then write from the desk.",
    ),
    "nobody_there": Alert(
        "Customers wait, it is within opening hours, and no agent is at a desk.",
        "Call a colleague.",
    ),
}
UNNAMED = Alert("Something unusual happened.", "See the log around this time.")


def alert_of(name: str) -> Alert:
    """What stands behind an alert's name, with or without a detail behind a colon."""
    return ALERTS.get(name.partition(":")[0], UNNAMED)
