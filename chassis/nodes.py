"""The broker's nodes: AMQP_URL is one address, or those of a cluster's nodes joined by `;` (decision 0109).

kombu reads it so by itself; here it is the same for pika.
"""

from __future__ import annotations

import pika


def nodes_of(url: str) -> list[str]:
    """The address of each node, in the order in which they are tried."""
    return url.split(";")


def parameters_of(url: str) -> list[pika.URLParameters]:
    """What pika connects to: the first node that answers."""
    return [pika.URLParameters(address) for address in nodes_of(url)]
