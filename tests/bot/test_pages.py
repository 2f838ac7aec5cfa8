import sys

import pytest

from bot.pages import PAGE, places_in, use_large_pages

OWN, FILE = "00000000 00:00 0", "00000000 08:01 4242"
MAPS = "\n".join(
    [
        f"555500001000-555500a00000 rw-p {OWN}                          [heap]",
        f"7f0000000000-7f0000400000 rw-p {OWN} ",
        f"7f0010000000-7f0010400000 rw-p {FILE}                       /usr/lib/libc.so.6",
        f"7f0020000000-7f0020400000 r-xp {OWN} ",
        f"7f0030000000-7f0030400000 rw-s {OWN}                          /dev/zero",
        f"7f0040100000-7f0040300000 rw-p {OWN} ",
        f"7ffc00000000-7ffc00400000 rw-p {OWN}                          [stack]",
    ]
)


def test_only_whole_pages_of_memory_of_our_own_are_asked_for():
    heap = range(0x555500200000, 0x555500A00000, PAGE)
    assert list(places_in(MAPS)) == [*heap, 0x7F0000000000, 0x7F0000200000]


def test_a_system_without_such_a_list_is_left_as_it_is(tmp_path):
    assert use_large_pages(tmp_path / "maps") == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lays memory anew")
def test_what_was_written_before_is_there_afterwards():
    written = bytearray(range(256)) * (4 * PAGE // 256)
    use_large_pages()
    assert written == bytearray(range(256)) * (4 * PAGE // 256)
