"""Read all policies, or say everything that is wrong with them at once."""

from __future__ import annotations

from pathlib import Path

from handoff.errors import SeedErrors
from handoff.knowledge.seedfiles import Faults, read_yaml
from handoff.policies.rules import Policies, Policy
from handoff.policies.seed import OffersSeed, PolicySeed

FOLDER = "policies"
OFFERS = "offers.yaml"


def load_policies(seeds_dir: Path) -> Policies:
    """All policies in the seeds; raises SeedErrors with every mistake in them."""
    faults = Faults(seeds_dir)
    folder = seeds_dir / FOLDER
    offers = read_yaml(folder / OFFERS, OffersSeed, faults)
    found: dict[str, Policy] = {}
    for path in sorted(folder.glob("*.yaml")):
        seed = None if path.name == OFFERS else read_yaml(path, PolicySeed, faults)
        if seed is None:
            continue
        if seed.name != path.stem.replace("-", "_"):
            faults.add(path, "name", "must be the file's name")
        found[seed.name] = seed.value()
        if offers is not None:
            _offered(path, found[seed.name], offers, faults)
    if faults.found or offers is None:
        raise SeedErrors(faults.found)
    return Policies(
        found,
        {name: words.value() for name, words in offers.remedies.items()},
        {name: words.value() for name, words in offers.materials.items()},
    )


def _offered(path: Path, policy: Policy, offers: OffersSeed, faults: Faults) -> None:
    for rule in policy.rules:
        for name in rule.remedies:
            if name not in offers.remedies:
                faults.add(path, rule.id, f"offers {name}, which {OFFERS} has no words for")
        for name in rule.materials:
            if name not in offers.materials:
                faults.add(path, rule.id, f"needs {name}, which {OFFERS} has no words for")
