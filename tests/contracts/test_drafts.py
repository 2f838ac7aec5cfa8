from tests.contracts.story import BEN, K1, K2, MEI, TOM, Story


async def test_what_is_typed_last_counts_until_it_is_dropped(story: Story) -> None:
    drafts = story.store.drafts
    case, other = await story.opens(K1), await story.opens(K2, chat=BEN)
    await drafts.keep(case, "I loo")
    await drafts.keep(case, "I look 看")

    assert await drafts.of(case) == "I look 看"
    assert await drafts.of(other) == ""

    await drafts.keep(case, "")
    assert await drafts.of(case) == ""


async def test_a_draft_is_of_its_claim_and_no_later_one(story: Story) -> None:
    cases, drafts = story.store.cases, story.store.drafts
    await story.opens(K1)
    await story.claims(K1, MEI)
    await drafts.keep(await cases.case(K1), "mine")

    await story.puts_back(MEI)
    await story.claims(K1, TOM)

    assert await drafts.of(await cases.case(K1)) == ""
