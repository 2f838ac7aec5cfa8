import struct
from dataclasses import replace
from pathlib import Path

import pytest

from handoff.errors import FileTooBig
from handoff.files import MOST_BYTES, Files, clean_name, pixels, sniffed

SAMPLES = Path(__file__).parents[2] / "seeds" / "demo" / "pictures"


def png(width: int, height: int, rest: bytes = b"") -> bytes:
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR"
    return head + struct.pack(">II", width, height) + b"\x08\x06\0\0\0" + rest


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0;"


def jpeg(width: int, height: int) -> bytes:
    exif = b"\xff\xe1" + struct.pack(">H", 40) + b"Exif\0\0" + b"\xff\xc0" * 16
    frame = b"\xff\xff\xc2" + struct.pack(">HBHH", 17, 8, height, width)
    return b"\xff\xd8" + exif + frame + b"\x03" * 12


def webp(kind: bytes, body: bytes) -> bytes:
    return b"RIFF\0\0\0\0WEBP" + kind + struct.pack("<I", len(body)) + body


def webp_lossless(width: int, height: int) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", bits))


def webp_wide(width: int, height: int) -> bytes:
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return webp(b"VP8X", b"\x10\0\0\0" + sizes)


def webp_lossy(width: int, height: int) -> bytes:
    return webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


def test_what_a_crash_left_half_written_is_tidied(files):
    torn = files._folder / "ab" / ".abcd.part"
    torn.parent.mkdir(parents=True)
    torn.write_bytes(b"half")
    now = torn.stat().st_mtime

    assert files.tidy(now - 1) == 0
    assert files.tidy(now + 1) == 1
    assert not torn.exists()


@pytest.mark.parametrize("make", [png, gif, jpeg, webp_lossless, webp_wide, webp_lossy])
def test_size_of_a_picture_stands_in_its_header(make):
    data = make(640, 480)

    assert sniffed(data) in {"image/png", "image/gif", "image/jpeg", "image/webp"}
    assert pixels(data, sniffed(data)) == (640, 480)


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.jpg")), ids=lambda path: path.stem)
def test_real_photos_are_known(files, sample):
    file = files.put(sample.read_bytes(), sample.name)

    assert (file.mime, file.width, file.height) == ("image/jpeg", 1280, 960)
    assert file.is_picture


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"OggS\0\2", "audio/ogg"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        ("订单号 W1000001\n".encode(), "text/plain"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            "application/octet-stream",
        ),
        (b"\xef\xbb\xbf\n <!doctype html><script>alert(1)</script>", "application/octet-stream"),
        (b"MZ\x90\0", "application/octet-stream"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "application/octet-stream"),
        (b"\xff\xfe<\0h\0", "application/octet-stream"),
        (b"plain \x1b[31m", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_type_comes_from_the_bytes_and_never_from_the_name(files, data, mime):
    file = files.put(data, "holiday.jpg")

    assert file.mime == mime
    assert not file.is_picture


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(png(30_000, 30_000), id="pixel bomb"),
        pytest.param(png(0, 4_000_000_000), id="no width"),
        pytest.param(gif(65_535, 65_535), id="wide gif"),
        pytest.param(b"GIF89a/*<script>alert(1)</script>*/", id="script that begins like a gif"),
        pytest.param(b"\xff\xd8\xff\xe0<html><script>alert(1)</script>", id="jpeg without a frame"),
        pytest.param(b"\x89PNG\r\n\x1a\n<svg onload=alert(1)>", id="png without a header"),
        pytest.param(b"\xff\xd8\xff" + b"\xff" * 2000, id="nothing but fill"),
        pytest.param(webp(b"VP8X", b"\xff" * 10), id="webp bomb"),
        pytest.param(webp(b"VP8 ", b""), id="webp cut short"),
    ],
)
def test_picture_of_unknown_or_enormous_size_is_not_shown(files, data):
    assert not files.put(data, "a.png").is_picture


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("发票 2026.pdf", "发票 2026.pdf"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"),
        ('"><img src=x>.png', "___img src=x_.png"),
        ("..", "file"),
        ("", "file"),
        (".htaccess", "htaccess"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_name_is_only_a_name(name, clean):
    assert clean_name(name, "application/octet-stream") == clean


def test_nameless_photo_gets_an_ending(files):
    assert files.put(jpeg(3, 2)).name == "file.jpg"


@pytest.mark.parametrize(
    "file_id", ["", "../../secret.key", "a" * 31, "g" * 32, "A" * 32, "/" * 32, "..%2f" * 6 + "ab"]
)
def test_nothing_but_an_id_finds_a_file(files, tmp_path, file_id):
    (tmp_path / "secret.key").write_text("{}")

    assert files.get(file_id) is None


def test_twenty_mebibytes_are_kept_and_a_byte_more_is_not(files, tmp_path):
    kept = files.put(bytes(MOST_BYTES))

    with pytest.raises(FileTooBig):
        files.put(bytes(MOST_BYTES + 1))
    with pytest.raises(FileTooBig):
        files.put(bytes(21 * 1024 * 1024))

    assert kept.size_bytes == MOST_BYTES
    assert len(list((tmp_path / "files").glob("*/*.json"))) == 1


def test_what_was_put_in_comes_out_and_nobody_else_may_read_it(files, tmp_path):
    put = files.put(jpeg(3, 2), "a.jpg", conversation="tg-1-2")

    found = files.get(put.id)

    assert found == put
    assert files.read(put) == jpeg(3, 2)
    modes = {path.stat().st_mode & 0o77 for path in (tmp_path / "files").rglob("*")}
    assert modes == {0}


def test_spoilt_or_lost_file_is_not_given_out(files, tmp_path):
    put = files.put(b"hello")
    (place,) = (tmp_path / "files").glob(f"*/{put.id}")

    place.write_bytes(b"hallo")
    assert files.read(put) is None
    place.unlink()
    assert files.read(put) is None
    assert files.read(replace(put, id="0" * 32)) is None


def test_file_without_its_facts_does_not_exist(files, tmp_path):
    put = files.put(b"hello")
    (facts,) = (tmp_path / "files").glob("*/*.json")

    facts.write_bytes(b'{"id":')

    assert files.get(put.id) is None


def test_forgetting_a_conversation_deletes_its_files_and_no_others(files, tmp_path):
    hers = [files.put(b"one", conversation="tg-1-2"), files.put(b"two", conversation="tg-1-2")]
    his = files.put(b"three", conversation="tg-1-22")

    assert files.forget("tg-1-2") == 2
    assert files.forget("tg-1-2") == 0

    assert [files.get(file.id) for file in hers] == [None, None]
    assert files.read(his) == b"three"
    assert len([path for path in (tmp_path / "files").rglob("*") if path.is_file()]) == 2
