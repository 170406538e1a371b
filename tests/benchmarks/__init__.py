"""How fast events and calls are, beside stock Nameko doing the same work: `python -m tests.benchmarks`."""

import warnings

warnings.filterwarnings("ignore", message="(?s).*Eventlet is deprecated")
