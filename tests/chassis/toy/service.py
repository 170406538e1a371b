"""The toy service."""

from __future__ import annotations

from chassis.service import Every, On, Service
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
        counters.unspeakable: counters.answer_nonsense,
        counters.defective: counters.break_down,
    },
    every=[Every(3600, counters.look_round)],
    serves=counters.pages,
    listens=[On("toy.counter.*.v1", counters.seen)],
)
