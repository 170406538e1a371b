"""Three RabbitMQ nodes on one machine that are one broker; each may be killed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deploy.local.rabbitmq import RabbitNode
from tests.support.broker import eventually

NODES = 3


class ClusterNode(RabbitNode):
    """One of them. All have one cookie and one port mapper, which the first node starts."""

    def __init__(self, folder: Path, number: int, first: ClusterNode | None) -> None:
        super().__init__(folder / str(number))
        self.name = f"coachworks{number}@localhost"
        self._home = folder
        self._first = first or self
        names = ",".join(f"'coachworks{number}@localhost'" for number in range(1, NODES + 1))
        self.folder.mkdir(parents=True)
        (self.folder / "advanced.config").write_text(f"[{{rabbit, [{{cluster_nodes, {{[{names}], disc}}}}]}}].\n")

    def launch(self) -> None:
        if self._first is not self:
            self._epmd = self._first._epmd
        super().launch()

    def _environment(self) -> dict[str, str]:
        shared = {"HOME": str(self._home), "ERL_EPMD_PORT": str(self._first._ports.get("epmd"))}
        return super()._environment() | shared | {"RABBITMQ_NODENAME": self.name}


class Cluster:
    """The nodes as one broker. The queues of calls, which are no quorum queues, are mirrored by deploy/README.md's
    policy."""

    def __init__(self, folder: Path) -> None:
        self.nodes: list[ClusterNode] = []
        for number in range(1, NODES + 1):
            self.nodes.append(ClusterNode(folder, number, self.nodes[0] if self.nodes else None))

    @property
    def url(self) -> str:
        """The addresses of all nodes."""
        return ";".join(node.url for node in self.nodes)

    def start(self) -> None:
        """Returns when all are there and know each other."""
        first, *others = self.nodes
        first.start()
        for node in others:
            node.launch()  # it joins the first
        for node in others:
            node.wait()
        self._any().ctl("set_policy", "calls", "^rpc-", '{"ha-mode":"all"}', "--apply-to", "queues")

    def stop(self) -> None:
        for node in reversed(self.nodes):
            node.stop()

    def leader_of(self, queue: str) -> ClusterNode:
        """The node that leads a quorum queue or a stream."""
        leader = self._queues()[queue]["leader"]
        return next(node for node in self.nodes if node.name == leader)

    def await_whole(self, *queues: str) -> None:
        """Returns when each of the queues has a member on every node that is up."""
        eventually(lambda: all(len(self._queues()[one]["online"]) == NODES for one in queues), 60, "the whole cluster")

    def _queues(self) -> dict[str, dict[str, Any]]:
        listed = self._any().ctl("list_queues", "--formatter", "json", "name", "leader", "online")
        return {row["name"]: row for row in json.loads(listed)}

    def _any(self) -> ClusterNode:
        return next(node for node in self.nodes if node.process is not None)
