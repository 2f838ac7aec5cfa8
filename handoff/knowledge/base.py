"""Hold the knowledge a process answers from, and renew it while it runs.

A reload is all or nothing: with any mistake in the seeds the old content stays and the mistakes are
raised. It starts no thread and no timer; the caller asks `changed` when it likes.
"""

from pathlib import Path

from handoff.knowledge.snapshot import Knowledge, load_knowledge

_TABLES = (
    "synonyms.yaml",
    "payment_codes.csv",
    "payment_providers.csv",
    "order_statuses.csv",
    "tracking_statuses.csv",
    "carriers.csv",
    "waybill_patterns.csv",
    "return_rules.csv",
)
_Print = tuple[tuple[str, int, int], ...]


class KnowledgeBase:
    """The knowledge in force. Reading `current` is one attribute; a turn keeps what it read."""

    def __init__(self, seeds_dir: Path) -> None:
        """Reads the seeds; raises SeedErrors with every mistake, as there is no older content."""
        self._seeds_dir = seeds_dir
        self._seen = self._print()
        self._current = load_knowledge(seeds_dir)

    @property
    def current(self) -> Knowledge:
        """Returns the newest knowledge that could be read."""
        return self._current

    def changed(self) -> bool:
        """Tells whether a seed file changed since the last reading, whether it succeeded or not."""
        return self._print() != self._seen

    def reload(self) -> Knowledge:
        """Reads the seeds again; raises SeedErrors and keeps the old content if anything is wrong.

        It takes about a tenth of a second: inside an event loop, call it in a thread.
        """
        self._seen = self._print()
        self._current = load_knowledge(self._seeds_dir)
        return self._current

    def _print(self) -> _Print:
        """Names, sizes and times of all files: cheap, and enough to see an edit."""
        paths = [*(self._seeds_dir / "articles").glob("*.yaml")]
        paths += [self._seeds_dir / name for name in _TABLES]
        seen = []
        for path in sorted(paths):
            try:
                stat = path.stat()
            except FileNotFoundError:
                continue
            seen.append((str(path), stat.st_mtime_ns, stat.st_size))
        return tuple(seen)
