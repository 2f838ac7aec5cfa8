"""What a line asked for, as far as its words alone tell: the weights of the phrases added up.

The wish of a message itself is judged by the model; this is for the turns before it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from bot.understanding.lexicon import Hit
from bot.understanding.reading import Entities, Intent

_AGAIN, _AGAIN_MOST = 0.25, 1.0
_BY_ENTITY: Mapping[str, tuple[Intent, float]] = {
    "order_no": (Intent.ORDER_STATUS, 1.4),
    "tracking_no": (Intent.LOGISTICS_TRACKING, 2.4),
    "carrier": (Intent.LOGISTICS_TRACKING, 1.0),
    "payment_code": (Intent.PAYMENT_ERROR, 4.5),
    "amount": (Intent.PAYMENT_ERROR, 0.3),
}


def scored(hits: Iterable[Hit]) -> dict[Intent, float]:
    """Returns the weight of the phrases per intent; a group counts once, its repeats a little."""
    first: dict[str, Hit] = {}
    more: dict[Intent, float] = defaultdict(float)
    scores: dict[Intent, float] = defaultdict(float)
    for hit in hits:
        if not isinstance(hit.label, Intent):
            continue
        known = first.setdefault(hit.group.id, hit)
        if known is hit:
            scores[hit.label] += hit.group.weight
        elif hit.start >= known.end:
            more[hit.label] += _AGAIN * hit.group.weight
    for intent, extra in more.items():
        scores[intent] += min(extra, _AGAIN_MOST)
    return scores


def add_facts(scores: dict[Intent, float], entities: Entities) -> None:
    """Adds what the values in the message tell about the wish."""
    for kind, (intent, weight) in _BY_ENTITY.items():
        if getattr(entities, kind):
            scores[intent] += weight
