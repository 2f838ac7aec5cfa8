"""What the desk says and shows: its texts, times, links, and the line that introduces an agent."""

from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path

import pytest

from handoff.case import Resolution
from handoff.conversation import DeliveryState
from handoff.desk.templating import day, linked, moment, size, wait
from handoff.desk.texts import language_wanted, load_texts
from handoff.errors import SeedErrors
from handoff.escalation import Emotion, Priority, Reason
from handoff.knowledge import OrderStatus, TrackingStatus
from handoff.service import language_for, spoken
from handoff.text import Language
from tests.handoff.desk.scenes import SEEDS


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<b>", "&lt;b&gt;"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("data:text/html,x", "data:text/html,x"),
        (
            "see https://a.example/x?y=1&z=2.",
            'see <a href="https://a.example/x?y=1&amp;z=2" rel="noopener noreferrer nofollow"'
            ' target="_blank">https://a.example/x?y=1&amp;z=2</a>.',
        ),
        (
            'http://a.example/"onmouseover="x',
            '<a href="http://a.example/" rel="noopener noreferrer nofollow" target="_blank">'
            "http://a.example/</a>&#34;onmouseover=&#34;x",
        ),
        (
            "看https://a.example/订单，谢谢",
            '看<a href="https://a.example/订单" rel="noopener noreferrer nofollow"'
            ' target="_blank">https://a.example/订单</a>，谢谢',
        ),
    ],
)
def test_links_are_made_of_http_addresses_only_and_everything_is_escaped(
    text: str, html: str
) -> None:
    assert str(linked(text)) == html


@pytest.mark.parametrize(
    ("seconds", "text"), [(-3, "0:00"), (59.9, "0:59"), (272, "4:32"), (3872, "1:04:32")]
)
def test_waits_read_like_a_clock(seconds: float, text: str) -> None:
    assert wait(seconds) == text


def test_days_and_sizes_read_naturally() -> None:
    assert day(date(2026, 11, 21), "en") == "Sat 21 November"
    assert day(date(2026, 11, 21), "zh-Hans") == "11月21日 周六"
    assert [size(n) for n in (0, 12, 348_000, 1_234_567)] == ["", "1 kB", "348 kB", "1.2 MB"]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.1", "en"),
        ("fr-FR, zh-TW;q=0.5", "zh"),
        ("", "en"),
        ("*", "en"),
    ],
)
def test_page_speaks_the_first_tongue_it_knows(header: str, language: str) -> None:
    assert language_wanted(header) == language


@pytest.mark.parametrize(
    ("name", "language", "heard"),
    [
        ("林晓 / Lin Xiao", Language.ZH_HANS, "林晓"),
        ("林晓 / Lin Xiao", Language.EN, "Lin Xiao"),
        ("Sam Lee", Language.ZH_HANT, "Sam Lee"),
        ("林晓", Language.EN, "林晓"),
        ("", Language.EN, ""),
    ],
)
def test_customer_hears_the_spelling_of_their_own_script(
    name: str, language: Language, heard: str
) -> None:
    assert spoken(name, language) == heard


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("zh-Hant", Language.ZH_HANT),
        ("zh-TW", Language.ZH_HANT),
        ("zh", Language.ZH_HANS),
        ("", Language.EN),
        ("fr", Language.EN),
    ],
)
def test_unknown_tags_fall_back_to_english(tag: str, language: Language) -> None:
    assert language_for(tag) is language


def test_every_mistake_in_the_texts_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text(
        "introductions:\n  en: {titled: no slot, plain: '{name}'}\n"
        "texts:\n  a.b: {en: only English}\n  c.d: {en: x, zh: y, fr: z}\n",
        encoding="utf-8",
    )

    with pytest.raises(SeedErrors) as found:
        load_texts(tmp_path)

    places = {error.place for error in found.value.errors}
    assert places == {"introductions.en.titled", "texts.a.b.zh", "texts.c.d.fr"}


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SeedErrors) as found:
        load_texts(tmp_path)

    assert found.value.errors[0].path == str(tmp_path / "desk.yaml")


@pytest.mark.parametrize("codes", [Reason, Priority, Emotion, Resolution])
def test_every_code_of_a_case_has_a_name_on_the_page(codes: type[StrEnum]) -> None:
    texts = load_texts(SEEDS)
    group = {Resolution: "outcome"}.get(codes, codes.__name__.lower())

    names = [texts.say(f"{group}.{code}", "zh") for code in codes]

    assert all(names)


def test_every_delivery_has_a_name_and_words_that_explain_it() -> None:
    texts = load_texts(SEEDS)

    told = [
        texts.say(f"{key}.{s}", "en") for s in DeliveryState for key in ("delivery", "delivery_tip")
    ]

    assert all(told)


def test_every_tongue_of_a_reply_has_its_introduction() -> None:
    assert set(load_texts(SEEDS).introductions) == set(Language)


def test_states_and_carriers_are_named_as_the_bot_names_them() -> None:
    texts = load_texts(SEEDS)

    zh = [
        texts.name_of(group, code, "zh")
        for group, code in (
            *(("order_status", status) for status in OrderStatus),
            *(("parcel_status", status) for status in TrackingStatus),
            *(("carrier", name) for name in ("SF Express", "JD Logistics", "yuantong")),
        )
    ]

    assert [name for name in zh if name.isascii()] == []
    assert texts.name_of("parcel_status", "in_transit", "en") == "On the way"


def test_every_end_of_a_case_names_who_ended_it() -> None:
    texts = load_texts(SEEDS)

    told = [texts.say(f"ended.{end}", "en", name="Lin Xiao") for end in Resolution]

    assert all("Lin Xiao" in line for line in told)


def test_broken_table_of_carriers_is_a_mistake_of_the_seeds(tmp_path: Path) -> None:
    for name in ("desk.yaml", "order_statuses.csv", "tracking_statuses.csv"):
        (tmp_path / name).write_bytes((SEEDS / name).read_bytes())
    (tmp_path / "carriers.csv").write_text("carrier,names\nSF,x\n", encoding="utf-8")

    with pytest.raises(SeedErrors) as found:
        load_texts(tmp_path)

    assert {error.path for error in found.value.errors} == {"carriers.csv"}


def test_moment_is_told_on_the_readers_clock_with_the_year_when_it_is_another() -> None:
    now, zone = datetime(2026, 11, 21, tzinfo=UTC), timezone(timedelta(hours=8))

    told = [
        moment(at, now, zone, lang)
        for at in ("2026-11-20T23:30:00+00:00", "2025-01-02T03:04:00+00:00", "soon")
        for lang in ("en", "zh-Hans")
    ]

    assert told == [
        *("21 Nov 07:30", "11月21日 07:30"),
        *("2 Jan 2025 11:04", "2025年1月2日 11:04"),
        *("soon", "soon"),
    ]
