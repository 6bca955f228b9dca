from hypothesis import given
from hypothesis import strategies as st

from optimizer.kernels.policies.alarms import clear_alarm, new_alarms, set_alarm


@given(st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(0, 5))))
def test_the_next_alarm_is_that_of_the_earliest_job(changes: list[tuple[int, int | None]]) -> None:
    alarms, times = new_alarms(10), dict[int, int]()
    for job, time in changes:
        if time is None:
            clear_alarm(alarms, job)
            times.pop(job, None)
        else:
            set_alarm(alarms, job, time)
            times[job] = time
        assert alarms.job[-1] == len(times)
    while times:
        job = min(times, key=lambda j: (times[j], j))
        assert (alarms.job[0], alarms.time[0]) == (job, times.pop(job))
        clear_alarm(alarms, job)
    assert alarms.job[-1] == 0
