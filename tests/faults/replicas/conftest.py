"""A cluster of one's own for each test: none survives what is done to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.replicas.cluster import Cluster, cluster_running


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    async with cluster_running(tmp_path) as running:
        yield running
