"""Find the article that answers a question, and tell how sure that is.

Two steps: tantivy picks a handful of articles by BM25 over the tokens of `wording`; then each is
weighed against the question token by token. An unsure answer is told by a low confidence; what to
do then is the caller's.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter, itemgetter

import tantivy

from handoff.knowledge.articles import TONGUES, Article, ArticleId, Articles, Tongue, tongue_of
from handoff.knowledge.wording import ELSEWHERE, LONGEST_TEXT, Synonyms, Wording, normal

SURE = 0.5
"""From this confidence on an article may be quoted; below it ask back, or offer a person."""

_CANDIDATES = 10
_COMPARED = 4
_MAX_TOKENS = 32  # A long message is searched by its rarest tokens; the rest would only cost time.
_WEAK = 0.5
_SINGLE = 0.15
_SATURATION = 2.0
_LENGTH = 0.8
_SAID = 0.6
_LIKENESS = 0.5
_FOREIGN = 2.0
_OTHER_GOODS = 0.3
"""What is left of the confidence where only the question it is like names goods of the article."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article a question may mean; `confidence` (0 to 1) is the chance that it is right."""

    article_id: ArticleId
    score: float
    matched_question: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Line:
    """A title or question; `norm` is one over the root of its weight. It may name goods that its
    article is about.
    """

    text: str
    tokens: tuple[str, ...]
    norm: float
    names_goods: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question put to us: its tokens with their shares of its meaning, the share that no article
    knows, and the root of its weight."""

    shares: dict[str, float]
    unknown: float
    root: float


@dataclass(frozen=True, slots=True)
class _Match:
    """An article held against a question: its score, the share of the meaning its questions cover,
    and how like the likest of them is."""

    entry: "_Entry"
    score: float
    covered: float
    likeness: float
    line: _Line


@dataclass(frozen=True, slots=True)
class _Entry:
    """One article as it is searched: its questions and title, how many of them hold each token,
    what else it says, and the tokens of each kind of goods it is about."""

    article: Article
    lines: tuple[_Line, ...]
    asked: Counter[str]
    said: frozenset[str]
    goods: tuple[frozenset[str], ...]
    length: int


class ArticleIndex:
    """All articles, searched in one language at a time."""

    def __init__(self, articles: Articles, synonyms: Synonyms) -> None:
        self._indexes = {
            tongue: _TongueIndex(articles, synonyms.of(tongue), tongue) for tongue in TONGUES
        }

    def search(
        self, query: str, language: str, top: int = 3, *, on: date | None = None
    ) -> list[Hit]:
        """Returns the articles a question may mean, the likeliest first.

        With `on`, articles that must not be quoted on that day are left out.
        """
        return self._indexes[tongue_of(language)].search(query, on, top)

    def shares(self, text: str, lines: Sequence[str], language: str) -> list[float]:
        """Returns how much of what a text means stands in each of these lines (0 to 1)."""
        return self._indexes[tongue_of(language)].shares(text, lines)

    def leads_elsewhere(self, text: str, language: str) -> bool:
        """Whether words of matters that are none of the shop's stand in a text."""
        return self._indexes[tongue_of(language)].leads_elsewhere(text)


