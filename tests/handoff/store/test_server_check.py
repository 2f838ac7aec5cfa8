from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from handoff.errors import StartRefused
from handoff.store.server import EmbeddedServer
from handoff.store.server_binary import ServerBinary, packaged_path
from handoff.store.server_check import check_server, reasons_against

GOOD = {
    "cluster_enabled": "0",
    "redis_version": "7.2.4",
    "maxmemory-policy": "noeviction",
    "appendonly": "yes",
    "aof_enabled": "1",
}


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    path = packaged_path()
    assert path
    server = EmbeddedServer(tmp_path / "data", ServerBinary("test", path, (9, 0, 0)))
    yield server.start()
    server.stop()


def configure(url: str, name: str, value: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.config_set(name, value)


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"cluster_enabled": "1"}, "RQ"),
        ({"redis_version": "6.2.14"}, "6.2.20"),
        ({"maxmemory-policy": "allkeys-lru"}, "noeviction"),
        ({"appendonly": "no", "aof_enabled": "0"}, "appendonly yes"),
    ],
)
def test_each_reason_names_its_remedy(facts: dict[str, str], named: str) -> None:
    reasons = reasons_against(GOOD | facts)

    assert len(reasons) == 1
    assert named in reasons[0]


def test_server_that_hides_its_settings_is_judged_by_what_it_tells() -> None:
    told = {"cluster_enabled": "0", "redis_version": "7.2.4"}

    assert reasons_against(told) == []
    assert len(reasons_against(told | {"maxmemory_policy": "volatile-lru"})) == 1
    assert len(reasons_against(told | {"aof_enabled": "0"})) == 1


async def test_journalled_server_without_eviction_is_accepted(url: str) -> None:
    await check_server(url, unsafe=False)


@pytest.mark.parametrize(
    ("name", "value"), [("maxmemory-policy", "allkeys-lru"), ("appendonly", "no")]
)
async def test_forgetful_server_is_refused_unless_told_otherwise(
    url: str, name: str, value: str
) -> None:
    configure(url, name, value)

    with pytest.raises(StartRefused) as refused:
        await check_server(url, unsafe=False)
    await check_server(url, unsafe=True)

    assert "REDIS_UNSAFE=1" in str(refused.value)
    assert name in str(refused.value)


async def test_managed_server_that_forbids_config_is_accepted(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.acl_setuser(
            "tenant", enabled=True, passwords=["+pw"], categories=["+@all"], commands=["-config"]
        )

    await check_server(url.replace("unix://", "unix://tenant:pw@"), unsafe=False)


async def test_silent_address_is_refused_with_the_kind_of_trouble(tmp_path: Path) -> None:
    with pytest.raises(StartRefused) as refused:
        await check_server(f"unix://{tmp_path}/nobody.sock", unsafe=False)

    assert "REDIS_URL" in str(refused.value)
