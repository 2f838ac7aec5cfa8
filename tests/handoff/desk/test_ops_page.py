import pytest

from handoff.agents import Role
from handoff.upkeep import Audit
from tests.handoff.desk.scenes import DeskUnderTest


@pytest.fixture(params=["memory", "redis"])
def store_kind(request: pytest.FixtureRequest) -> str:
    return request.param


async def test_ops_page_tells_alerts_what_was_set_aside_and_who_repaired_what(
    desk: DeskUnderTest,
) -> None:
    store = desk.desk.store
    await store.house.alert("disk_filling:data", "100 MB free (1 %)")
    await store.house.bury("update", "unknown kind", b"a customer's words", conversation="tg-1-7")
    await store.upkeep.audit(Audit("lin", "requeue", "K1", "<b>Sam</b> went home"))
    ops = await desk.seat("ops", Role.OPS)

    _, page = await ops.get("/ops")

    assert "A disk we write to has little room left" in page
    assert "data · 100 MB free (1 %)" in page
    assert "update: unknown kind · tg-1-7" in page
    assert "a customer&#39;s words" not in page
    assert "customer's words" not in page
    assert "lin: requeue K1 · &lt;b&gt;Sam&lt;/b&gt; went home" in page


async def test_ops_page_tells_alerts_in_the_language_of_whoever_looks(desk: DeskUnderTest) -> None:
    await desk.desk.store.house.alert("disk_filling:data", "100 MB")
    ops = await desk.seat("ops", Role.OPS)

    _, page = await ops.get("/ops", headers={"Accept-Language": "zh-TW"})

    assert "写入的磁盘剩余空间不多" in page
    assert "请清理空间，或把 DATA_DIR 和 FILES_DIR 移到更大的磁盘。" in page
    assert "data · 100 MB" in page
    assert "A disk we write to" not in page
