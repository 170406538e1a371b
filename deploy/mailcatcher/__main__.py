"""`python -m deploy.mailcatcher --smtp-port 2525 --http-port 8025 --dir mail`: both sides, until SIGTERM."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from pathlib import Path

from werkzeug.serving import make_server

from deploy.mailcatcher.pages import create_app
from deploy.mailcatcher.smtp import smtp_server
from deploy.mailcatcher.store import MailStore


def main() -> int:
    """Serve until SIGTERM or SIGINT; 1 with a sentence when a port is taken."""
    parser = argparse.ArgumentParser(description="Takes every mail, delivers none, shows all.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    chosen = parser.parse_args()

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    store = MailStore(chosen.dir)
    smtp = smtp_server(store, chosen.host, chosen.smtp_port)
    try:
        smtp.start()
        web = make_server(chosen.host, chosen.http_port, create_app(store), threaded=True)
    except OSError as error:
        print(f"Error: the mail catcher cannot listen: {error}", file=sys.stderr)
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=web.shutdown).start())
    web.serve_forever()
    smtp.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
