import pytest

from tests.chat import Chat


@pytest.fixture
def chat() -> Chat:
    return Chat(tongue="zh-Hans")


@pytest.fixture
def english() -> Chat:
    return Chat(tongue="en")
