from handoff.desk.limits import Buckets


def test_bucket_is_empty_after_a_seconds_worth_and_fills_with_time() -> None:
    buckets = Buckets(per_second=2)

    taken = [buckets.take("sam", at) for at in (0.0, 0.0, 0.0, 0.4, 0.5, 0.5)]

    assert taken == [True, True, False, False, True, False]


def test_session_unused_for_longest_is_forgotten_when_there_are_too_many() -> None:
    buckets = Buckets()
    while buckets.take("sam", 0.0):
        pass
    for number in range(4095):
        buckets.take(f"agent {number}", 0.0)
    known = buckets.take("sam", 0.0)
    for number in range(4096):
        buckets.take(f"other {number}", 0.0)

    assert (known, buckets.take("sam", 0.0)) == (False, True)
