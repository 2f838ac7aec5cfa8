import pytest

from bot.understanding.reading import Intent, Signal
from handoff.conversation import Holder, MessageKind
from handoff.packet import decode_packet
from tests.chat import Chat, actions_of, text_of

RETURN = {"intent": Intent.RETURN_REFUND_POLICY}
DAMAGED = "I want to return W1000003, it arrived damaged"


@pytest.fixture
def english() -> Chat:
    chat = Chat(tongue="en")
    chat.remember(proven=("W1000003",), order_no="W1000003")
    return chat


def picture(chat: Chat, *files: str, text: str = ""):
    return chat.message(text, MessageKind.PHOTO, files=files)


def pressed(outcome, ending: str) -> str:
    return next(action for action in actions_of(outcome) if action.endswith(ending))


async def test_evidence_is_asked_for_one_piece_at_a_time(english):
    asked = await english.says(DAMAGED, **RETURN)
    second = await english.hears(picture(english, "item"))
    third = await english.hears(picture(english, "box"))
    chosen = await english.hears(picture(english, "label"))

    assert "a photo of the item (1 of 3)" in text_of(asked)
    assert "a photo of the box where it is damaged (2 of 3)" in text_of(second)
    assert "a photo of the shipping label (3 of 3)" in text_of(third)
    assert "Which would you like?" in text_of(chosen)
    assert "a photo of" not in text_of(chosen)
    assert english.state.asked_known == 0


async def test_an_album_brings_all_pieces_at_once(english):
    await english.says(DAMAGED, **RETURN)

    restated = await english.hears(picture(english, "item", "box", "label"))

    assert "W1000003" in text_of(restated).partition("\n")[0]
    assert "Which would you like?" in text_of(restated)


async def test_what_was_sent_before_it_was_asked_for_counts(english):
    await english.hears(picture(english, "item"))
    asked = await english.says(DAMAGED, **RETURN)

    assert "(2 of 3)" in text_of(asked)


async def test_a_picture_of_last_week_is_no_evidence_of_today(english):
    await english.hears(picture(english, "old"))
    english.later(days=7)
    english.remember(form=None)

    asked = await english.says("W1000003 is faulty, I want to return it", **RETURN)

    assert "a photo" not in text_of(asked) or "(1 of 1)" in text_of(asked)
    assert [one.label for one in english.state.sent] == [""]


@pytest.mark.parametrize("words", ["I have no photos", "no"])
async def test_whoever_has_none_goes_on_without_and_is_not_asked_again(english, words):
    await english.says(DAMAGED, **RETURN)

    restated = await english.says(words)

    assert "Which would you like?" in text_of(restated)
    assert "we go on with what there is" in text_of(restated)
    assert "Please have ready" not in text_of(restated)


async def test_whoever_fetches_the_camera_is_waited_for(english):
    await english.says(DAMAGED, **RETURN)
    waiting = await english.says("one moment")
    second = await english.hears(picture(english, "item", text="here it is"))

    assert "when you have it" in text_of(waiting)
    assert "(2 of 3)" in text_of(second)


async def test_the_packet_tells_what_came_when_and_what_is_missing(english):
    await english.says(DAMAGED, **RETURN)
    await english.hears(picture(english, "item"))
    handed = await english.commands("human")

    pieces = decode_packet(handed.open_case.packet).pieces
    assert [(one.label, one.ref) for one in pieces] == [
        ("photo_item", "item"),
        ("photo_parcel", ""),
        ("photo_label", ""),
    ]
    assert pieces[0].at == "2026-11-20T04:00:00+00:00"


async def test_a_picture_sent_while_waiting_completes_the_packet(english):
    await english.says(DAMAGED, **RETURN)
    await english.commands("human")
    grown = await english.hears(picture(english, "item", "box"))

    assert english.holder is Holder.QUEUE
    packet = decode_packet(grown.patch_packet)
    assert [one.label for one in packet.pieces if not one.ref] == ["photo_label"]


async def test_a_change_of_mind_needs_no_pictures(english):
    offered = await english.says("I want to return W1000003, it does not fit, unused", **RETURN)

    assert "Shall I go ahead?" in text_of(offered)
    assert "pieces:no" not in " ".join(actions_of(offered))


async def test_an_old_skip_button_answers_nothing_of_another_form(english):
    shown = await english.says(DAMAGED, **RETURN)
    skip = pressed(shown, "pieces:no")
    await english.says(
        "never mind", intent=Intent.CANCEL_ORDER, signals=frozenset({Signal.TAKES_BACK})
    )

    outdated = await english.presses(skip)

    assert "was closed in the meantime" in text_of(outdated)
