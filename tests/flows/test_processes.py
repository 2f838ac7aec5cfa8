import socket

from tests.flows.processes import PORTS_EACH, free_port


def test_ports_are_nobodys_and_are_not_given_twice_in_a_row() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        given = [free_port() for _ in range(50)]

        assert len(set(given)) == 50
        assert taken.getsockname()[1] not in given
        # The system gives these to nobody who asks for any.
        assert max(given) < 20_000 + 8 * PORTS_EACH <= 32_768