class _TongueIndex:
    """The articles of one language."""

    def __init__(self, articles: Iterable[Article], wording: Wording, tongue: Tongue) -> None:
        self._wording = wording
        drafts = [_Draft.of(article, wording, tongue) for article in articles]
        self._weights = _weights(drafts, wording.weak)
        self._unknown = math.log(1 + len(drafts))
        self._entries = [draft.entry(self._weights) for draft in drafts]
        self._mean = sum(entry.length for entry in self._entries) / max(1, len(self._entries))
        self._known = {
            normal(line.text): entry.article.id for entry in self._entries for line in entry.lines
        }
        self._schema, self._searcher = _tantivy(self._entries)

    def search(self, query: str, on: date | None, top: int) -> list[Hit]:
        """Returns up to `top` articles, the likeliest first."""
        query = query[:LONGEST_TEXT]
        asked = self._asked(query)
        known = self._known.get(normal(query))
        rough = [
            (*self._rough(entry, asked.shares), entry)
            for entry in self._candidates(list(asked.shares))
            if on is None or entry.article.quotable(on)
        ]
        rough.sort(key=itemgetter(0), reverse=True)
        # Comparing with each single question is dear, and lifts no article over far better ones.
        fine = [
            _Match(entry, score + _LIKENESS * likeness, covered, likeness, line)
            for place, (score, covered, entry) in enumerate(rough)
            if place < _COMPARED or place <= top or entry.article.id == known
            for likeness, line in (_likest(entry, asked),)
        ]
        fine.sort(key=attrgetter("score"), reverse=True)
        return _known_first(_hits(fine, asked), known)[:top]

    def shares(self, text: str, lines: Sequence[str]) -> list[float]:
        """Returns how much of what a text means stands in each line."""
        shares = self._asked(text[:LONGEST_TEXT]).shares
        found = (set(self._wording.tokens(line)) for line in lines)
        return [sum(shares[token] for token in shares.keys() & tokens) for tokens in found]

    def leads_elsewhere(self, text: str) -> bool:
        """Whether a word of a matter beside the shop stands in it."""
        return ELSEWHERE in self._wording.tokens(text[:LONGEST_TEXT])

    def _asked(self, query: str) -> _Asked:
        weights = {token: self._weight(token) for token in self._wording.tokens(query)}
        if len(weights) > _MAX_TOKENS:
            rarest = sorted(weights, key=lambda token: -self._weights.get(token, 0.0))
            weights = {token: weights[token] for token in rarest[:_MAX_TOKENS]}
        total = sum(weights.values()) or 1.0
        unknown = sum(weight for t, weight in weights.items() if t not in self._weights)
        shares = {t: weight / total for t, weight in weights.items()}
        return _Asked(shares, unknown / total, math.sqrt(total))

    def _weight(self, token: str) -> float:
        """An unknown word counts as much as the rarest known one, unless it says little or leads
        elsewhere."""
        if token == ELSEWHERE:
            return self._unknown * _FOREIGN
        return self._weights.get(token) or self._unknown * _part(token, self._wording.weak)

    def _candidates(self, tokens: Sequence[str]) -> list[_Entry]:
        term, should = tantivy.Query.term_query, tantivy.Occur.Should
        clauses = [
            (should, term(self._schema, "asked", token, index_option="freq"))
            for token in tokens
            if token in self._weights
        ]
        if len(clauses) < len(tokens):
            clauses += [
                (should, term(self._schema, "said", t, index_option="freq")) for t in tokens
            ]
        found = self._searcher.search(
            tantivy.Query.boolean_query(clauses), limit=_CANDIDATES, count=False
        )
        places = [address for _score, address in found.hits]
        numbers = self._searcher.fast_field_values("entry", places)
        return [self._entries[int(number or 0)] for number in numbers]

    def _rough(self, entry: _Entry, shares: dict[str, float]) -> tuple[float, float]:
        """Returns the score by tokens (BM25 over its questions, a little for its other words) and
        the share of the meaning that the article's questions cover."""
        room = _SATURATION * (1 - _LENGTH + _LENGTH * entry.length / self._mean)
        asked, said = entry.asked, entry.said
        score = covered = 0.0
        for token, share in shares.items():
            if count := asked.get(token, 0):
                score += share * count * (_SATURATION + 1) / (count + room)
                covered += share
            elif token in said:
                score += share * _SAID
        return score, covered


def _known_first(hits: list[Hit], known: ArticleId | None) -> list[Hit]:
    """A question that stands in an article word for word is that article's, whatever weighs."""
    own = [replace(hit, confidence=1.0) for hit in hits if hit.article_id == known]
    return own + [hit for hit in hits if hit.article_id != known] if own else hits


def _hits(fine: list[_Match], asked: _Asked) -> list[Hit]:
    seconds = [match.score for match in fine[1:]] + [0.0] * bool(fine)
    return [
        Hit(
            match.entry.article.id,
            match.score,
            match.line.text,
            _confidence(match, match.score - second, asked),
        )
        for match, second in zip(fine, seconds, strict=True)
    ]


