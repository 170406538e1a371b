"""The language: everything that crosses a service's border. marshmallow only, no I/O."""
