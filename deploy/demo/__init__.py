"""The demo organisation, loaded through the public API as people would: `python -m deploy.demo`."""
