import pytest

from bot.state import RECENT_LINES, OpenCase, Read, State
from bot.understanding.reading import Role, Utterance
from handoff.conversation import Contact
from handoff.forms import RecordNewer
from handoff.packet import Fact, Packet
from handoff.state import StateUnreadable, decode_state, encode_state

FULL = State(
    contact=Contact("林悦", "linyue", "zh-hans", "+8613900001001", reachable=False),
    tongue="zh-Hans",
    chosen=True,
    order_no="W1000001",
    proven=("W1000001",),
    misses=2,
    recent=(Utterance(Role.USER, "在吗"),),
    read=(Read(7, "在吗"),),
    case=OpenCase("ABCDEFGH", 1_790_000_000_000, 600_000),
    packet=Packet(wants="退款", facts=(Fact("order_no", "W1000001"),), tried=("问过订单号",)),
)


def test_state_survives_the_store():
    assert State.decode(FULL.encode()) == FULL


def test_an_empty_store_gives_a_fresh_state():
    assert State.decode(b"") == State()


def test_what_a_newer_version_added_is_left_out():
    values = decode_state(FULL.encode())
    values["mood"] = "sunny"
    values["contact"]["loyalty"] = "gold"
    values["case"]["colour"] = "red"

    state = State.decode(encode_state(values))

    assert (state.order_no, state.contact.name, state.schema) == ("W1000001", "林悦", 1)
    assert state.case is not None
    assert state.case.id == "ABCDEFGH"


@pytest.mark.parametrize("changed", [{}, {"misses": ["order"]}, {"schema": "2.0"}])
def test_state_of_a_later_form_is_not_guessed_at(changed):
    values = decode_state(FULL.encode()) | {"schema": 2} | changed

    with pytest.raises(RecordNewer):
        State.decode(encode_state(values))


def test_the_desk_finds_the_contact_in_the_envelope():
    contact = decode_state(FULL.encode())["contact"]

    assert contact == {
        "name": "林悦",
        "username": "linyue",
        "language": "zh-hans",
        "phone": "+8613900001001",
        "reachable": False,
    }


@pytest.mark.parametrize(
    "raw",
    [
        b"garbage",
        FULL.encode()[:-9],
        encode_state({"recent": 5}),
        encode_state({"contact": "nobody"}),
        encode_state({"recent": [["martian", "hi"]]}),
    ],
)
def test_bytes_that_are_no_state_are_refused_by_name(raw):
    with pytest.raises(StateUnreadable):
        State.decode(raw)


def test_only_the_last_lines_are_kept():
    state = State()
    for number in range(RECENT_LINES + 5):
        state = state.heard_line(f"line {number} " + "x" * 5000)

    assert len(state.recent) == RECENT_LINES
    assert len(state.encode()) < 700
