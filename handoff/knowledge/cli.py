"""`python -m handoff kb`: check the seeds, ask them a question, renew their schemas. What an editor
does next (`new`, `gaps`, `stale`) stands in `editing.py`.

It reads and prints; the only files it writes here are the schemas.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from handoff.errors import SeedErrors
from handoff.knowledge.drafts import drafts, missing
from handoff.knowledge.editing import Opens, add_editing_commands
from handoff.knowledge.index import SURE, Hit
from handoff.knowledge.lint import remarks
from handoff.knowledge.payments import PaymentCode
from handoff.knowledge.snapshot import Knowledge, load_knowledge
from handoff.text import language_of

Text = Annotated[str, typer.Argument(help="What a customer would write.")]


def make_kb_commands(seeds_dir: Callable[[], Path], store: Opens) -> typer.Typer:
    """Returns the commands over the seeds in the folder that `seeds_dir` names, and the store that
    `store` opens, when one is run.
    """
    app = typer.Typer(no_args_is_help=True, help="Check the knowledge and ask it.")

    @app.command()
    def lint() -> None:
        """Tell everything that is wrong, or worth a look, in the seeds."""
        knowledge = _load(seeds_dir())
        found = remarks(knowledge.articles, datetime.now(UTC).date())
        for remark in found:
            typer.echo(f"look  {remark}")
        for name in drafts(seeds_dir()):
            typer.echo(f"draft {name}: lacks {len(missing(seeds_dir(), name))} things")
        typer.echo(f"{len(knowledge.articles)} articles read, {len(found)} worth a look.")

    @app.command()
    def ask(text: Text) -> None:
        """Show which article, payment code or carrier a sentence finds, and how surely."""
        _answer(_load(seeds_dir()), text)

    add_editing_commands(app, seeds_dir, store)

    @app.command()
    def schemas() -> None:
        """Write the JSON schemas of the seeds anew."""
        from handoff.knowledge.schemas import write_schemas

        for path in write_schemas(seeds_dir()):
            typer.echo(str(path))

    return app


def _load(seeds_dir: Path) -> Knowledge:
    try:
        return load_knowledge(seeds_dir)
    except SeedErrors as errors:
        for error in errors.errors:
            typer.echo(f"wrong {error}", err=True)
        typer.echo(f"{len(errors.errors)} to mend before these seeds can be used.", err=True)
        raise typer.Exit(1) from None


def _answer(knowledge: Knowledge, text: str) -> None:
    language = language_of(text)
    today = datetime.now(UTC).date()
    codes = knowledge.codes.lookup(text) if knowledge.codes.find_in(text) else []
    for code in codes:
        typer.echo(_code_line(code, language))
    for carrier in knowledge.carriers.find_in(text):
        typer.echo(f"carrier  {carrier.name}  {carrier.hotline}")
    hits = knowledge.index.search(text, language, on=today)
    for hit in hits:
        typer.echo(_hit_line(hit))
    if hits and hits[0].confidence >= SURE:
        article = knowledge.articles.by_id[hits[0].article_id].text(language)
        typer.echo(f"\n{article.answer}\n{article.next_step}")
    else:
        typer.echo("\nNot sure enough to answer from an article.")


def _hit_line(hit: Hit) -> str:
    return f"article  {hit.confidence:.2f}  {hit.article_id}  ({hit.matched_question})"


def _code_line(code: PaymentCode, language: str) -> str:
    told = code.told.text(language)
    return f"code     {code.provider} {code.code}  {told}  {code.action.text(language)}"
