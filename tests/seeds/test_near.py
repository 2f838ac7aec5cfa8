import random
import time

from tests.seeds.near import grams, likeness, near_pairs

WORDS = (
    "订单",
    "快递",
    "退款",
    "怎么",
    "还没",
    "到",
    "发货",
    "问",
    "一下",
    "谢谢",
    "where",
    "is",
    "my",
    "order",
)


def test_numbers_width_and_case_do_not_tell_texts_apart() -> None:
    texts = ["Where is order 1234567 now", "where is ORDER 99 now", "ｗhere is order 5 now"]

    assert list(near_pairs(texts, 0.7)) == [(0, 1), (0, 2), (1, 2)]


def test_texts_shorter_than_a_gram_are_alike_when_they_are_the_same() -> None:
    assert list(near_pairs(["嗯", "好", "嗯"], 0.7)) == [(0, 2)]


def test_every_near_pair_is_found() -> None:
    dice = random.Random(0)
    texts = [" ".join(dice.choices(WORDS, k=dice.randint(1, 9))) for _ in range(400)]
    sets = [grams(text) for text in texts]

    slow = {
        (one, other)
        for other in range(len(texts))
        for one in range(other)
        if likeness(sets[one], sets[other]) > 0.7
    }

    assert set(near_pairs(texts, 0.7)) == slow
    assert slow


def test_thousands_of_texts_are_compared_within_seconds() -> None:
    dice = random.Random(1)
    texts = ["".join(chr(dice.randint(0x4E00, 0x9000)) for _ in range(25)) for _ in range(6_000)]

    began = time.process_time()
    assert list(near_pairs(texts, 0.7)) == []

    assert time.process_time() - began < 10
