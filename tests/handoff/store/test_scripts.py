from handoff.store.scripts import token_seeds


def test_no_token_begins_as_one_of_another_open_store_or_as_one_before() -> None:
    one, other = token_seeds(), token_seeds()

    drawn = [next(one), next(one), next(other), next(other)]

    assert len(set(drawn)) == len(drawn)
    assert not any(this.startswith(that) for this in drawn for that in drawn if this is not that)
