"""The read side: HTTP API, live updates, pages, exports. Reads only; commands go through ingest."""
