"""Say what the bot can answer when it knows no answer: a subject's questions, all subjects, or one
clear question back.
"""

from __future__ import annotations

from bot.answers.finding import find_article
from bot.talk import Talk
from bot.understanding.reading import Intent

TOPICS = (
    Intent.ORDER_STATUS,
    Intent.LOGISTICS_TRACKING,
    Intent.PAYMENT_ERROR,
    Intent.RETURN_REFUND_POLICY,
    Intent.INVOICE,
    Intent.PROMO_RULES,
)
MISSES_BEFORE_OFFER = 2
TITLES_MAX = 5


def tell_topic(talk: Talk, topic: str) -> None:
    """What the shop can answer about a subject, as buttons."""
    first = map(talk.article, talk.seeds.cues.first.get(topic, ()))
    articles = list(dict.fromkeys([*filter(None, first), *talk.articles_about(topic)]))
    if not articles:
        talk.tell("menu.ask")
        return
    talk.tell("topic.choose")
    talk.answered = True
    for article in articles[:TITLES_MAX]:
        talk.offer_article(article)


def leave_alone(talk: Talk) -> None:
    """Say kindly what the shop's assistant is not for; who goes on with it is offered a person."""
    talk.light = talk.missed = True
    again = talk.state.misses + 1 >= MISSES_BEFORE_OFFER
    talk.tell("miss.second" if again else "scope.kindly")
    talk.note("tried.missed")
    offer_topics(talk)


def offer_topics(talk: Talk) -> None:
    """What the bot answers, as buttons."""
    for topic in TOPICS:
        talk.offer(f"topic:{topic}", f"topic.{topic}")


def ask_back(talk: Talk, text: str, intent: Intent) -> None:
    """Nothing was sure enough: say what was understood and ask one clear question."""
    talk.missed = talk.unknown = True
    misses = talk.state.misses + 1
    _article, hit = find_article(talk, text, intent)
    guess = talk.article(hit.article_id) if hit else None
    if guess is not None and str(guess.intent) != intent:
        guess = None
    if misses >= MISSES_BEFORE_OFFER:
        talk.tell("miss.second")
    elif guess is not None:
        talk.tell("miss.guess", topic=talk.voice.text(guess.text(talk.voice.language).title))
        talk.offer_article(guess)
    else:
        talk.tell("miss.first")
    offer_topics(talk)
    talk.note("tried.missed")
    guessed = str(guess.id) if guess is not None and misses < MISSES_BEFORE_OFFER else ""
    talk.state = talk.state.changed(goal="", asks="", guess=guessed)
