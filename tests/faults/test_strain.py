import os
from pathlib import Path

from tests.faults.history import Shown, Strained
from tests.faults.strain import Strain, ran_and_stood


def test_kernel_tells_how_long_a_process_ran_and_nothing_of_one_that_is_not() -> None:
    before = ran_and_stood(os.getpid())
    sum(range(3_000_000))
    after = ran_and_stood(os.getpid())

    # Where the kernel does not tell, a promise is judged in the clock's time.
    told = Path("/proc/self/schedstat").exists()
    assert (after[0] > before[0]) == told
    assert ran_and_stood(2**22 + 1) == (0, 0)


def test_time_counts_by_what_the_machine_gave_of_it() -> None:
    strain = Strain(
        (
            Strained(at_ms=1_000, until_ms=2_000, times=4.0),
            Shown(at_ms=1_500, began_ms=1_400, chat=7, message_id=2, text="hello"),
            Strained(at_ms=2_000, until_ms=3_000, times=2.0),
        )
    )

    assert strain.own_ms(0, 900) == 900
    assert strain.own_ms(1_200, 1_600) == 100
    assert strain.own_ms(500, 4_000) == 500 + 250 + 500 + 1_000
