"""What commands read back from PostgreSQL and the topics, with connections and consumers of their own."""
