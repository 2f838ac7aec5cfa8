"""Small talk and the edges of it: greetings, thanks, who is speaking, what the bot cannot take in.

Friendly to who is in the mood for it; somebody upset gets none of it.
"""

from __future__ import annotations

from bot.answers.articles import answer_if_certain
from bot.answers.finding import GENERAL, find_article
from bot.answers.subjects import MISSES_BEFORE_OFFER, TOPICS, ask_back, leave_alone
from bot.answers.telling import tell_article
from bot.cues import Cue
from bot.hearing import Act, ActKind
from bot.reasons import CaseReason
from bot.talk import Talk
from bot.tone import CALM
from bot.understanding.reading import Emotion, Intent, Reading, Signal
from handoff.text import Language

_SURE = 0.5
_FEW_CHARS_ZH, _FEW_CHARS_EN = 24, 64
_BRIEF_ZH, _BRIEF_EN = 8, 24
LANGUAGES = (Language.ZH_HANS, Language.ZH_HANT, Language.EN)


def offer_menu(talk: Talk) -> None:
    """The buttons of the menu; the way to a person is always under them."""
    talk.offer("order")
    talk.offer("track")
    for topic in TOPICS[2:]:
        talk.offer(f"topic:{topic}", f"topic.{topic}")


def greet(talk: Talk) -> None:
    """The greeting of a first contact: who speaks, what can be done, what is kept."""
    name = talk.state.contact.name
    if name:
        talk.tell("greeting.named", name=name)
    else:
        talk.tell("greeting.first")
    talk.tell("greeting.can")
    talk.tell("privacy.notice")
    talk.light = True
    offer_menu(talk)


def hear_remark(talk: Talk) -> bool:
    """Take a bare yes or no while nothing is arranged; False when it is something else.

    A yes opens what we guessed when we asked back, and after two misses calls the person offered.
    """
    before = talk.plan.before
    if not talk.plan.remark or before.asks or before.form is not None:
        return False
    guess = talk.article(before.guess) if talk.plan.agrees and before.misses else None
    if talk.plan.agrees and before.misses >= MISSES_BEFORE_OFFER:
        talk.hand = talk.hand or CaseReason.EXPLICIT_REQUEST
    elif guess is not None:
        tell_article(talk, guess)
    else:
        answer_courtesy(talk)
    return True


def answer_courtesy(talk: Talk) -> None:
    """Thanks, praise, goodbye or hello, or a remark that wants nothing."""
    talk.light = True
    taken_back = talk.reading is not None and talk.reading.takes_back
    if talk.cue(Cue.FAREWELL):
        talk.tell("courtesy.farewell")
    elif talk.cue(Cue.THANKS):
        talk.tell("courtesy.thanks")
    elif taken_back or talk.plan.agrees is False or talk.cue(Cue.LEAVES):
        talk.tell("courtesy.taken_back")
    elif talk.plan.agrees or talk.cue(Cue.NOTED):
        talk.tell("courtesy.agreed")
    elif talk.plan.before.asks:
        talk.tell("courtesy.waiting")
    elif talk.reading is not None and talk.reading.emotion is Emotion.POSITIVE:
        talk.tell("courtesy.praise")
    elif talk.cue(Cue.THERE):
        talk.tell("courtesy.here")
        offer_menu(talk)
    elif _no_greeting(talk) or (talk.plan.before.misses and not talk.cue(Cue.HELLO)):
        ask_back(talk, talk.reading.text if talk.reading else "", Intent.OUT_OF_SCOPE)
    elif talk.plan.before.recent and not talk.cue(Cue.HELLO):
        talk.tell("courtesy.agreed")
    else:
        talk.hello = True
        talk.tell("courtesy.hello")
        offer_menu(talk)


def _is_brief(talk: Talk) -> bool:
    reading = talk.reading
    most = _BRIEF_ZH if reading and reading.language.is_chinese else _BRIEF_EN
    return reading is not None and len(reading.normal) <= most


