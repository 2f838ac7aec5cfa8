import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[3] / "handoff" / "desk" / "static" / "desk.css"
LEAST = 4.5
"""What WCAG 2 asks of ordinary text (AA)."""
LIGHT, DARK = (
    dict(re.findall(r"--([a-z-]+): #([0-9a-f]{6});", block))
    for block in re.findall(r":root \{(.*?)\}", CSS.read_text("utf-8"), re.DOTALL)[:2]
)
SHOWN = [
    *((text, "paper") for text in ("ink", "soft", "faint", "accent", "good", "bad", "warm")),
    *((text, ground) for text in ("ink", "soft", "faint") for ground in ("ground", "sunk")),
    *(("ink", ground) for ground in ("agent", "note", "raised")),
    *((text, f"{text}-wash") for text in ("bad", "warm", "accent")),
    ("accent-ink", "accent"),
]


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_stand_out_from_what_they_are_written_on(theme: dict[str, str]) -> None:
    lights = {name: luminance(colour) + 0.05 for name, colour in theme.items()}
    pairs = {(text, ground): (lights[text], lights[ground]) for text, ground in SHOWN}

    pale = {
        pair: round(max(both) / min(both), 2)
        for pair, both in pairs.items()
        if max(both) / min(both) < LEAST
    }

    assert pale == {}
