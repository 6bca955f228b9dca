"""The rules by which a report counts, as sentences that stand in it."""

RULES = (
    "The gap of a value to a reference is (value - reference) / max(|value|, |reference|), from 0 to 1.",
    "The best schedule of an instance has the least value among the suite's best known one and all schedules of the "
    "sweep that are on time and not preemptive. Instances without one are left out where solvers are set against it.",
    "A run without a schedule on time, be it late, failed, ended by force or without an answer, has the gap 1 to the "
    "best schedule: the worst rank, shared, and an infinite factor. So has a solver on an instance that it has no run "
    "on, if it has any in the section.",
    "Solvers with preemptive schedules are not set against others, only against the bound.",
    "The bound on a schedule is the largest that any run proved on its instance; on a late or preemptive schedule it "
    "is that of its own run. A run without a schedule has the gap 1 to the bound; one that proves that there is none "
    "on time, and one without a bound, are left out.",
    "What is compared are means over the seeds of a solver on an instance. Equal gaps share the average of their "
    "ranks; in the signed-rank tests equal pairs count half for each side.",
    "A run that broke off without a time counts with its time limit.",
    "The primal integral is the mean gap to the best schedule over the time limit, 1 until there is a schedule on "
    "time; without a time limit it goes to the longest run on the instance.",
)
