from pathlib import Path

import pytest

from handoff.errors import SeedErrors
from handoff.escalation import Emotion, Priority, Reason, Rules, Signals, decide, load_rules
from handoff.shop import Money

SEEDS = Path(__file__).parents[2] / "seeds" / "escalation.yaml"
DEAR, CHEAP = Money("CNY", 5_000_00), Money("CNY", 4_999_99)
ANGRY, SAD, ANXIOUS = Emotion.ANGRY, Emotion.SAD, Emotion.ANXIOUS


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules(SEEDS)


@pytest.mark.parametrize(
    ("signals", "rule", "priority"),
    [
        (Signals(self_harm=True), "safety.self_harm", "urgent"),
        (Signals(harm=True), "safety.harm", "urgent"),
        (Signals(legal_step=True), "legal.step", "urgent"),
        (Signals(legal_told=True, likely={"person": 0.0}), "legal.told", "urgent"),
        (Signals(security=True), "safety.security", "high"),
        (Signals(counterfeit=True), "legal.counterfeit", "high"),
        (Signals(ip_notice=True), "legal.ip", "high"),
        (Signals(asks_person=True), "person.asked", "normal"),
        (Signals(misses=3), "bot.third_miss", "normal"),
        (Signals(missed_before=2), "bot.failed_before", "normal"),
        (Signals(has_problem=True, order_value=DEAR), "value.order_problem", "high"),
        (
            Signals(has_problem=True, order_value=Money("USD", 700_00)),
            "value.order_problem",
            "high",
        ),
        (Signals(refuses_less=True, order_value=DEAR), "value.order_problem", "high"),
        (Signals(vip=True, has_problem=True), "value.vip", "high"),
        (Signals(pieces=50, bulk=True), "value.bulk", "high"),
        (Signals(emotion=ANGRY), "emotion.angry", "high"),
        (Signals(public_threat=True), "emotion.public", "high"),
        (Signals(emotion=SAD, loss=True), "emotion.loss", "high"),
        (Signals(emotion=ANXIOUS, deadline=True), "emotion.stake", "high"),
        (Signals(emotion=ANXIOUS, stake=True), "emotion.stake", "high"),
        (Signals(authority_asked=True), "policy.authority", "normal"),
    ],
)
def test_each_rule_calls_a_person_by_itself(
    rules: Rules, signals: Signals, rule: str, priority: str
) -> None:
    escalation = decide(signals, rules)

    assert escalation is not None
    assert escalation.rules[0] == rule
    assert escalation.priority == priority
    assert "\n" not in escalation.evidence


@pytest.mark.parametrize(
    "signals",
    [
        Signals(),
        Signals(emotion=ANXIOUS, intensity=1.0),
        Signals(emotion=SAD, intensity=0.3),
        Signals(emotion=Emotion.POSITIVE, intensity=1.0),
        Signals(has_problem=True, order_value=CHEAP),
        Signals(order_value=DEAR),
        Signals(has_problem=True, order_value=Money("XAU", 10**9)),
        Signals(vip=True),
        Signals(pieces=49, bulk=True),
        Signals(pieces=1_000),
        Signals(misses=2),
        Signals(missed_before=5, need_open=False),
        Signals(asks_person=True, takes_back=True),
        Signals(emotion=ANGRY, legal_step=True, takes_back=True),
        Signals(repeats=2),
    ],
)
def test_the_bot_goes_on_with_calm_cheap_and_withdrawn_matters(
    rules: Rules, signals: Signals
) -> None:
    assert decide(signals, rules) is None


def test_a_mild_suspicion_calls_a_person_on_grave_subjects_alone(rules: Rules) -> None:
    mild = {"urgent": 0.25, "person": 0.25}

    assert decide(Signals(likely=mild), rules) is None
    assert decide(Signals(likely=mild, grave=True), rules) is not None


def test_harm_is_never_taken_back(rules: Rules) -> None:
    assert decide(Signals(harm=True, takes_back=True), rules) is not None
    assert decide(Signals(self_harm=True, takes_back=True), rules) is not None


def test_anger_over_a_dear_order_is_urgent(rules: Rules) -> None:
    escalation = decide(Signals(emotion=ANGRY, has_problem=True, order_value=DEAR), rules)

    assert escalation is not None
    assert escalation.priority is Priority.URGENT
    assert escalation.reasons == (Reason.HIGH_VALUE, Reason.EMOTION)


@pytest.mark.parametrize("signals", [{"asks_person": True}, {"missed_before": 2}])
def test_calm_wishes_wait_and_angry_ones_go_first(rules: Rules, signals: dict[str, int]) -> None:
    calm = decide(Signals(**signals), rules)  # type: ignore[arg-type]
    angry = decide(Signals(emotion=ANGRY, **signals), rules)  # type: ignore[arg-type]

    assert calm is not None
    assert angry is not None
    assert (calm.priority, angry.priority) == (Priority.NORMAL, Priority.HIGH)
    assert angry.reason is calm.reason


def test_evidence_names_the_reason_and_the_words(rules: Rules) -> None:
    escalation = decide(Signals(harm=True, words={"harm": ("冒烟", "冒烟", "烫伤")}), rules)

    assert escalation is not None
    assert escalation.evidence == "reports harm or danger (“冒烟”, “烫伤”)"


def test_evidence_is_told_in_the_language_of_the_case(rules: Rules) -> None:
    signals = Signals(harm=True, emotion=ANGRY, words={"harm": ("冒烟", "烫伤", "烫")})

    told = [decide(signals, rules, tongue) for tongue in ("zh-Hant", "en")]

    assert [each.evidence for each in told if each] == [
        "反映人身伤害或危险（“冒烟”、“烫伤”）；客户生气",
        "reports harm or danger (“冒烟”, “烫伤”); angry",
    ]


def test_two_misses_offer_a_person(rules: Rules) -> None:
    assert rules.offer_at == 2


def test_every_mistake_in_the_rules_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "escalation.yaml"
    path.write_text(
        "x: &x {en: x, zh: x}\n"
        "offer_at: none\n"
        "rules:\n"
        "  - {id: a, reason: luck, priority: high, because: *x, when: {harm: true}}\n"
        "  - {id: b, reason: emotion, priority: high, because: *x, when: {horm: true}}\n"
        "  - {id: c, reason: emotion, priority: high, because: *x, when: {harm: 3}}\n"
        "  - {id: d, reason: emotion, priority: high, because: *x }\n"
        "  - {id: e, reason: emotion, priority: high, because: *x, when: {emotion: cross}}\n"
        "  - {id: f, reason: emotion, priority: high, because: *x, when: {harm: true}, then: go}\n"
        "  - {id: g, reason: emotion, priority: high, because: angry, when: {harm: true}}\n"
        "  - {id: h, reason: emotion, priority: high, because: {en: x}, when: {harm: true}}\n"
        "raises: 3\n",
        encoding="utf-8",
    )

    with pytest.raises(SeedErrors) as caught:
        load_rules(path)

    told = "\n".join(str(error) for error in caught.value.errors)
    for place in (
        "offer_at",
        "[0] a reason",
        "when.horm",
        "when.harm",
        "[3] d",
        "emotion",
        "then",
        "[6] g because",
        "[7] h because",
        "raises",
    ):
        assert place in told


def test_unreadable_rules_are_a_mistake_of_the_seeds(tmp_path: Path) -> None:
    with pytest.raises(SeedErrors):
        load_rules(tmp_path / "missing.yaml")
