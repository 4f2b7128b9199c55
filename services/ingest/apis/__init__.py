"""How a carrier's single APIs are read, where it has several: each a module of its carrier's file. Pure."""
