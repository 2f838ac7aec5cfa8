"""One product, started once; every story finds it running and leaves it running."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest

from bot.sandbox.client import SandboxClient, Seen
from handoff.conversation import ConversationId
from handoff.packet import decode_packet
from handoff.ports import Store
from handoff.store.redis import open_store
from handoff.store.server import ask, socket_url
from tests.flows.processes import STOP_SECONDS, UpProcess, is_open

pytestmark = pytest.mark.timeout(400)  # every start imports aiogram, 5 s on an idle machine
CUSTOMERS = 30
BACK_SECONDS = 40.0
QUESTION = "My card says do_not_honor, what can I do?"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpProcess]:
    folder = tmp_path_factory.mktemp("up")
    process = UpProcess(folder / "data", folder / "up.log")
    yield process
    process.kill()


@pytest.fixture
async def up(house: UpProcess) -> UpProcess:
    if house.process is None:
        await house.start()
    return house


@pytest.fixture
async def phone(up: UpProcess) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(up.url) as client:
        yield client


@pytest.fixture
async def store(up: UpProcess) -> AsyncIterator[Store]:
    async with open_store(socket_url(up.data_dir), "shop") as opened:
        yield opened


async def conversation_of(store: Store, customer: int) -> list[str]:
    found = await store.conversations.conversation(ConversationId(f"tg-4242-{customer}"))
    return [row.text for row in found.transcript]


def bot_says(chat: list[Seen]) -> list[str]:
    return [seen.text for seen in chat if seen.from_bot]


async def test_ctrl_c_leaves_nothing_behind_and_the_next_start_goes_on(
    up: UpProcess, phone: SandboxClient, store: Store
) -> None:
    (customer,) = await phone.new_customers()
    said = await phone.say(customer, "I want to talk to a human please")
    await phone.wait_for_reply(customer, after=said, timeout=BACK_SECONDS)
    (case,) = [c for c in await store.cases.waiting() if str(customer) in c.conversation]
    before = (await phone.history(customer), await conversation_of(store, customer))
    passwords = up.passwords()

    seconds, alive = await up.end(signal.SIGINT)
    left = (ask(up.data_dir, "PING"), is_open(up.sandbox_port), is_open(up.desk_port))
    await up.start()

    assert alive == []
    assert seconds < STOP_SECONDS
    assert left == ("", False, False)
    assert (await phone.history(customer), await conversation_of(store, customer)) == before
    assert case.id in [c.id for c in await store.cases.waiting()]
    packet = decode_packet(await store.cases.packet(case.id))
    assert "human" in packet.wants
    assert up.passwords() == passwords
    (agent,) = [a for a in [await store.accounts.agent("lin")] if a]
    assert agent.password_hash


async def test_killed_bot_is_started_again_and_answers_everybody(
    up: UpProcess, phone: SandboxClient
) -> None:
    customers = await phone.new_customers(CUSTOMERS)
    early, late = customers[: CUSTOMERS // 2], customers[CUSTOMERS // 2 :]
    await asyncio.gather(
        *[phone.wait_for_reply(c, after=await phone.say(c, QUESTION)) for c in early]
    )
    await asyncio.sleep(1.0)  # what became of these answers is written down by now

    said = await asyncio.gather(*(phone.say(c, QUESTION) for c in late))
    replies = [
        asyncio.ensure_future(phone.wait_for_reply(c, after=s, timeout=BACK_SECONDS))
        for c, s in zip(late, said, strict=True)
    ]
    answered, _ = await asyncio.wait(replies, return_when=asyncio.FIRST_COMPLETED)
    killed = up.part("-m", "bot")
    killed.kill()
    await asyncio.gather(*replies)
    await asyncio.sleep(1.0)  # what would be said twice is said by now

    chats = {c: bot_says(await phone.history(c)) for c in customers}
    most = {c: max(Counter(chat).values()) for c, chat in chats.items()}
    assert len(answered) < len(late)
    assert all("do_not_honor" in " ".join(chat) for chat in chats.values())
    assert {most[c] for c in early} == {1}, "said again though it was written down as said"
    assert max(most[c] for c in late) <= 2, "in flight at the kill, so repeated once at most"
    assert up.part("-m", "bot").pid != killed.pid


async def test_killed_server_is_started_again_and_forgets_nothing(
    up: UpProcess, phone: SandboxClient, store: Store
) -> None:
    customers = await phone.new_customers(10)
    first = await asyncio.gather(*(phone.say(c, QUESTION) for c in customers))
    await asyncio.gather(
        *(phone.wait_for_reply(c, after=s) for c, s in zip(customers, first, strict=True))
    )
    before = [await conversation_of(store, c) for c in customers]
    killed = up.server

    killed.kill()
    then = await asyncio.gather(*(phone.say(c, "And error 51 of UnionPay?") for c in customers))
    await asyncio.gather(
        *(
            phone.wait_for_reply(c, after=s, timeout=BACK_SECONDS)
            for c, s in zip(customers, then, strict=True)
        )
    )

    after = [await conversation_of(store, c) for c in customers]
    assert up.server.pid != killed.pid
    assert [rows[: len(old)] for rows, old in zip(after, before, strict=True)] == before
    assert max(Counter(rows).most_common(1)[0][1] for rows in after) == 1


async def test_killed_up_takes_everything_with_it_and_a_new_one_goes_on(
    up: UpProcess, phone: SandboxClient
) -> None:
    (customer,) = await phone.new_customers()
    said = await phone.say(customer, QUESTION)
    await phone.wait_for_reply(customer, after=said)

    _, alive = await up.end(signal.SIGKILL)
    left = ask(up.data_dir, "PING")
    await up.start()
    again = await phone.say(customer, "And error 51 of UnionPay?")
    reply = await phone.wait_for_reply(customer, after=again, timeout=BACK_SECONDS)

    assert alive == []
    assert left == ""
    assert "51" in reply.text
