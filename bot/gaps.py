"""What the knowledge did not hold is left for the editors, as a chore of the turn that noticed it.

It decides which turns leave one. The chore carries ids only; the text is masked where it is written
down (`workers.noting.py`).
"""

from __future__ import annotations

from msgspec.structs import replace

from bot.talk import Talk
from bot.understanding.reading import Signal
from handoff.agenda import Chore, Outcome
from handoff.conversation import Author, MessageKind
from handoff.jobs import Job

MESSAGES_MOST = 8


def with_gap(talk: Talk, outcome: Outcome) -> Outcome:
    """The outcome, with a chore when a question had no answer of its own."""
    if not talk.unknown or talk.reading is None or Signal.BOT_MISREAD in talk.reading.signals:
        return outcome
    asked = [
        str(row.revises or row.message_id)
        for row in outcome.rows
        if row.author is Author.CONTACT and row.kind is MessageKind.TEXT and row.message_id
    ]
    if not asked:
        return outcome
    turn = talk.plan.turn
    args = (str(turn.conversation), ",".join(asked[-MESSAGES_MOST:]), turn.token)
    chore = Chore(op=f"gap:{turn.token}", job=Job.NOTE_GAP, args=args)
    return replace(outcome, chores=(*outcome.chores, chore))