def hear_out(talk: Talk, reading: Reading) -> bool:
    """Let somebody go on who only says that a question comes or what was bought, and let a matter
    be that they let go; False when the words say anything more.
    """
    most = _FEW_CHARS_ZH if reading.language.is_chinese else _FEW_CHARS_EN
    if len(reading.normal) > most or talk.plan.before.form:
        return False
    if talk.asks_about(reading) or talk.seeds.forms.wishes(reading.normal):
        return False
    if reading.emotion not in CALM or reading.entities.order_no or reading.entities.payment_code:
        return False
    cue = next(filter(talk.cue, _HEARD_OUT), None)
    if cue is None or not (cue is Cue.LEAVES or reading.signals <= _NO_TROUBLE):
        return False
    about_goods = reading.intent in _NAMING_GOODS or reading.confidence < _SURE
    if cue is Cue.BOUGHT and (not about_goods or talk.seeds.forms.policies(reading.normal)):
        return False
    if cue is not Cue.LEAVES and _surely_asks(talk, reading):
        return False
    talk.tell(_HEARD_OUT[cue])
    talk.light = True
    return True


def _surely_asks(talk: Talk, reading: Reading) -> bool:
    """Whether an article answers the words too surely for naming goods and no more."""
    article, hit = find_article(talk, reading.text, Intent.OUT_OF_SCOPE)
    return article is not None and hit is not None and hit.confidence >= GENERAL


_NO_TROUBLE = frozenset({Signal.BULK, Signal.TAKES_BACK, Signal.GRAVE})
_NAMING_GOODS = frozenset({Intent.PRODUCT_QUESTION, Intent.GREETING_THANKS})
_HEARD_OUT = {
    Cue.LEAVES: "courtesy.taken_back",
    Cue.ANNOUNCES: "courtesy.go_ahead",
    Cue.BOUGHT: "courtesy.goods_heard",
}


def answer_call(talk: Talk) -> None:
    """Somebody asks whether we are there, and nothing else: yes, and what is awaited of them."""
    before = talk.plan.before
    talk.light = talk.said_nothing = True
    if talk.state.form is not None:
        talk.tell("courtesy.here_still")
        talk.offer(f"form:{talk.state.form.key}:go", "form.go_on")
    elif before.asks:
        talk.tell("courtesy.here_still")
    elif before.recent:
        talk.tell("courtesy.here_again")
        talk.offer("menu")
    else:
        talk.tell("courtesy.here")
        offer_menu(talk)


def _no_greeting(talk: Talk) -> bool:
    """Whether words in the middle of a talk, or a whole sentence, were hardly read as a greeting:
    nobody is greeted who asked for something.
    """
    reading = talk.reading
    if reading is None or reading.confidence >= _SURE:
        return False
    return bool(talk.plan.before.recent) or not _is_brief(talk)


def answer_out_of_scope(talk: Talk, text: str) -> None:
    """Say what this is and what it can do, or what an article knows beside orders (a password, a
    job), or kindly what it is not for.
    """
    if talk.cue(Cue.BOT_QUESTION):
        talk.light = True
        talk.tell("bot.honest")
    elif talk.cue(Cue.ABILITIES) and _is_brief(talk):
        answer_act(talk, Act(ActKind.HELP))
    elif not answer_if_certain(talk, text):
        leave_alone(talk)


def answer_act(talk: Talk, act: Act) -> None:
    """Commands and things that are not words."""
    if act.kind is ActKind.LANGUAGE:
        _language(talk, act.value)
    elif act.kind is ActKind.HELP:
        talk.tell("help.text")
        talk.answered = True
        offer_menu(talk)
    elif act.kind is ActKind.PRIVACY:
        talk.tell("privacy.text")
        talk.answered = True
        talk.offer("menu")
    elif act.kind in _PLAIN:
        key, menu = _PLAIN[act.kind]
        talk.tell(key)
        talk.light = act.kind in _LIGHT
        if menu:
            offer_menu(talk)


def _language(talk: Talk, chosen: str) -> None:
    talk.answered = True
    if chosen:
        talk.tell("language.set")
        talk.offer("menu")
        return
    talk.tell("language.choose")
    for language in LANGUAGES:
        talk.offer(f"lang:{language}", f"lang.{language}")


_LIGHT = frozenset({ActKind.STICKER, ActKind.EMPTY, ActKind.MENU})
_PLAIN = {
    ActKind.UNKNOWN_COMMAND: ("command.unknown", True),
    ActKind.MENU: ("menu.ask", True),
    ActKind.STICKER: ("heard.sticker", False),
    ActKind.VOICE: ("heard.voice", False),
    ActKind.FILE: ("heard.file", False),
    ActKind.OTHER: ("heard.other", True),
    ActKind.EMPTY: ("heard.empty", True),
    ActKind.FOREIGN_PHONE: ("phone.foreign", False),
}
