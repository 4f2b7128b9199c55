"""A read side that serves exports and nothing else, so that its memory is theirs; ends with its input."""

import sys
from pathlib import Path

from services.query.exports import routes
from tests.integration.query_stand import served


def main(url: str, home: str) -> None:
    """Say where it answers, and answer until told to end."""
    with served(url, Path(home), features=(routes.add_to,)) as api:
        sys.stdout.write(f"{api.client.base_url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
