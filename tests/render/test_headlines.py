from chart_cases import ran, scheduled, small

from optimizer.instance import Instance, Job
from optimizer.names import Status
from optimizer.render.headlines import headlines


def test_a_single_schedule_has_its_instance_and_its_value() -> None:
    assert headlines({"run": ran(*small(), status=Status.LATE)}) == {"run": "tiny: 3 jobs, mean flow time 12.33 min"}
    nameless = scheduled(Instance((Job("a", duration=2),), resources={"cpu": 1}), [0])
    assert headlines({"run": ran(*nameless)}) == {"run": "1 job, mean flow time 2 slots"}


def test_a_schedule_that_breaks_a_rule_is_not_valid() -> None:
    assert headlines({"run": ran(*small())}) == {"run": "tiny: 3 jobs, mean flow time 12.33 min, not valid"}


def test_several_have_names_and_gaps_to_the_bounds_of_valid_ones() -> None:
    instance = Instance(tuple(Job(name, duration=2, demand={"cpu": 1}) for name in "ab"), resources={"cpu": 1})
    results = {
        "valid": ran(*scheduled(instance, [0, 2]), lower_bound=2.7),
        "<b>\n": ran(*scheduled(instance, [4, 2])),
        "both at once": ran(*scheduled(instance, [0, 0]), lower_bound=2.9),
        "none": ran(scheduled(instance, [0, 0])[0], None),
    }
    assert headlines(results) == {
        "valid": "valid: mean flow time 3 slots, gap 10 %",
        "<b>\n": "<b>\\n: mean flow time 5 slots, gap 46 %",
        "both at once": "both at once: mean flow time 2 slots, not valid",
    }
