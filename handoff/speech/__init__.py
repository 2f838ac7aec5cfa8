"""How we speak: the phrasebook, from which every word of the house comes."""

from handoff.speech.phrasebook import Phrasebook, load_phrasebook

__all__ = ["Phrasebook", "load_phrasebook"]
