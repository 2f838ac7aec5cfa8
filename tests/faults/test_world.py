from tests.faults.world import chat_in


def test_alert_tells_whose_message_it_is_about() -> None:
    assert chat_in("mail_set_aside tg-4242-1000005: unreadable") == 1000005
    assert chat_in("turns_failing tg-4242--10077: StoreDown") == -10077


def test_alert_about_the_machine_is_nobodys() -> None:
    assert chat_in("memory_high 83 % of 256 MB") == 0
