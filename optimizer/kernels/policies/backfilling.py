"""One scheduling pass of a queue without reservations, or with one for its head; for compiled loops."""

from optimizer.kernels.calendar import Calendar, change, earliest
from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Workload
from optimizer.kernels.policies.queue_state import (
    ANY,
    CHANGED,
    EASY,
    FRESH,
    HEAD,
    LEAST,
    NO_BACKFILL,
    NOW,
    PLACE,
    RUNNING,
    SHADOW,
    SHADOW_MODE,
    SHADOW_NODE,
    TREE,
    TURN,
    WAITING,
    Rules,
    State,
    candidate_before,
    comes_first,
    find_place,
    start_job,
)  # fmt: skip
from optimizer.kernels.policies.waiting_tree import LONG, Tree, first_that_fits, forget, keep_up, tree_head
from optimizer.kernels.ranks import first_from
from optimizer.kernels.serial import Plan
from optimizer.kernels.timeline import exceeds
from optimizer.problem import NEVER

_FEW = 32
_ALL, _JOINED, _SEARCHED = range(3)


@kernel
def pass_queue(inputs: Workload, rules: Rules, state: State, calendar: Calendar, tree: Tree, plan: Plan) -> None:
    """Start jobs from the head of the queue, then those behind a head that has to wait, as the backfill allows.

    While capacity and reservation stay as they are, jobs that could not start before cannot start later: only those
    that have just joined are looked at.
    """
    anew = _is_anew(rules, state)
    state.counts[CHANGED] = 0
    if state.counts[WAITING] == 0:
        state.counts[HEAD] = -1
        return
    if len(tree.leaf) > 0 and (state.counts[TREE] == 1 or state.counts[WAITING] > LONG):
        keep_up(inputs, rules, state, tree)
    if rules.backfill == ANY:
        _turn_to_candidates(inputs, rules, state, anew)
    elif anew or _head(inputs, rules, state, tree) != state.counts[HEAD]:
        _start_heads(inputs, rules, state, calendar, tree, plan)
        if state.counts[HEAD] < 0 or rules.backfill == NO_BACKFILL:
            return
        _reserve(inputs, rules, state, calendar, plan, state.counts[HEAD])
        _turn_to_candidates(inputs, rules, state, True)
    elif rules.backfill == NO_BACKFILL:
        return
    else:
        _turn_to_candidates(inputs, rules, state, False)
    _start_candidates(inputs, rules, state, calendar, tree, plan)
    if rules.planned and rules.backfill == EASY:
        _change_reservation(inputs, rules, state, calendar, 1)


@kernel
def _start_heads(inputs: Workload, rules: Rules, state: State, calendar: Calendar, tree: Tree, plan: Plan) -> None:
    """Start one job after another from the head of the queue, until there is none or one has to wait."""
    state.counts[SHADOW_NODE] = -1
    j = _head(inputs, rules, state, tree)
    while j >= 0 and find_place(inputs, rules, state, calendar, j, False):
        _start(inputs, rules, state, calendar, tree, plan, j)
        j = _head(inputs, rules, state, tree)
    state.counts[HEAD] = j


@kernel
def _start_candidates(inputs: Workload, rules: Rules, state: State, calendar: Calendar, tree: Tree, plan: Plan) -> None:
    """Start one job after another among the candidates."""
    guarded = rules.backfill == EASY
    j = _next_in_turn(inputs, rules, state, calendar, tree)
    while j >= 0:
        if state.counts[TURN] == _SEARCHED or find_place(inputs, rules, state, calendar, j, guarded):
            _start(inputs, rules, state, calendar, tree, plan, j)
        j = _next_in_turn(inputs, rules, state, calendar, tree)


@kernel
def _start(inputs: Workload, rules: Rules, state: State, calendar: Calendar, tree: Tree, plan: Plan, j: int) -> None:
    start_job(inputs, rules, state, calendar, plan, j)
    if state.counts[TREE] == 1:
        forget(inputs, rules, state, tree, j)


@kernel
def _next_in_turn(inputs: Workload, rules: Rules, state: State, calendar: Calendar, tree: Tree) -> int:
    """Return the next candidate, -1 when there is none; one that was searched for can start."""
    turn, place = state.counts[TURN], state.counts[PLACE]
    if turn == _SEARCHED:
        return _first_searched(inputs, rules, state, calendar, tree, rules.backfill == EASY)
    if turn == _ALL:
        place = first_from(state.candidates, place)
        state.counts[PLACE] = place + 1
        candidate: int = rules.candidate_at[place] if place >= 0 else -1
        return candidate
    state.counts[PLACE] = place + 1
    joined: int = state.fresh[place] if place < state.counts[FRESH] else -1
    return joined


@kernel
def _turn_to_candidates(inputs: Workload, rules: Rules, state: State, anew: bool) -> None:
    """Look at all candidates from now on, or, if not ``anew``, at those that just joined."""
    state.counts[PLACE] = 0
    if not anew:
        state.counts[TURN] = _JOINED
        _sort_joined(inputs, rules, state)
    elif state.counts[TREE] == 1 or rules.candidate_moving:
        state.counts[TURN] = _SEARCHED
    else:
        state.counts[TURN] = _ALL


@kernel
def _is_anew(rules: Rules, state: State) -> bool:
    """Return whether jobs that could not start at the last instant may start now."""
    if state.counts[CHANGED] == 1 or rules.planned or state.counts[FRESH] > _FEW:
        return True
    # the reservation moves on with a job that outlives its estimate
    outlived: bool = rules.backfill == EASY and state.counts[RUNNING] > 0 and state.held_until[0] <= state.counts[NOW]
    return outlived


