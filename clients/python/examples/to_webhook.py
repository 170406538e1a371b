"""Every event to an HTTP address, in order: `python to_webhook.py AMQP_URL QUEUE https://example.org/hook`.

The receiver knows a second delivery by the header `webhook-id`. While it does not answer 2xx it is asked again, and the
events behind wait: unlike the product's own webhooks, which are signed and hold nothing up, this keeps the order.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from itertools import chain, repeat

from coachworks_events import Event, subscribe

PAUSES = (1, 5, 30)
LONGEST = 120


def main(url: str, queue: str, hook: str) -> None:
    with subscribe(url, queue) as events:
        for event in events:
            for pause in chain(PAUSES, repeat(LONGEST)):
                if deliver(hook, event):
                    break
                time.sleep(pause)


def deliver(hook: str, event: Event) -> bool:
    """Whether the receiver has taken it."""
    headers = {"Content-Type": "application/cloudevents+json", "webhook-id": str(event.id)}
    request = urllib.request.Request(hook, json.dumps(event.document).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=20):
            return True
    except OSError as error:
        print(f"{hook} did not take {event.id}: {error}", file=sys.stderr)
        return False


if __name__ == "__main__":
    main(*sys.argv[1:4])
