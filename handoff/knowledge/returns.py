"""What the law says about returns, as facts to cite. Verdicts are made from them elsewhere;
nothing is decided here.
"""

from dataclasses import dataclass

from handoff.knowledge.articles import Both, Verified


@dataclass(frozen=True, slots=True)
class ReturnRule:
    """One rule of one region. With `bot_may_say` off only a person speaks about it;
    `needs_human_when` is for agents.
    """

    topic: str
    region: str
    fact: Both
    bot_may_say: bool
    needs_human_when: str
    verified: Verified
    source: str


class ReturnRules:
    """All return rules, by topic and region."""

    def __init__(self, rows: tuple[ReturnRule, ...]) -> None:
        self.rows = rows
        self._rows = {(row.region.lower(), row.topic): row for row in rows}

    def lookup(self, topic: str, region: str = "CN") -> ReturnRule | None:
        """Returns the rule of a region on a topic, or None."""
        return self._rows.get((region.lower(), topic))
