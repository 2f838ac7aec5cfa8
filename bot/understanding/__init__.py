"""Text to Reading: entities, intents, emotion, and the signs that call for a person.

Pure once loaded: it reads its seeds at start and no clock, store or network afterwards.
"""
