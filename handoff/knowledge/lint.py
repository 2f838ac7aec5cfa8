"""Remarks on seeds that can be read: what an editor should look at before customers do.

Mistakes that keep the seeds from being read are the loader's. It judges content, never the code.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from handoff.errors import SeedError
from handoff.knowledge.articles import TONGUES, Article, Articles, Tongue, Verified

SOON = timedelta(days=14)
_VAGUE = {
    "zh": re.compile(r"尽快|稍后|过一会|可能|大概|也许|不行|不可能|这是规定|做不到"),
    "en": re.compile(r"\b(?:soon|shortly|asap|maybe|perhaps|probably|might|impossible)\b", re.I),
}


def remarks(articles: Articles, on: date) -> list[SeedError]:
    """Returns what is worth a look in every article on the day `on`."""
    return [remark for article in articles for remark in _about(article, on)]


def _about(article: Article, on: date) -> Iterator[SeedError]:
    path = f"articles/{article.id}.yaml"
    if not article.quotable(on):
        yield SeedError(path, "expires", f"is over since {article.expires}; it is not quoted")
    elif article.expires and article.expires - on <= SOON:
        yield SeedError(path, "expires", f"ends on {article.expires}")
    if article.verified is Verified.NO:
        yield SeedError(path, "verified", "nobody has checked these facts")
    for tongue in TONGUES:
        yield from _wording(path, article, tongue)


def _wording(path: str, article: Article, tongue: Tongue) -> Iterator[SeedError]:
    text = article.text(tongue)
    for line in (text.title, text.answer, text.next_step, *text.steps):
        if found := _VAGUE[tongue].search(line):
            yield SeedError(path, tongue, f"hedges, refuses or names no time: {found.group(0)}")
