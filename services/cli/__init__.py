"""The `shiplog` command."""
