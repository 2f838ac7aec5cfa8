"""What may be granted and what comes next: rules as data, judged into verdicts.

A verdict names the rule and the clause it rests on and keeps the facts it was made from, so that
anybody can make it again. Nothing here asks a shop, a clock or a customer.
"""

from handoff.policies.judging import judge, replay
from handoff.policies.loader import load_policies
from handoff.policies.rules import Fact, FactKind, Policies, Policy, Rule
from handoff.policies.verdict import Facts, FactValue, Outcome, Payer, Verdict

__all__ = [
    "Fact",
    "FactKind",
    "FactValue",
    "Facts",
    "Outcome",
    "Payer",
    "Policies",
    "Policy",
    "Rule",
    "Verdict",
    "judge",
    "load_policies",
    "replay",
]
