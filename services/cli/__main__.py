"""The `shiplog` command: builds the app from its command modules and maps what they raise to exit codes."""

import sys
from collections.abc import Sequence
from importlib import import_module

import typer
from typer.exceptions import TyperException

from services.cli.output import AWAY, DONE, USAGE, CommandError, DependencyAway, Output, UsageError
from services.runtime.compiled import use_compiled
from services.runtime.config import BadSetting, StackMissing
from services.runtime.outcomes import BrokerUnavailable

# One module per command, each with `register(app)`. They import what is heavy inside their commands.
COMMANDS = (
    "local",
    "up",
    "demo",
    "topics",
    "migrate",
    "run",
    "import_",
    "replay",
    "parse",
    "recognize",
    "show",
    "export",
    "checksum",
    "rebuild",
    "rejected",
    "keys",
    "pending",
)

INTERRUPTED = 130


def build_app() -> typer.Typer:
    """The whole command line; a module of COMMANDS that cannot be imported is a bug and raises."""
    app = typer.Typer(
        name="shiplog",
        help="Event-sourced shipment tracking: scans in, read models out, alerts out.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_shiplog)
    for name in COMMANDS:
        import_module(f"services.cli.{name}").register(app)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with 0 done, 1 the answer is no, 2 usage, 3 a dependency is away."""
    use_compiled()
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run(given))


def run(arguments: list[str]) -> int:
    """Run one command in this process; returns its exit code, having said on stderr what went wrong."""
    output = Output(json="--json" in arguments)
    try:
        code = typer.main.get_command(build_app()).main(arguments, prog_name="shiplog", standalone_mode=False)
    except CommandError as error:
        output.failure(error)
        return error.exit_code
    except (StackMissing, BadSetting) as error:
        away = isinstance(error, StackMissing)
        output.failure(DependencyAway(str(error)) if away else UsageError(str(error)))
        return AWAY if away else USAGE
    except BrokerUnavailable as error:
        output.failure(DependencyAway(f"Kafka: {error}"))
        return AWAY
    except TyperException as error:
        output.failure(UsageError(error.format_message()))
        return USAGE
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        # the reader of our stdout has had enough (`| head`)
        sys.stderr.close()
        return DONE
    return code if isinstance(code, int) else DONE


def _shiplog() -> None:
    """Event-sourced shipment tracking: scans in, read models out, alerts out."""


if __name__ == "__main__":
    main()