@kernel
def _sort_joined(inputs: Workload, rules: Rules, state: State) -> None:
    """Sort the few jobs that just joined by the order of the candidates."""
    for i in range(1, state.counts[FRESH]):
        j, k = state.fresh[i], i
        while k > 0 and candidate_before(inputs, rules, state, j, state.fresh[k - 1]):
            state.fresh[k] = state.fresh[k - 1]
            k -= 1
        state.fresh[k] = j


@kernel_apart
def _first_searched(inputs: Workload, rules: Rules, state: State, calendar: Calendar, tree: Tree, guarded: bool) -> int:
    """Return the first candidate that can start now, -1 without one; where, stands in the counts."""
    if state.counts[TREE] == 1:
        return first_that_fits(inputs, rules, state, calendar, tree, guarded)
    return _first_moving(inputs, rules, state, calendar, guarded)


@kernel
def _head(inputs: Workload, rules: Rules, state: State, tree: Tree) -> int:
    """Return the first job of the queue, -1 when it is empty."""
    if state.counts[WAITING] == 0:
        return -1
    r = state.counts[LEAST]
    if not rules.in_turn:
        r = first_from(state.queue, r)
        state.counts[LEAST] = r
    if not rules.moving:
        first: int = rules.job_at[r]
        return first
    if state.counts[TREE] == 1 and not rules.separate:
        return tree_head(inputs, rules, state, tree)
    head: int = rules.job_at[r]
    while r >= 0:
        j = rules.job_at[r]
        if comes_first(j, head, state.counts[NOW], inputs.release, rules.rank, rules.slope, True):
            head = j
        r = first_from(state.queue, r + 1)
    return head


@kernel
def _first_moving(inputs: Workload, rules: Rules, state: State, calendar: Calendar, guarded: bool) -> int:
    """Return the first candidate of an order that changes with time that can start now, -1 without one."""
    found = -1
    r = first_from(state.candidates, 0)
    while r >= 0:
        j = rules.candidate_at[r]
        first = found < 0 or candidate_before(inputs, rules, state, j, found)
        if first and find_place(inputs, rules, state, calendar, j, guarded):
            found = j
        r = first_from(state.candidates, r + 1)
    if found >= 0:
        find_place(inputs, rules, state, calendar, found, guarded)
    return found


@kernel
def _reserve(inputs: Workload, rules: Rules, state: State, calendar: Calendar, plan: Plan, head: int) -> None:
    """Reserve the earliest place for the head of the queue, by what is planned."""
    if rules.planned:
        _reserve_in_calendar(inputs, rules, state, calendar, head)
    else:
        _reserve_behind_running(inputs, state, plan, head)


@kernel_apart
def _reserve_in_calendar(inputs: Workload, rules: Rules, state: State, calendar: Calendar, head: int) -> None:
    """Reserve the earliest place that the calendar has."""
    state.counts[SHADOW] = NEVER
    for m in range(inputs.mode_start[head], inputs.mode_start[head + 1]):
        for v in range(len(inputs.node_speed)):
            if exceeds(inputs.mode_demand, m, inputs.node_capacity, v):
                continue
            estimate, latest = rules.estimate[m, inputs.node_speed[v]], state.counts[SHADOW] - 1
            when = earliest(calendar, v, state.counts[NOW], estimate, inputs.mode_demand, m, latest, NEVER)
            if when <= latest:
                state.counts[SHADOW], state.counts[SHADOW_NODE], state.counts[SHADOW_MODE] = when, v, m
    _change_reservation(inputs, rules, state, calendar, -1)


@kernel
def _change_reservation(inputs: Workload, rules: Rules, state: State, calendar: Calendar, sign: int) -> None:
    """Add what is reserved for the head to the calendar, or take it away."""
    m, v, begin = state.counts[SHADOW_MODE], state.counts[SHADOW_NODE], state.counts[SHADOW]
    change(calendar, v, begin, begin + rules.estimate[m, inputs.node_speed[v]], inputs.mode_demand, m, sign)


@kernel
def _reserve_behind_running(inputs: Workload, state: State, plan: Plan, head: int) -> None:
    """Find when the running jobs, as far as is believed, leave room for the head, and what else will be free then."""
    now, kinds = state.counts[NOW], state.free.shape[1]
    for v in range(len(state.free)):
        for k in range(kinds):
            state.available[v, k] = state.free[v, k]
    i = 0
    while state.counts[SHADOW_NODE] < 0:
        when, first = max(state.held_until[i], now + 1), i
        while i < state.counts[RUNNING] and max(state.held_until[i], now + 1) == when:
            j = state.held_by[i]
            for k in range(kinds):
                state.available[plan.node[j], k] += inputs.mode_demand[plan.mode[j], k]
            i += 1
        for e in range(first, i):
            _reserve_on(inputs, state, head, plan.node[state.held_by[e]], when)
    m, v = state.counts[SHADOW_MODE], state.counts[SHADOW_NODE]
    for k in range(kinds):
        state.available[-1, k] = state.available[v, k] - inputs.mode_demand[m, k]


@kernel
def _reserve_on(inputs: Workload, state: State, head: int, v: int, when: int) -> None:
    """Reserve ``when`` on node ``v`` if the head fits there, and in no earlier mode or node of the same time."""
    for m in range(inputs.mode_start[head], inputs.mode_start[head + 1]):
        if not exceeds(inputs.mode_demand, m, state.available, v):
            found = state.counts[SHADOW_NODE] >= 0
            best_m, best_v = state.counts[SHADOW_MODE], state.counts[SHADOW_NODE]
            if not found or m < best_m or (m == best_m and v < best_v):
                state.counts[SHADOW], state.counts[SHADOW_NODE], state.counts[SHADOW_MODE] = when, v, m
            return
