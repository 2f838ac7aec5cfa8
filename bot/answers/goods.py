"""A question about goods that no article answers: say so, and bring whoever knows.

Nothing is guessed. A new item is called new; what needs technical knowledge goes to who has it.
"""

from __future__ import annotations

from bot.cues import Cue
from bot.formwords import item_in
from bot.talk import Talk
from handoff.knowledge.freshness import is_new

TECHNICAL, NEW_ITEM = "technical", "new_item"


def pass_to_who_knows(talk: Talk) -> bool:
    """Hand a question about goods to a person; False when nothing says that one is needed."""
    item = _new_item(talk)
    technical = talk.cue(Cue.TECHNICAL)
    if not (item or technical):
        return False
    talk.answered = talk.unknown = True
    if item:
        talk.tell("item.new", item=item)
    else:
        talk.tell("item.technical")
    talk.hand = TECHNICAL if technical else NEW_ITEM
    return True


def _new_item(talk: Talk) -> str:
    """The item of the customer's own order that is asked about, when no article knows it."""
    reading, order = talk.reading, talk.facts.shown.get(talk.state.order_no)
    if reading is None or order is None:
        return ""
    place = item_in(reading.normal, order.items)
    item = order.items[int(place)].name if place else ""
    return item if item and is_new(talk.seeds.knowledge.articles, item) else ""
