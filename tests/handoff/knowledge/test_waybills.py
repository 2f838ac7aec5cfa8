import pytest

from handoff.knowledge import Knowledge, OrderStatus, TrackingStatus
from handoff.knowledge.carriers import CHECK_RULES, clean_waybill


def _checked(knowledge: Knowledge) -> list[tuple[str, str, str]]:
    rows = knowledge.waybills.rows
    return [(row.check, row.carrier, row.valid_example) for row in rows if row.check]


def test_check_digit_of_every_example_holds(knowledge: Knowledge) -> None:
    for rule, carrier, example in _checked(knowledge):
        assert CHECK_RULES[rule](clean_waybill(example)), (carrier, example)


def test_every_single_wrong_digit_is_noticed(knowledge: Knowledge) -> None:
    # Modulo 11 then 10 (FedEx), modulo 7 (DHL) and weights that share a factor with 10 miss a few.
    noticed = tried = 0
    for rule, _carrier, example in _checked(knowledge):
        start = 8 if rule == "fedex_96" else 0
        for place in range(start, len(example)):
            if not example[place].isdigit() or (rule == "ups" and place < 2):
                continue
            for digit in "0123456789".replace(example[place], ""):
                tried += 1
                noticed += not CHECK_RULES[rule](example[:place] + digit + example[place + 1 :])

    assert noticed / tried > 0.97


@pytest.mark.parametrize(
    ("number", "carrier", "certain"),
    [
        ("SF1234567890123", "SF Express", True),
        ("sf 1234 5678 90123", "SF Express", True),
        ("ＹＴ1234567890123", "YTO Express", True),
        ("JD0012345678901-1-2-", "JD Logistics", True),
        ("1Z5R89390357567127", "UPS", True),
        ("1Z5R89390357567128", "UPS", False),
        ("EA123456785CN", "China Post EMS", True),
        ("EA123456784CN", "China Post EMS", False),
        ("RB123456785GB", "Postal parcel (S10)", True),
        ("9101026837331000039521", "USPS", True),
        ("420941019101026837331000039521", "USPS", True),
        ("986578788855", "FedEx", False),
    ],
)
def test_number_tells_its_carrier_and_whether_it_is_sure(
    knowledge: Knowledge, number: str, carrier: str, certain: bool
) -> None:
    hits = knowledge.waybills.match(number)

    assert any(hit.carrier == carrier and hit.certain is certain for hit in hits)


def test_number_of_no_carrier_finds_nothing(knowledge: Knowledge) -> None:
    assert knowledge.waybills.match("W1000001") == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("顺丰还是圆通快？", ["SF Express", "YTO Express"]),
        ("順豐到了沒", ["SF Express"]),
        ("sf 快递", ["SF Express"]),
        ("其中通过了两件，途中通知我", []),
        ("邮政编码是 100000", []),
        ("UPS and fedex", ["UPS", "FedEx"]),
        ("ups and downs", []),
        ("the items arrived", []),
        ("京东物流到哪了", ["JD Logistics"]),
        ("能不能给我发顺风啊", ["SF Express"]),
        ("一路顺风", []),
        ("皇家邮政的到上海了没", []),
    ],
)
def test_carriers_are_known_by_name_and_not_inside_other_words(
    knowledge: Knowledge, text: str, names: list[str]
) -> None:
    assert [carrier.name for carrier in knowledge.carriers.find_in(text)] == names


def test_foreign_states_come_out_in_our_vocabulary(knowledge: Knowledge) -> None:
    order = knowledge.orders.lookup("woocommerce", "on-hold")
    parcel = knowledge.tracking.lookup("17track", "Exception_Lost")

    assert order
    assert order.canonical is OrderStatus.AWAITING_CONFIRMATION
    assert parcel
    assert parcel.canonical is TrackingStatus.LOST
    assert parcel.proactive_alert


def test_every_state_has_our_own_words_in_both_languages(knowledge: Knowledge) -> None:
    orders = [knowledge.orders.words(status) for status in OrderStatus]
    parcels = [knowledge.tracking.words(status) for status in TrackingStatus]

    assert all(row.next_step.zh and row.next_step.en for row in orders)
    assert all(row.advice.zh and row.advice.en for row in parcels)


def test_return_rules_that_only_people_speak_about_say_so(knowledge: Knowledge) -> None:
    rule = knowledge.returns.lookup("fraud_damages")

    assert rule
    assert not rule.bot_may_say
