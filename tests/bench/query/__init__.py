"""How fast the read side answers over very many shipments: `make bench-query`."""
