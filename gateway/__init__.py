"""The gateway: pages and the public API over the services' calls. Owns no data, knows no rule."""
