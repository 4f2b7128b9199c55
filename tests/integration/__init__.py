"""Tests against the real Kafka and the real PostgreSQL of the session's stack."""
