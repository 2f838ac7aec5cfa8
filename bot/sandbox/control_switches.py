"""What of the exchange can be looked at or set: customers, groups, limits, faults, updates, counts.

Each name answers GET with its present state, and POST with a body that changes it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from bot.sandbox.acting import Phone
from bot.sandbox.bots import Bot
from bot.sandbox.customers import Customer
from bot.sandbox.errors import ControlError, Json
from bot.sandbox.exchange import Exchange
from bot.sandbox.updates import MESSAGE_SECONDS

MADE_UP_FIRST_ID = 1_000_000
ID_PLACE = b"$update_id"
Body = dict[str, Any] | None


def _customers(exchange: Exchange, body: Body) -> Json:
    world = exchange.world
    if body is None:
        return {"customers": [customer.card() for customer in world.customers.values()]}
    body.pop("bot", None)  # customers are everybody's
    first = int(body.pop("first_id", max([MADE_UP_FIRST_ID, *world.customers]) + 1))
    count = int(body.pop("count", 1))
    try:
        made = [_made_up(first + n, body) for n in range(count)]
    except TypeError as error:
        raise ControlError(422, f"A customer has no such field: {error}") from None
    for customer in made:
        world.add_customer(customer)
        exchange.feed.publish(exchange.clock.now(), "customer", customer.id, customer.card())
    return {"ids": [customer.id for customer in made]}


def _made_up(customer_id: int, body: Json) -> Customer:
    fields = {"first_name": f"Customer {customer_id}", **body}
    return Customer(id=customer_id, **fields)


def _groups(exchange: Exchange, body: Body) -> Json:
    world = exchange.world
    if body is None:
        return {"groups": list(world.groups.values())}
    group_id = -1_001_000_000_000 - len(world.groups) - 1
    chat = {"id": group_id, "title": str(body.get("title", "Group")), "type": "supergroup"}
    world.add_group(group_id, chat, [int(member) for member in body.get("members", [])])
    return {"id": group_id}


def _limits(exchange: Exchange, body: Body) -> Json:
    if body is not None:
        try:
            exchange.limits.change(body)
        except ValueError as error:
            raise ControlError(422, f"There is no such limit: {error}") from None
    return exchange.limits.view()


def _faults(exchange: Exchange, body: Body) -> Json:
    if body is not None and body.get("clear"):
        exchange.faults.clear()
    elif body is not None:
        try:
            exchange.faults.add(body)
        except ValueError as error:
            raise ControlError(422, f"A fault has no such field: {error}") from None
    return {"faults": [fault.view() for fault in exchange.faults.switched_on]}


def _metrics(exchange: Exchange, body: Body) -> Json:
    bots = exchange.world.bots.values()
    if body is not None and body.get("clear"):
        for bot in bots:
            bot.calls.clear()
    return {
        "delivered": exchange.delivered,
        "bots": {
            str(bot.id): {"calls": dict(bot.calls), "pending": bot.updates.count()} for bot in bots
        },
    }


def _deliveries(exchange: Exchange, body: Body) -> Json:
    after = 0 if body is None else int(body.get("after", 0))
    kept = list(exchange.deliveries)
    first = exchange.delivered - len(kept)
    rows = [delivery.view() for delivery in kept[max(0, after - first) :]]
    return {"next": exchange.delivered, "deliveries": rows}


def _inject(exchange: Exchange, body: Body) -> Json:
    """Many customers write at once; who is not known yet is made up."""
    world = exchange.world
    bot = _bot(exchange, body)
    before = bot.updates.last_update_id
    at = exchange.clock.now()
    for chat_id, text in (body or {}).get("messages", []):
        customer = world.customers.get(chat_id)
        if customer is None:
            customer = Customer(id=int(chat_id), first_name=f"Customer {chat_id}")
            world.add_customer(customer)
        chat = world.chat(bot, customer.id)
        if chat is not None:
            Phone(exchange, bot, chat, customer).say(text)
    last = bot.updates.last_update_id
    return {"first_update_id": before + 1, "count": last - before, "at": at}


def _updates(exchange: Exchange, body: Body) -> Json:
    """Queue one update as it stands: `update` as JSON, or `raw` as any text with $update_id."""
    bot = _bot(exchange, body)
    if body is None:
        return {"pending": bot.updates.count(), "last_update_id": bot.updates.last_update_id}
    update_id = bot.updates.last_update_id + 1
    if isinstance(body.get("raw"), str):
        raw = body["raw"].encode().replace(ID_PLACE, str(update_id).encode())
    elif isinstance(body.get("update"), dict):
        update_id = max(update_id, int(body["update"].get("update_id", 0)))
        raw = orjson.dumps({**body["update"], "update_id": update_id})
    else:
        raise ControlError(422, "Give the update as 'update' or as 'raw' text.")
    exchange.inject(bot, raw, update_id, exchange.clock.now() + MESSAGE_SECONDS)
    return {"update_id": update_id}


def _bot(exchange: Exchange, body: Body) -> Bot:
    given = (body or {}).get("bot")
    if given is None:
        return exchange.world.current
    if int(given) not in exchange.world.bots:
        raise ControlError(404, "This bot has not connected.")
    return exchange.world.bots[int(given)]


SWITCHES: dict[str, Callable[[Exchange, Body], Json]] = {
    "customers": _customers,
    "groups": _groups,
    "limits": _limits,
    "faults": _faults,
    "metrics": _metrics,
    "deliveries": _deliveries,
    "inject": _inject,
    "updates": _updates,
}
