"""Ask for the evidence a matter needs, one piece at a time; an album brings several at once.

Which pieces those are the verdict says. Whoever has none goes on without: a person sees from the
packet what is missing.
"""

from __future__ import annotations

from bot.answers.asking import ask, form_button
from bot.forms import NO, Form
from bot.hearing import ActKind
from bot.pieces import PIECES, asked_for, labelled, lacking
from bot.talk import Talk
from handoff.policies import Verdict

KEEP_BOX = "keep_box"


def shows_piece(talk: Talk) -> bool:
    """Whether this turn brings the piece that was asked for."""
    form = talk.state.form
    return form is not None and form.asks_piece and talk.plan.has(ActKind.FILE)


def missing_pieces(talk: Talk, form: Form, verdict: Verdict) -> tuple[str, ...]:
    """The evidence that has not come, when what was sent lately is taken for it."""
    wanted = asked_for(verdict.materials)
    if not wanted:
        return ()
    now_ms = int(talk.voice.now.timestamp() * 1000)
    sent = labelled(talk.state.sent, wanted, form.order_no, now_ms=now_ms)
    talk.state = talk.state.changed(sent=sent)
    return lacking(sent, wanted, form.order_no)


def thank_for_piece(talk: Talk, form: Form) -> None:
    """Say that what was asked for has come."""
    before = talk.plan.before.form
    if before is not None and before.asks_piece and talk.plan.has(ActKind.FILE):
        talk.tell("form.piece_kept", order_no=form.order_no)


def ask_piece(talk: Talk, form: Form, verdict: Verdict, missing: tuple[str, ...]) -> None:
    """Ask for the first missing piece, and say how many there are."""
    wanted = asked_for(verdict.materials)
    ask(talk, form, missing[0], "")
    piece = talk.voice.both(talk.seeds.policies.materials[missing[0]])
    number = wanted.index(missing[0]) + 1
    key = "form.piece" if len(missing) == 1 else "form.piece_of"
    talk.tell(key, piece=piece, number=number, count=len(wanted))
    form_button(talk, form, talk.voice.say("button.form.no_photo"), f"{PIECES}:{NO}")


def go_without(talk: Talk, form: Form) -> None:
    """Nobody is sent away for a picture: say once that it goes on with what there is."""
    before = talk.plan.before.form
    if before is not None and before.asks_piece and form.told.get(PIECES) == NO:
        talk.tell("form.piece_none")


def not_asked_again(form: Form, verdict: Verdict) -> tuple[str, ...]:
    """The evidence, which has come by now or is not there; who has none has no box to keep."""
    kept = (KEEP_BOX,) if form.told.get(PIECES) == NO else ()
    return (*asked_for(verdict.materials), *kept)
