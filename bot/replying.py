"""Make the bot's own reply: every act and every question of a turn, answered once, together.

It decides what is answered and in which order; the answers themselves stand in `bot/answers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from bot.answers.adding import take_up
from bot.answers.arranging import (
    OPENS,
    ask_again,
    doubt_yes,
    go_on,
    keep_open,
    only_settles,
    open_order,
    settle_form,
    take_up_dropped,
    tell_again,
)
from bot.answers.articles import (
    answer_from_articles,
    answer_if_certain,
    open_article,
    tell_usual,
)
from bot.answers.asides import answer_aside
from bot.answers.behind import answer_behind
from bot.answers.choosing import choose_order, choose_remedy
from bot.answers.closing import come_back, hear_in_words, hear_whether_it_helped
from bot.answers.complaints import hear_complaint, listens, note_file
from bot.answers.courtesy import (
    answer_act,
    answer_call,
    answer_courtesy,
    answer_out_of_scope,
    greet,
    hear_out,
    hear_remark,
    offer_menu,
)
from bot.answers.following import keep_word, tell_arrived
from bot.answers.forming import begin, begun_by, hear_form
from bot.answers.goods import answer_of_goods
from bot.answers.leading import follow_lead, forget_lead, lead_on, sees_to_fault
from bot.answers.lookups import look_up
from bot.answers.orders import answer_order
from bot.answers.paying import go_on_paying
from bot.answers.payments import answer_paid, answer_payment
from bot.answers.proving import explain_proof
from bot.answers.several import APART, QUESTIONS_MAX, answered_beside, questions_in, words_for
from bot.answers.showing import shows_piece
from bot.answers.states import note_proven
from bot.answers.subjects import ask_back, tell_topic
from bot.answers.telling import awaits_order, explains_again, tell_example
from bot.cues import Cue
from bot.filling import Move
from bot.hearing import Act, ActKind
from bot.questions import is_wordless
from bot.reasons import CaseReason
from bot.slots import ORDER_INTENTS, PROOFS, gives_slot, only_names_an_order, shop_numbers
from bot.talk import Talk
from bot.tone import numbered
from bot.understanding.reading import Emotion, Intent, Reading, Signal

MISSES_BEFORE_HANDOFF = 3
_UNSPOKEN = frozenset({ActKind.FILE, ActKind.STICKER, ActKind.VOICE, ActKind.OTHER, ActKind.EMPTY})
"""What needs no line of its own beside words that say what is wanted."""
_DOUBTED = 0.6
"""A greeting that is read with less may be about an order of theirs, when it says so."""
SCOPE_SURE = 0.3
"""From here on the reader knows that a message is not about the shop."""


def make_reply(talk: Talk) -> None:
    """Answer everything the turn holds; what a person must do is noted in `talk.hand`."""
    first = not talk.state.greeted
    talk.state = talk.state.changed(greeted=True, dropped=None)
    forget_lead(talk)
    if talk.plan.has(ActKind.RESOLVED):
        come_back(talk)
    written = talk.reading is not None
    note_proven(talk)
    settled = settle_form(talk)
    for act in talk.plan.acts:
        if not (written and act.kind in _UNSPOKEN):
            _answer_act(talk, act)
    if talk.reading is not None and not (settled and only_settles(talk, talk.reading)):
        _answer_text(talk, talk.reading)
    keep_open(talk)
    if talk.reading is not None and not (talk.layout.parts or talk.hand):
        _answer_at_least(talk, talk.reading)
    doubt_yes(talk)
    if talk.plan.has(ActKind.EXPIRED) and not (talk.layout.parts or talk.hand):
        answer_act(talk, Act(ActKind.MENU))
    if talk.missed and talk.state.misses + 1 >= MISSES_BEFORE_HANDOFF:
        talk.hand = talk.hand or CaseReason.BOT_FAILED
    if first and (written or talk.plan.acts) and not talk.plan.has(ActKind.RESOLVED):
        _first_contact(talk)


def _answer_at_least(talk: Talk, reading: Reading) -> None:
    """Nothing was understood: an order that was named is told all the same."""
    if shop_numbers(reading):
        answer_order(talk, Intent.ORDER_STATUS)
    else:
        ask_again(talk, reading.text, reading.intent)


def _first_contact(talk: Talk) -> None:
    """Hello and what is kept: the long way when nothing was asked, else one short line."""
    if talk.hello and not (talk.answered or talk.asked or talk.upset):
        talk.layout.parts = []
        talk.layout.buttons = []
        greet(talk)
    else:
        talk.layout.closers.append(talk.voice.say("privacy.notice"))


_PAID = frozenset({ActKind.WALLET, ActKind.CHARGED})
_HANDED = {
    ActKind.HUMAN: CaseReason.EXPLICIT_REQUEST,
    ActKind.UNDELIVERED: CaseReason.UNDELIVERED,
}


def _answer_act(talk: Talk, act: Act) -> None:
    if act.kind is ActKind.START:
        talk.light = talk.hello = True
        if not talk.plan.has(ActKind.ORDER):
            talk.tell("menu.ask")
            offer_menu(talk)
    elif act.kind in _HANDED:
        talk.hand = _HANDED[act.kind]
    elif act.kind is ActKind.PHONE and lead_on(talk):
        talk.layout.parts.insert(0, talk.voice.say("phone.bound"))
    elif act.kind in OPENS:
        open_order(talk, act)
    elif act.kind is ActKind.FILE and talk.plan.move is Move.GOES_ON:
        if not shows_piece(talk):
            talk.tell("heard.file_kept")
        go_on(talk)
    elif act.kind in _PAID:
        answer_paid(talk, act)
    elif act.kind in _VALUED:
        _VALUED[act.kind](talk, act.value)
    else:
        answer_act(talk, act)


def _answer_topic(talk: Talk, topic: str) -> None:
    if topic in ORDER_INTENTS:
        answer_order(talk, topic)
    else:
        tell_topic(talk, topic)


_VALUED = {
    ActKind.DUE: keep_word,
    ActKind.ARRIVED: tell_arrived,
    ActKind.HELPED: hear_whether_it_helped,
    ActKind.TOPIC: _answer_topic,
    ActKind.ARTICLE: open_article,
    ActKind.EXAMPLE: tell_example,
}


def _answer_text(talk: Talk, reading: Reading) -> None:
    before = talk.plan.before
    if _takes_up(talk, reading):
        return
    if before.asks and before.goal and gives_slot(before, talk.state, reading):
        _answer_intent(talk, Intent(talk.state.goal), reading.text)
        return
    given = reading.entities.payment_code or shop_numbers(reading)
    misread = Signal.BOT_MISREAD in reading.signals and before.recent and not given
    misread = misread and not (before.asks in PROOFS and reading.intent in ORDER_INTENTS)
    if misread and not begun_by(talk, reading.intent):
        ask_back(talk, reading.text, reading.intent)
        return
    wanted: list[Intent] = [one for one in reading.intents if one is not Intent.GREETING_THANKS]
    if talk.plan.apart and not ORDER_INTENTS.intersection(wanted):
        wanted.insert(QUESTIONS_MAX - 1, Intent.ORDER_STATUS)
    pleased = reading.emotion is Emotion.POSITIVE
    polite = pleased or any(map(talk.cue, (Cue.THANKS, Cue.FAREWELL, Cue.THERE)))
    if not (wanted or polite) and talk.cue(Cue.MINE) and reading.confidence < _DOUBTED:
        wanted = [Intent.ORDER_STATUS]
    if not wanted and not begun_by(talk, reading.intent):
        if polite or not answer_if_certain(talk, reading.text):
            answer_courtesy(talk)
        return
    wanted = wanted or [reading.intent]
    if only_names_an_order(reading) and not begun_by(talk, reading.intent):
        wanted = [Intent.ORDER_STATUS]
    _answer_questions(talk, reading, questions_in(talk, wanted))
    if before.asks and talk.answered and not talk.asked:
        # Somebody who asks something else instead is not asked for the slot again and again.
        talk.state = talk.state.changed(asks="", goal="")


def _takes_up(talk: Talk, reading: Reading) -> bool:
    """Whether the text goes on with what was said last: answers it, chooses, or has seen it."""
    if talk.calls:
        answer_call(talk)
        return True
    return (
        hear_in_words(talk, reading)
        or explain_proof(talk, reading)
        or choose_remedy(talk, reading)
        or answer_aside(talk)
        or hear_form(talk, reading)
        or note_file(talk, reading)
        or take_up(talk, reading)
        or go_on_paying(talk, reading)
        or follow_lead(talk, reading)
        or choose_order(talk)
        or explains_again(talk)
        or take_up_dropped(talk)
        or hear_remark(talk)
        or answer_behind(talk, reading)
        or hear_out(talk, reading)
    )


def _answer_questions(talk: Talk, reading: Reading, asked: Sequence[Intent]) -> None:
    """What is known comes first, numbered when it is several; what is missing is asked last."""
    before = talk.layout.parts
    if begins := [intent for intent in asked if begun_by(talk, intent)]:
        # What is arranged answers for all that is said about the same order.
        apart = APART | ORDER_INTENTS if talk.plan.apart else APART
        asked = [begins[0], *(intent for intent in asked if intent in apart)]
    known: list[tuple[int, str]] = []
    missing: list[str] = []
    for intent in asked:
        talk.layout.parts = []
        asking = talk.asked
        text = words_for(talk, reading, intent, alone=len(asked) == 1)
        _answer_intent(talk, intent, text)
        told = ("\n" if len(asked) > 1 else "\n\n").join(talk.layout.parts)
        if talk.asked and not asking:
            missing.append(told)
        else:
            known.append((reading.text.find(text), told))
    if awaits_order(talk) and not talk.asked:
        talk.layout.parts = []
        answer_order(talk, Intent.ORDER_STATUS)
        missing += talk.layout.parts
    if not begins:
        known += answered_beside(talk, reading.text, len(known) + len(missing))
    in_order = dict.fromkeys(told for _place, told in sorted(known, key=itemgetter(0)) if told)
    talk.layout.parts = [*before, *numbered([*in_order]), *filter(None, missing)]


def _answer_intent(talk: Talk, intent: Intent, text: str) -> None:
    if _begins(talk, intent):
        return
    if intent in ORDER_INTENTS:
        look_up(talk, intent, text)
    elif intent is Intent.PAYMENT_ERROR:
        _answer_paying(talk, text)
    elif intent is Intent.HUMAN_REQUEST:
        _answer_request(talk, text)
    elif _beside_the_shop(talk, intent):
        answer_out_of_scope(talk, text)
    elif intent is Intent.COMPLAINT and listens(talk):
        hear_complaint(talk)
    elif _answer_known(talk, text, intent):
        return
    elif intent is Intent.OUT_OF_SCOPE:
        ask_again(talk, text, intent)
    elif intent is Intent.COMPLAINT:
        hear_complaint(talk)
    else:
        tell_usual(talk, text, intent)


def _answer_paying(talk: Talk, text: str) -> None:
    """What it costs to have arranged what waits for a yes; else what a payment needs."""
    if not tell_again(talk):
        answer_payment(talk, text)


def _begins(talk: Talk, intent: Intent) -> bool:
    """Whether something is arranged now: what they wish for, or what a fault calls for."""
    if policy := begun_by(talk, intent):
        begin(talk, policy)
        return True
    return sees_to_fault(talk, intent)


def _answer_known(talk: Talk, text: str, intent: Intent) -> bool:
    if intent is Intent.PRODUCT_QUESTION:
        return answer_of_goods(talk, text)
    return answer_from_articles(talk, text, intent)


def _beside_the_shop(talk: Talk, intent: Intent) -> bool:
    """Whether the words speak of something else; words that say nothing at all are a miss."""
    reading = talk.reading
    if talk.cue(Cue.BOT_QUESTION):
        return True
    if reading is None or intent is not Intent.OUT_OF_SCOPE:
        return False
    return reading.confidence >= SCOPE_SURE and not is_wordless(reading.normal)


def _answer_request(talk: Talk, text: str) -> None:
    """Whoever wants a person gets one; who asked for opening hours or took it back does not."""
    reading = talk.reading
    if reading is not None and reading.takes_back:
        talk.light = True
        talk.tell("courtesy.taken_back")
        return
    asks = reading is None or reading.asks_person
    if asks or not answer_from_articles(talk, text, Intent.HUMAN_REQUEST):
        talk.hand = talk.hand or CaseReason.EXPLICIT_REQUEST
