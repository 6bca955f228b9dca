"""Random small instances with every feature of the format, for hypothesis."""

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from optimizer.instance import Instance, Job, Mode, Node, Predecessor, Resource, Unavailable
from optimizer.names import Objective
from optimizer.units import Number, processing_steps

_RESOURCES = ("gpu", "cpu")
_PERFORMANCES = st.sampled_from([1, 1, 0.5, 2])


def _halves(least: int, most: int) -> SearchStrategy[Number]:
    """Multiples of 0.5 from ``least`` to ``most``, whole ones as integers."""
    return st.integers(2 * least, 2 * most).map(lambda n: n // 2 if n % 2 == 0 else n / 2)


@st.composite
def instances(
    draw: DrawFn,
    max_jobs: int = 6,
    *,
    modes: bool = True,
    nodes: bool = True,
    precedence: bool = True,
    deadlines: bool = True,
    unavailability: bool = True,
    objectives: tuple[Objective, ...] = tuple(Objective),
) -> Instance:
    """Draw a consistent instance; its deadlines may leave no schedule.

    Parameters
    ----------
    max_jobs : int
        One to this many jobs.
    modes, nodes, precedence, deadlines, unavailability : bool
        Whether the instance may have them: several modes, nodes instead of a pool, ...
    objectives : tuple of Objective
        One of these.
    """
    cluster = draw(_nodes()) if nodes and draw(st.booleans()) else None
    pool = None if cluster else draw(_pool())
    largest = max(cluster, key=lambda node: node.capacity["gpu"]).capacity if cluster else _capacities(pool or {})
    count = draw(st.integers(1, max_jobs))
    jobs: list[Job] = []
    for i in range(count):
        chosen = draw(st.lists(_mode(largest), min_size=1, max_size=3 if modes else 1))
        after = draw(_predecessors(i)) if precedence else ()
        jobs.append(_job(draw, i, tuple(chosen), after, deadlines=deadlines, slowest=0.5))
    objective = draw(st.sampled_from(objectives))
    if objective is Objective.MAX_LATENESS and all(job.soft_due is None for job in jobs):
        objective = Objective.TOTAL_TARDINESS
    return Instance(
        jobs=tuple(jobs),
        resources=pool,
        nodes=cluster,
        objective=objective,
        unavailable=draw(_blocks(cluster)) if unavailability else (),
    )


@st.composite
def _pool(draw: DrawFn) -> dict[str, Number | Resource]:
    return {name: Resource(draw(_halves(1, 4)), draw(_PERFORMANCES)) for name in _RESOURCES}


def _capacities(pool: dict[str, Number | Resource]) -> dict[str, Number]:
    return {name: entry.capacity for name, entry in pool.items() if isinstance(entry, Resource)}


@st.composite
def _nodes(draw: DrawFn) -> tuple[Node, ...]:
    """Draw one to two kinds of nodes."""
    kinds = range(draw(st.integers(1, 2)))
    return tuple(
        Node(
            f"kind{i}",
            {name: draw(_halves(1, 4)) for name in _RESOURCES},
            draw(st.integers(1, 2)),
            draw(_PERFORMANCES),
        )
        for i in kinds
    )


@st.composite
def _mode(draw: DrawFn, capacity: dict[str, Number]) -> Mode:
    """Draw a mode that fits on the node of this capacity."""
    demand = {name: draw(_halves(0, 4)) for name in _RESOURCES}
    return Mode(draw(_halves(0, 4)), {name: min(amount, capacity[name]) for name, amount in demand.items()})


@st.composite
def _predecessors(draw: DrawFn, i: int) -> tuple[str | Predecessor, ...]:
    """Draw up to two jobs before job ``i``."""
    if i == 0:
        return ()
    chosen = draw(st.lists(st.integers(0, i - 1), max_size=2, unique=True))
    return tuple(Predecessor(f"j{k}", draw(_halves(0, 2))) for k in chosen)


def _job(
    draw: DrawFn,
    i: int,
    modes: tuple[Mode, ...],
    after: tuple[str | Predecessor, ...],
    *,
    deadlines: bool,
    slowest: float,
) -> Job:
    """Draw a job whose deadline leaves time for its shortest mode on the slowest node."""
    arrival = draw(_halves(0, 5))
    shortest = min(processing_steps(int(2 * mode.duration), slowest) for mode in modes) / 2
    deadline = arrival + shortest + draw(_halves(0, 12)) if deadlines and draw(st.booleans()) else None
    return Job(
        f"j{i}",
        arrival=arrival,
        deadline=deadline,
        due=draw(st.none() | _halves(0, 12)),
        weight=draw(st.sampled_from([1, 2, 0.5])),
        priority=draw(st.integers(-1, 1)),
        after=after,
        modes=modes,
    )


@st.composite
def _blocks(draw: DrawFn, cluster: tuple[Node, ...] | None) -> tuple[Unavailable, ...]:
    """Draw up to two blocks, one after the other."""
    time: Number = 0
    blocks = []
    for _ in range(draw(st.integers(0, 2))):
        start = time + draw(_halves(0, 4))
        time = start + draw(_halves(1, 3))
        ids = [name for node in cluster or () for name in node.ids]
        blocks.append(
            Unavailable(
                start=start,
                end=time,
                resource=draw(st.sampled_from([None, *_RESOURCES])),
                node=draw(st.sampled_from([None, *ids])),
                amount=draw(st.none() | _halves(1, 2)),
            )
        )
    return tuple(blocks)
