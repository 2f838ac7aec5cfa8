"""The tables of the archive. Their history is in `migrations`; a test compares the two."""

from __future__ import annotations

import sqlalchemy as sql

METADATA = sql.MetaData()

MESSAGES = sql.Table(
    "messages",
    METADATA,
    sql.Column("conversation", sql.String(80), primary_key=True),
    sql.Column("seq", sql.Integer, primary_key=True),
    sql.Column("at", sql.DateTime(timezone=True), nullable=False),
    sql.Column("author", sql.String(16), nullable=False),
    sql.Column("kind", sql.String(16), nullable=False),
    sql.Column("agent", sql.String(64), nullable=False, default=""),
    sql.Column("text", sql.Text, nullable=False),
    sql.Column("message_id", sql.BigInteger, nullable=False, default=0),
    sql.Column("revises", sql.BigInteger, nullable=False, default=0),
    sql.Column("delivery", sql.String(16), nullable=False, default=""),
    sql.Column("attachments", sql.JSON, nullable=False),
    sql.Index("messages_by_time", "at"),
)
"""One line of a transcript. `delivery` is what became of our own words."""

CASES = sql.Table(
    "cases",
    METADATA,
    sql.Column("id", sql.String(16), primary_key=True),
    sql.Column("conversation", sql.String(80), nullable=False, index=True),
    sql.Column("status", sql.String(16), nullable=False),
    sql.Column("reason", sql.String(64), nullable=False),
    sql.Column("priority", sql.String(16), nullable=False),
    sql.Column("skill", sql.String(64), nullable=False),
    sql.Column("language", sql.String(16), nullable=False),
    sql.Column("agent", sql.String(64), nullable=False, default=""),
    sql.Column("resolution", sql.String(16), nullable=False, default=""),
    sql.Column("opened_at", sql.DateTime(timezone=True), nullable=False),
    sql.Column("claimed_at", sql.DateTime(timezone=True)),
    sql.Column("answered_at", sql.DateTime(timezone=True)),
    sql.Column("resolved_at", sql.DateTime(timezone=True)),
    sql.Column("packet", sql.LargeBinary, nullable=False),
    sql.Index("cases_by_time", "opened_at"),
)
"""One case with its last packet as the store encodes it."""

EVENTS = sql.Table(
    "events",
    METADATA,
    sql.Column("id", sql.String(40), primary_key=True),
    sql.Column("kind", sql.String(40), nullable=False),
    sql.Column("conversation", sql.String(80), nullable=False, index=True),
    sql.Column("case_id", sql.String(16), nullable=False),
)
"""What desks heard: ids and a kind. The id begins with the time in ms."""

MARKS = sql.Table(
    "marks",
    METADATA,
    sql.Column("name", sql.String(40), primary_key=True),
    sql.Column("value", sql.String(80), nullable=False),
)
"""How far the archive has come, written in one transaction with what it has come by."""

ERASED = sql.Table(
    "erased",
    METADATA,
    sql.Column("conversation", sql.String(80), primary_key=True),
    sql.Column("at", sql.DateTime(timezone=True), nullable=False),
)
"""Conversations that were forgotten on request, so that no backup brings them back."""
