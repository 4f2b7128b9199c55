"""Whole sets to take away: streamed in constant memory, resumable, as NDJSON, CSV or Parquet."""
