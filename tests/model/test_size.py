import pytest

from optimizer.errors import ModelTooLargeError
from optimizer.generate import generate
from optimizer.model.columns import start_groups
from optimizer.model.program import Program
from optimizer.model.size import Size, estimated_size, refuse_if_too_large
from optimizer.names import Objective
from optimizer.objective import Costs
from optimizer.problem import Problem
from tests.random_instances import random_instance


@pytest.mark.parametrize("seed", range(60))
def test_the_estimate_is_never_below_a_program(seed: int) -> None:
    problem = Problem.of(random_instance(seed, objective=Objective.MEAN_FLOW_TIME))
    size, program = estimated_size(problem, start_groups(problem, Costs.of(problem))), Program.of(problem)
    assert size.columns >= len(program.linear.cost)
    assert size.entries >= len(program.linear.index)


def test_the_estimate_is_close_on_a_large_one() -> None:
    problem = Problem.of(generate("cluster", 200, seed=1))
    size, program = estimated_size(problem, start_groups(problem, Costs.of(problem))), Program.of(problem)
    assert size.columns == len(program.pulses.mode)
    assert len(program.linear.index) <= size.entries <= 2 * len(program.linear.index)


def test_what_is_too_large_is_refused_with_advice() -> None:
    problem = Problem.of(generate("server", 20, seed=1))
    groups = start_groups(problem, Costs.of(problem))
    size = estimated_size(problem, groups)
    refuse_if_too_large(problem, groups, size.memory)
    with pytest.raises(ModelTooLargeError) as refused:
        refuse_if_too_large(problem, groups, size.memory - 1)
    for part in (f"{size.columns:,} columns", f"{size.entries:,} entries", "--time-step", "--warm-start", "cp-sat"):
        assert part in str(refused.value)


def test_memory_grows_with_both() -> None:
    assert Size(0, 0).memory == 0
    assert Size(2, 3).memory == 2 * Size(1, 0).memory + 3 * Size(0, 1).memory
