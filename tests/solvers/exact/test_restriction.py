import pytest

from optimizer.bounds.cuts.cutting_planes import CuttingPlanes
from optimizer.errors import ModelTooLargeError
from optimizer.instance import Instance, Job, Node
from optimizer.model.highs import highs_model
from optimizer.model.program import program_builder
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.solvers.exact.restriction import restricted_program
from tests.oracle import brute_force

# On two nodes with 3 GPUs jobs of 2 do not run three at a time, though 6 GPUs would do.
JOBS = tuple(Job(f"j{i}", duration=2 + i % 2, demand={"gpu": 2}) for i in range(5))
PROBLEM = Problem.of(Instance(JOBS, nodes=(Node("n", {"gpu": 3}, count=2),)))
BEST = round(brute_force(PROBLEM) * PROBLEM.jobs)  # type: ignore[operator]


@pytest.fixture
def planes() -> CuttingPlanes:
    planes = CuttingPlanes(PROBLEM, total=BEST + 3)
    for _ in range(4):
        planes.advance()
    return planes


def test_it_holds_the_optimum_on_every_node_and_keeps_the_cuts(planes: CuttingPlanes) -> None:
    program = restricted_program(PROBLEM, planes, BEST, BEST + 1, None)
    model = highs_model(program.linear)
    model.run()
    assert model.getInfo().objective_function_value == pytest.approx(BEST)
    first, second = (program.pulses.node == node for node in range(2))
    assert (program.pulses.start[first] == program.pulses.start[second]).all()
    without = program_builder(PROBLEM, Costs.of(PROBLEM), program.pulses, BEST + 1).build()
    assert planes.rows > 0
    assert len(program.linear.row_upper) == len(without.row_upper) + planes.rows


def test_fewer_columns_cost_less(planes: CuttingPlanes) -> None:
    few, many = (restricted_program(PROBLEM, planes, total, total + 1, None) for total in (BEST, BEST + 3))
    assert 0 < len(few.pulses.mode) < len(many.pulses.mode)
    assert few.linear.cost.max() < many.linear.cost.max()


def test_what_does_not_fit_into_memory_is_refused(planes: CuttingPlanes) -> None:
    with pytest.raises(ModelTooLargeError):
        restricted_program(PROBLEM, planes, BEST, BEST + 1, 10)
