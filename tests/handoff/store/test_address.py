import pytest

from handoff.errors import StartRefused
from handoff.store.address import Login, SentinelAddress, sentinel_address


@pytest.mark.parametrize(
    ("url", "read"),
    [
        (
            "redis+sentinel://a:26379,b:26380/shop",
            SentinelAddress((("a", 26379), ("b", 26380)), "shop"),
        ),
        ("redis+sentinel://a/shop/3", SentinelAddress((("a", 26379),), "shop", db=3)),
        (
            "redis+sentinel://me:p%40ss%2C@a:1,[::1]:2,[fe80::1]/shop?sentinel_password=w%26",
            SentinelAddress(
                (("a", 1), ("::1", 2), ("fe80::1", 26379)),
                "shop",
                login=Login("me", "p@ss,"),
                sentinel_login=Login("", "w&"),
            ),
        ),
        (
            "redis+sentinel://:secret@a/shop",
            SentinelAddress((("a", 26379),), "shop", login=Login("", "secret")),
        ),
    ],
    ids=["two", "database", "logins and IPv6", "password alone"],
)
def test_address_names_sentinels_service_and_logins(url: str, read: SentinelAddress) -> None:
    assert sentinel_address(url) == read


@pytest.mark.parametrize("url", ["redis://a:1/0", "unix:///tmp/redis.sock", "rediss://a"])
def test_other_addresses_are_not_ours(url: str) -> None:
    assert sentinel_address(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://:secret@a:x/shop",
        "redis+sentinel://:secret@a:1/",
        "redis+sentinel://:secret@/shop",
        "redis+sentinel://:secret@a/shop/first",
    ],
)
def test_address_that_cannot_be_read_is_refused_without_telling_it(url: str) -> None:
    with pytest.raises(StartRefused) as refused:
        sentinel_address(url)

    assert "secret" not in str(refused.value)


def test_password_is_not_shown_with_the_address() -> None:
    address = sentinel_address("redis+sentinel://me:secret@a/shop?sentinel_password=hidden")

    assert "secret" not in repr(address)
    assert "hidden" not in repr(address)
