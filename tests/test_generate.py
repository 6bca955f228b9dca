from math import ceil, log
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from optimizer.errors import UsageError
from optimizer.formats.reading import load
from optimizer.formats.writing import save
from optimizer.generate import FAMILIES, generate
from optimizer.instance import Instance, Job

CAPACITY = {
    "server": {"cpu": 16, "gpu": 8, "memory": 64},
    "cluster": {"cpu": 512, "gpu": 64, "memory": 2048},
}
FAMILY = pytest.mark.parametrize("family", CAPACITY)


def span(instance: Instance, load: float) -> float:
    """Time that the scarcest resource needs for all jobs, divided by the load."""
    capacity = CAPACITY[instance.name.split("-")[0]]
    work = {name: sum(job.duration * job.demand.get(name, 0) for job in instance.jobs) for name in capacity}
    return max(work[name] / capacity[name] for name in capacity) / load


def test_these_are_the_families() -> None:
    assert {name: family.capacity for name, family in FAMILIES.items()} == CAPACITY


@FAMILY
@pytest.mark.parametrize("jobs", [1, 300])
def test_arrivals_and_deadlines_follow_from_the_work(family: str, jobs: int) -> None:
    instance = generate(family, jobs, seed=5, load=0.7)
    length = span(instance, 0.7)
    arrivals = [job.arrival for job in instance.jobs]
    assert arrivals[0] == 0
    assert arrivals == sorted(arrivals)
    assert all(isinstance(arrival, int) and 0 <= arrival < length for arrival in arrivals)
    for job in instance.jobs:
        assert job.deadline == job.arrival + ceil(8 * job.duration + 0.6 * length)


@FAMILY
def test_arrivals_are_spread_over_the_whole_span(family: str) -> None:
    instance = generate(family, 3000, seed=2)
    shares = np.array([job.arrival for job in instance.jobs]) / span(instance, 0.9)
    assert np.quantile(shares, [0.25, 0.5, 0.75]) == pytest.approx([0.25, 0.5, 0.75], abs=0.03)


def test_durations_are_lognormal_from_1_to_40() -> None:
    durations = np.array([job.duration for job in generate("cluster", 5000, seed=1).jobs])
    assert durations.dtype == np.int64
    assert (durations.min(), durations.max()) == (1, 40)
    for most in (2, 5, 7, 12, 20, 39):
        share = NormalDist(2.0, 0.8).cdf(log(most + 0.5))
        assert (durations <= most).mean() == pytest.approx(share, abs=0.02)


@FAMILY
def test_demands(family: str) -> None:
    capacity = CAPACITY[family]
    instance = generate(family, 5000, seed=3)
    assert instance.resources == capacity
    demands = [tuple(job.demand.get(name, 0) for name in ("gpu", "cpu", "memory")) for job in instance.jobs]
    allowed = {
        (gpu, cpu, min(capacity["memory"], cpu * per_cpu))
        for gpu in (0, 1, 2, 4, 8)
        for per_gpu in (1, 2)
        for more in range(4)
        for cpu in [min(capacity["cpu"], max(1, gpu * per_gpu + more))]
        for per_cpu in range(1, 5)
    }
    assert set(demands) == allowed
    shares = [sum(gpu == count for gpu, _, _ in demands) / 5000 for count in (0, 1, 2, 4, 8)]
    assert shares == pytest.approx([1 / 6, 1 / 3, 1 / 6, 1 / 6, 1 / 6], abs=0.02)
    assert all(amount > 0 for job in instance.jobs for amount in job.demand.values())


def test_stream_of_numbers_does_not_change() -> None:
    assert generate("server", 3, seed=7).jobs == (
        Job("j0", arrival=0, deadline=236, duration=29, demand={"cpu": 2, "memory": 8}),
        Job("j1", arrival=2, deadline=46, duration=5, demand={"cpu": 1, "gpu": 1, "memory": 4}),
        Job("j2", arrival=3, deadline=71, duration=8, demand={"cpu": 2, "gpu": 1, "memory": 2}),
    )


@FAMILY
def test_seed_decides(family: str) -> None:
    assert generate(family, 20, seed=4) == generate(family, 20, seed=4)
    assert generate(family, 20, seed=4).jobs != generate(family, 20, seed=5).jobs
    assert generate(family, 20, seed=4).name == f"{family}-20-4"


def test_ids_sort_as_they_stand() -> None:
    assert [job.id for job in generate("server", 3, 0).jobs] == ["j0", "j1", "j2"]
    ids = [job.id for job in generate("server", 11, 0).jobs]
    assert ids == sorted(ids)


def test_instance_comes_back_from_a_file(tmp_path: Path) -> None:
    instance = generate("server", 50, seed=6)
    save(instance, tmp_path / "x.json")
    assert load(tmp_path / "x.json").sha256 == instance.sha256


@pytest.mark.parametrize(
    ("family", "jobs", "seed", "load", "complaint"),
    [
        ("lake", 1, 0, 0.9, "family 'lake': expected one of server, cluster"),
        ("server", 0, 0, 0.9, "jobs 0: expected a whole number >= 1"),
        ("server", 1, -1, 0.9, "seed -1: expected a whole number from 0 to 4294967295"),
        ("server", 1, 2**32, 0.9, "seed 4294967296: expected a whole number from 0 to 4294967295"),
        ("server", 1, 0, 0.0, "load 0.0: expected a number from 0.001 to 1000"),
        ("server", 1, 0, float("inf"), "load inf: expected a number from 0.001 to 1000"),
    ],
)
def test_arguments_out_of_range(family: str, jobs: int, seed: int, load: float, complaint: str) -> None:
    with pytest.raises(UsageError) as raised:
        generate(family, jobs, seed, load)
    assert str(raised.value) == complaint
