import pytest

from optimizer.generate import generate
from optimizer.instance import Instance, Job
from optimizer.names import Objective, Status
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.solvers.auto import suited
from optimizer.solvers.solve import solve

SMALL_JOBS = tuple(Job(f"j{i}", duration=2 + i % 3, demand={"gpu": 1}) for i in range(30))


@pytest.mark.parametrize(
    ("instance", "solver"),
    [
        (Instance(SMALL_JOBS, resources={"gpu": 10}), "highs"),
        (Instance(SMALL_JOBS, resources={"gpu": 10}, objective=Objective.MAKESPAN), "cp-sat"),
        (Instance((*SMALL_JOBS, Job("x", duration=1, after=("j0",))), resources={"gpu": 10}), "cp-sat"),
        (Instance(SMALL_JOBS, resources={"gpu": 2}), "cp-sat"),  # each takes half of the node
        (generate("cluster", 3000, seed=0), "cp-sat"),  # the program is too large
    ],
)
def test_the_solver_suits_the_instance(instance: Instance, solver: str) -> None:
    assert suited(Problem.of(instance), None) == solver


@pytest.mark.parametrize("family", ["server", "cluster"])
def test_the_optimum_is_proven(family: str) -> None:
    result = solve(generate(family, 12, seed=3), limits=Limits(time_limit=20))
    assert (result.solver, result.status) == ("auto", Status.OPTIMAL)
