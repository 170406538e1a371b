"""The toy service."""

from __future__ import annotations

from chassis.service import On, Service
from tests.chassis.toy import counters
from tests.chassis.toy.settings import Settings

service = Service(
    name="toy",
    base=counters.Base,
    settings=Settings,
    answers={
        counters.bump: counters.make,
        counters.restricted: counters.make,
        counters.count: counters.counted,
        counters.slow: counters.take_long,
        counters.refuse: counters.never,
        counters.defective: counters.break_down,
    },
    serves=counters.pages,
    listens=[On("toy.counter.*.v1", counters.seen)],
)
