"""Offline scheduling of cluster and AI jobs, with a proven bound beside every schedule.

``load`` reads a file, ``solve`` and ``compare`` answer with schedules and bounds, ``bound`` with bounds alone,
``explain`` says why there is no schedule, ``validate`` judges a schedule and ``gantt`` draws one. The names stand in
``__init__.pyi``; each is imported when it is first used, so that importing this package costs next to nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
