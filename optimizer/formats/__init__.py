"""Instance and schedule files: one module a format, found by suffix (docs/formats.md)."""