def _likest(entry: _Entry, asked: _Asked) -> tuple[float, _Line]:
    """Returns how like the likest question of an article is (0 to 1), and that question."""
    shares = asked.shares
    best, likest = 0.0, entry.lines[0]
    for line in entry.lines:
        shared = sum([shares[token] for token in line.tokens if token in shares])
        if shared and (likeness := shared * asked.root * line.norm) > best:
            best, likest = likeness, line
    return best, likest


@dataclass(frozen=True, slots=True)
class _Draft:
    """An article's tokens before the weights are known."""

    article: Article
    lines: tuple[tuple[str, tuple[str, ...]], ...]
    said: frozenset[str]
    asked: Counter[str]
    goods: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, article: Article, wording: Wording, tongue: Tongue) -> "_Draft":
        text = article.text(tongue)
        asked = (text.title, *text.questions)
        lines = tuple((line, _own_tokens(wording, line)) for line in asked)
        said = frozenset(
            _own_tokens(wording, "\n".join((text.answer, text.next_step, *text.steps)))
        )
        goods = tuple(filter(None, (frozenset(wording.tokens(name)) for name in article.products)))
        return cls(
            article, lines, said, Counter(t for _line, tokens in lines for t in tokens), goods
        )

    def entry(self, weights: dict[str, float]) -> _Entry:
        lines = tuple(
            _Line(
                *(line, tokens),
                norm=1 / math.sqrt(sum(weights[token] for token in tokens) or 1.0),
                names_goods=_names(self.goods, tokens),
            )
            for line, tokens in self.lines
        )
        return _Entry(self.article, lines, self.asked, self.said, self.goods, self.asked.total())


def _names(goods: tuple[frozenset[str], ...], tokens: Iterable[str]) -> bool:
    """Whether a question names one of these goods, each by all of its tokens."""
    return any(map(frozenset(tokens).issuperset, goods))


def _own_tokens(wording: Wording, text: str) -> tuple[str, ...]:
    """What an article says in its own matter, each token once."""
    return tuple(token for token in dict.fromkeys(wording.tokens(text)) if token != ELSEWHERE)


def _part(token: str, weak: frozenset[str]) -> float:
    if token in weak:
        return _WEAK
    return _SINGLE if len(token) == 1 and not token.isascii() else 1.0


def _weights(drafts: Sequence[_Draft], weak: frozenset[str]) -> dict[str, float]:
    """Tokens of few articles weigh more (the idf of BM25); words that say little, and single
    characters, weigh less."""
    size = len(drafts)
    counts = Counter(token for draft in drafts for token in draft.asked)
    return {
        token: math.log(1 + (size - count + 0.5) / (count + 0.5)) * _part(token, weak)
        for token, count in counts.items()
    }


def _tantivy(entries: Sequence[_Entry]) -> tuple[tantivy.Schema, tantivy.Searcher]:
    """One index in memory and one searcher over it: opening a searcher for each question costs."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("asked", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("said", tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field("entry", fast=True)
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(heap_size=15_000_000, num_threads=1)
    for number, entry in enumerate(entries):
        document = tantivy.Document()
        document.add_text("asked", " ".join(entry.asked.elements()))
        document.add_text("said", " ".join(entry.said))
        document.add_unsigned("entry", number)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return schema, index.searcher()


def _confidence(match: _Match, lead: float, asked: _Asked) -> float:
    """A logistic curve over what an article shares with a question, its lead over the next one, and
    how much was said.

    It was fitted on every eighth question of the articles, left out of the index, against the
    utterances about other matters: from SURE on, nine answers in ten are right, and about one in
    eleven of those utterances gets an answer.
    """
    shared = 0.3 * match.score + 0.6 * match.covered + 2.6 * match.likeness
    said = 0.6 * math.log1p(asked.root * asked.root) - 2.4 * asked.unknown
    sure = 1 / (1 + math.exp(3.6 - shared - said - 2.7 * max(0.0, lead)))
    other = match.line.names_goods and not _names(match.entry.goods, asked.shares)
    return sure * _OTHER_GOODS if other else sure
