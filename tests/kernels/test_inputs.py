from optimizer.instance import Instance, Job, Node, Unavailable
from optimizer.kernels.inputs import Inputs
from optimizer.problem import Problem


def test_what_changes_after_the_horizon_of_active_schedules_is_left_out() -> None:
    """Two jobs of 5 end by 10 on either node; so do the blocks of the first node, and those of the second by 3."""
    jobs = (Job("a", duration=5, demand={"gpu": 1}), Job("b", duration=5, demand={"gpu": 1}))
    blocks = (
        Unavailable(2, 4, resource="gpu", node="n-0", amount=1),
        Unavailable(6, 80, resource="gpu", node="n-0", amount=2),
        Unavailable(90, 95, resource="gpu", node="n-0", amount=1),
        Unavailable(1, 3, resource="gpu", node="n-1", amount=1),
    )
    instance = Instance(jobs, nodes=(Node("n", {"gpu": 4}, count=2),), unavailable=blocks)
    inputs = Inputs.of(Problem.of(instance))
    assert inputs.horizon == 10
    assert inputs.profile_start.tolist() == [0, 5, 8]
    assert inputs.profile_time.tolist() == [0, 2, 4, 6, 10, 0, 1, 3]
    assert inputs.profile_level[:, 0].tolist() == [4, 3, 4, 2, 4, 4, 3, 4]
