"""Messages, cases, events, marks and what was erased."""

import sqlalchemy as sql
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    _messages()
    _cases()
    _events()
    _marks()


def _messages() -> None:
    op.create_table(
        "messages",
        sql.Column("conversation", sql.String(80), primary_key=True),
        sql.Column("seq", sql.Integer, primary_key=True),
        sql.Column("at", sql.DateTime(timezone=True), nullable=False),
        sql.Column("author", sql.String(16), nullable=False),
        sql.Column("kind", sql.String(16), nullable=False),
        sql.Column("agent", sql.String(64), nullable=False),
        sql.Column("text", sql.Text, nullable=False),
        sql.Column("message_id", sql.BigInteger, nullable=False),
        sql.Column("revises", sql.BigInteger, nullable=False),
        sql.Column("delivery", sql.String(16), nullable=False),
        sql.Column("attachments", sql.JSON, nullable=False),
    )
    op.create_index("messages_by_time", "messages", ["at"])


def _cases() -> None:
    op.create_table(
        "cases",
        sql.Column("id", sql.String(16), primary_key=True),
        sql.Column("conversation", sql.String(80), nullable=False),
        sql.Column("status", sql.String(16), nullable=False),
        sql.Column("reason", sql.String(64), nullable=False),
        sql.Column("priority", sql.String(16), nullable=False),
        sql.Column("skill", sql.String(64), nullable=False),
        sql.Column("language", sql.String(16), nullable=False),
        sql.Column("agent", sql.String(64), nullable=False),
        sql.Column("resolution", sql.String(16), nullable=False),
        sql.Column("opened_at", sql.DateTime(timezone=True), nullable=False),
        sql.Column("claimed_at", sql.DateTime(timezone=True)),
        sql.Column("answered_at", sql.DateTime(timezone=True)),
        sql.Column("resolved_at", sql.DateTime(timezone=True)),
        sql.Column("packet", sql.LargeBinary, nullable=False),
    )
    op.create_index("ix_cases_conversation", "cases", ["conversation"])
    op.create_index("cases_by_time", "cases", ["opened_at"])


def _events() -> None:
    op.create_table(
        "events",
        sql.Column("id", sql.String(40), primary_key=True),
        sql.Column("kind", sql.String(40), nullable=False),
        sql.Column("conversation", sql.String(80), nullable=False),
        sql.Column("case_id", sql.String(16), nullable=False),
    )
    op.create_index("ix_events_conversation", "events", ["conversation"])


def _marks() -> None:
    op.create_table(
        "marks",
        sql.Column("name", sql.String(40), primary_key=True),
        sql.Column("value", sql.String(80), nullable=False),
    )
    op.create_table(
        "erased",
        sql.Column("conversation", sql.String(80), primary_key=True),
        sql.Column("at", sql.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Take them away again."""
    for table in ("erased", "marks", "events", "cases", "messages"):
        op.drop_table(table)
