import threading
from collections.abc import Callable

import pytest

from optimizer import patience
from optimizer.patience import outcome_of


def never() -> bool:
    return False


def ended(work: Callable[[], object], stopped: Callable[[], bool] = never, grace: float = 60.0) -> object:
    return outcome_of(work, "work", stopped=stopped, interrupt=never, grace=grace)


def test_what_it_returns_or_raises() -> None:
    assert ended(lambda: 7) == 7
    error = ValueError("wrong")

    def fail() -> None:
        raise error

    assert ended(fail) is error


def test_the_thread_has_its_name() -> None:
    assert ended(lambda: threading.current_thread().name) == "work"


def test_what_does_not_end_when_asked_to_is_left_behind() -> None:
    held = threading.Event()
    assert ended(held.wait, stopped=lambda: True, grace=0.1) is None
    held.set()


def test_what_ends_in_the_time_of_grace_is_heard() -> None:
    asked = threading.Event()

    def stopped() -> bool:
        asked.set()
        return True

    assert ended(lambda: asked.wait(60), stopped=stopped) is True


@pytest.mark.parametrize("patient", [True, False])
def test_ctrl_c_asks_the_work_to_end(patient: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    class Interrupted(threading.Event):
        """An event at which Ctrl-C comes to the one that waits first."""

        first = True

        def wait(self, timeout: float | None = None) -> bool:
            if self.first:
                self.first = False
                raise KeyboardInterrupt
            return super().wait(timeout)

    def interrupt() -> bool:
        asked.set()
        return patient

    monkeypatch.setattr(patience, "Event", Interrupted)
    held = threading.Event()
    work = (lambda: asked.wait(60)) if patient else held.wait
    assert outcome_of(work, "work", stopped=never, interrupt=interrupt, grace=60.0) is (True if patient else None)
    held.set()
