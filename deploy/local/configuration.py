"""Which settings each process of a local system gets: its own and no others."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from chassis.identity import new_keys
from deploy.local.ports import Ports
from deploy.local.processes import CannotStart

SERVICES = ("engagements", "scheduling", "documents", "notifications", "billing")

#: What a process may see of the settings that people make, besides those that all services share.
_OPTIONAL = {
    "scheduling": ("ALLOW_PRIVATE_ADDRESSES",),
    "documents": (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_DEFAULT_REGION",
        "AWS_PROFILE",
    ),
    "notifications": ("ALLOW_PRIVATE_ADDRESSES",),
    "billing": ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE"),
    "gateway": ("TRUSTED_PROXIES",),
}
#: What every program needs of the machine.
_MACHINE = ("HOME", "LANG", "LC_ALL", "LOG_LEVEL", "SSL_CERT_FILE", "TMPDIR", "HTTPS_PROXY", "NO_PROXY")


def process_of(replica: str) -> str:
    """The process of the Procfile that a replica, such as `billing.2`, is one more of."""
    return replica.partition(".")[0]


class Configuration:
    """The settings of one local system: what its environment says, else defaults and secrets kept in its folder."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._env = {name: value for name, value in env.items() if value}
        self._ports = Ports(self.folder / "ports.json")
        self._secrets = _remembered_secrets(self.folder / "secrets.json")
        self.amqp_url = self._env.get("AMQP_URL", "")
        self.host = self._env.get("HOST", "127.0.0.1")
        self.port = self._port()
        self.public_url = self._env.get("PUBLIC_URL", self.url).rstrip("/")
        self.mail_folder = self.folder / "mail"
        self.mail_url = "" if "SMTP_URL" in self._env else f"http://127.0.0.1:{self.http_port('mailcatcher')}"
        self.admin_email = self._env.get("ADMIN_EMAIL", "admin@coachworks.example")
        self.admin_password = self._env.get("ADMIN_PASSWORD", self._secrets["ADMIN_PASSWORD"])

    @property
    def url(self) -> str:
        """Where a program on this machine reaches the gateway."""
        return self.url_of("gateway")

    def url_of(self, gateway: str) -> str:
        """Where it reaches a replica of the gateway."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 (compared, not bound)
        return f"http://{host}:{self._port_of(gateway)}"

    @property
    def smtp_url(self) -> str:
        """Where mail goes."""
        return self._env.get("SMTP_URL", f"smtp://127.0.0.1:{self._ports.get('smtp')}")

    def http_port(self, process: str) -> int:
        """The port on which a process tells how it is; for `documents` also the one for files."""
        return self._ports.get(process.replace("gateway", "gateway-metrics"))

    def database_url(self, service: str) -> str:
        """The service's own database."""
        name = f"{service.upper()}_DATABASE_URL"
        return self._env.get(name, f"sqlite:///{self.folder}/db/{service}.sqlite3")

    def environment(self, process: str) -> dict[str, str]:
        """All that a process of the Procfile finds in its environment."""
        owner = process_of(process).removesuffix("-worker")
        found = {name: self._env[name] for name in (*_MACHINE, *_OPTIONAL.get(owner, ())) if name in self._env}
        programs = str(Path(sys.executable).parent)
        found["PATH"] = f"{programs}{os.pathsep}{os.environ.get('PATH', '/usr/bin:/bin')}"
        found["PYTHONUNBUFFERED"] = "1"
        if owner == "mailcatcher":
            smtp_port, http_port = self._ports.get("smtp"), self.http_port(process)
            return found | {
                "SMTP_PORT": str(smtp_port),
                "HTTP_PORT": str(http_port),
                "MAIL_DIR": str(self.mail_folder),
            }
        found |= {
            "AMQP_URL": self.amqp_url,
            "PUBLIC_URL": self.public_url,
            "ASSERTION_PUBLIC_KEY": self._secrets["ASSERTION_PUBLIC_KEY"],
            "SECRET_KEY": self._secret_key_of(owner),
        }
        if owner == "gateway":
            documents = f"http://127.0.0.1:{self.http_port('documents')}"
            return found | {
                "HOST": self.host,
                "PORT": str(self._port_of(process)),
                "DOCUMENTS_URL": documents,
                "HTTP_PORT": str(self.http_port(process)),
            }
        found |= {
            f"{owner.upper()}_DATABASE_URL": self.database_url(owner),
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": str(self.http_port(process)),
        }
        if owner == "engagements":
            found |= {
                "ASSERTION_PRIVATE_KEY": self._secrets["ASSERTION_PRIVATE_KEY"],
                "ADMIN_EMAIL": self.admin_email,
                "ADMIN_PASSWORD": self.admin_password,
            }
        if owner == "documents":
            found["STORAGE_URL"] = self._env.get("STORAGE_URL", (self.folder / "files").as_uri())
        if owner == "notifications":
            found["SMTP_URL"] = self.smtp_url
            found["MAIL_FROM"] = self._env.get("MAIL_FROM", "Coachworks <no-reply@coachworks.example>")
            found["GATHER_SECONDS"] = self._env.get("GATHER_SECONDS", "300")
        return found

    def _secret_key_of(self, owner: str) -> str:
        """A key of its own for each service, so that one service's secrets tell nothing about another's."""
        masters = self._env.get("SECRET_KEY", self._secrets["SECRET_KEY"]).split(",")
        return ",".join(
            hmac.new(master.strip().encode(), owner.encode(), hashlib.sha256).hexdigest() for master in masters
        )

    def _port_of(self, gateway: str) -> int:
        return self.port if gateway == "gateway" else self._ports.get(gateway)

    def _port(self) -> int:
        said = self._env.get("PORT", "8000")
        if not said.isdigit() or int(said) > 65535:
            raise CannotStart(f"PORT must be a number up to 65535, not {said!r}.")
        return int(said) or self._ports.get("gateway")


def _remembered_secrets(file: Path) -> dict[str, str]:
    if not file.exists():
        private, public = new_keys()
        made = {
            "SECRET_KEY": secrets.token_urlsafe(32),
            "ADMIN_PASSWORD": secrets.token_urlsafe(12),
            "ASSERTION_PRIVATE_KEY": private,
            "ASSERTION_PUBLIC_KEY": public,
        }
        unfinished = file.with_suffix(".new")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
            json.dump(made, output, indent=1)
        unfinished.replace(file)
    remembered: dict[str, str] = json.loads(file.read_text())
    return remembered
