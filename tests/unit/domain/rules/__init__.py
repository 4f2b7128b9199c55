"""The rules of the status model as tables: what was scanned, and what must be shown, by hand."""
