import pytest

from optimizer.bounds.volume import Steps


def steps() -> Steps:
    return Steps(first=1.0, patience=2, ahead=0.05, least_share=0.2)


def test_steps_lead_to_a_target_above_the_bound_but_not_above_a_schedule() -> None:
    own = steps()
    own.aim(100.0, 1000.0)
    assert own.length(100.0, 4.0) == pytest.approx(10 / 4)
    own.aim(104.0, 1000.0)  # still far enough below it
    assert own.length(104.0, 4.0) == pytest.approx((110 - 104) / 4)
    own.aim(109.0, 112.0)
    assert own.length(109.0, 1.0) == pytest.approx(3)


def test_steps_get_longer_with_success_and_shorter_without() -> None:
    own = steps()
    own.aim(0.0, 1.0)
    first = own.length(0.0, 1.0)
    own.succeed(forward=True)
    assert own.length(0.0, 1.0) == pytest.approx(1.1 * first)
    own.fail()
    own.succeed(forward=False)  # one failure after another count
    own.fail()
    assert own.length(0.0, 1.0) == pytest.approx(1.1 * first)
    own.fail()
    assert own.length(0.0, 1.0) == pytest.approx(0.66 * 1.1 * first)
    assert not own.settled
    own.settle()
    assert own.settled


def test_rounds_weigh_less_and_less_until_they_begin_anew() -> None:
    own = steps()
    shares = [own.share() for _ in range(10)]
    assert shares[:2] == [4 / 13, 4 / 14]
    assert shares[-1] == 0.2
    own.begin()
    assert own.share() == 4 / 13
