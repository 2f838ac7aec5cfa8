from tests.voice import CHINESE, DOCUMENT, ENGLISH, page


def test_the_page_of_replies_is_what_the_code_says() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == page()


def test_thirty_replies_are_shown_in_each_language() -> None:
    assert len(CHINESE) == len(ENGLISH) == 30
