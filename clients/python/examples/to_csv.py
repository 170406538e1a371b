"""What was invoiced and paid, one line for each change: `python to_csv.py AMQP_URL QUEUE FILE.csv`."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

from coachworks_events import SeenInSqlite, subscribe
from coachworks_events.types.billing import InvoiceFacts

COLUMNS = ("time", "type", "invoice", "number", "state", "currency", "total", "balance")


def main(url: str, queue: str, path: Path) -> None:
    with path.open("a", newline="") as file, subscribe(url, queue, seen=SeenInSqlite(f"{path}.seen")) as events:
        lines = csv.writer(file)
        if not file.tell():
            lines.writerow(COLUMNS)
        for event in events:
            match event.facts:
                case InvoiceFacts(number=number, state=state, currency=currency, total=total, balance=balance):
                    lines.writerow([event.time, event.type, event.subject, number, state, currency, total, balance])
                    file.flush()
                    os.fsync(file.fileno())  # only then the event is acked


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
