import pytest
import yaml

from bot.forms import Done, Form
from bot.stages import Stage, stage_of
from bot.state import State
from bot.understanding.reading import Intent
from handoff.packet import decode_packet
from tests.chat import SEEDS, Chat

FORM = Form("returns", "abc123", 0)


@pytest.mark.parametrize(
    ("remembered", "stage"),
    [
        ({}, Stage.GREETING),
        ({"misses": 1}, Stage.UNDERSTANDING),
        ({"asks": "wallet"}, Stage.UNDERSTANDING),
        ({"asks": "phone_tail", "form": FORM}, Stage.PROVING),
        ({"form": FORM.changed(asks="reason")}, Stage.ARRANGING),
        ({"form": FORM.changed(asks="photo_item")}, Stage.EVIDENCE),
        ({"form": FORM.changed(asks="confirm", record="{}")}, Stage.CONFIRMING),
        ({"tried": ("answered",)}, Stage.ANSWERED),
        ({"tried": ("x",), "done": (Done("k", "p", "W1", "R1", due_ms=9),)}, Stage.FOLLOWING),
    ],
)
def test_a_stage_is_named_by_what_is_remembered(remembered, stage):
    assert stage_of(State(**remembered)) is stage


def test_every_stage_has_words_at_the_desk():
    words = yaml.safe_load((SEEDS / "desk.yaml").read_text(encoding="utf-8"))

    assert {f"stage.{stage}" for stage in Stage} <= set(words["texts"])


async def test_the_packet_tells_how_far_the_bot_came():
    chat = Chat(tongue="en")
    chat.remember(proven=("W1000003",))
    text = "I want to return W1000003, it does not fit, unused"
    await chat.says(text, intent=Intent.RETURN_REFUND_POLICY)

    handed = await chat.commands("human")

    assert decode_packet(handed.open_case.packet).stage == "confirming"
