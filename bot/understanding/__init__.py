"""Text to Reading: entities, intents, emotion, and the signs that call for a person.

Pure once loaded: it reads its seeds at start and no clock, store or network afterwards.
"""

from bot.understanding.reader import Reader

__all__ = ["Reader"]
