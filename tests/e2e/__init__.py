"""The whole path through real processes, a real Kafka and a real PostgreSQL."""
