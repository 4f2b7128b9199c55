"""The command `demo` and its options."""

from typing import Annotated

import typer

from services.cli.output import AnswerIsNo, JsonFlag, Output

Keep = Annotated[bool, typer.Option("--keep", help="Leave the stack and its services running.")]
Parcels = Annotated[int, typer.Option(min=1, max=1_000_000, help="How many parcels to simulate.")]
Seed = Annotated[int, typer.Option(help="Another seed, other parcels.")]


def register(app: typer.Typer) -> None:
    """Add `demo`."""
    app.command("demo")(demo)


def demo(keep: Keep = False, parcels: Parcels = 3_000, seed: Seed = 7, json: JsonFlag = False) -> None:
    """Play simulated parcels through a fresh stack in virtual time, and show what came of them."""
    from services.cli.demo.acts import simulated_parcels
    from services.cli.demo.olist import olist_deliveries
    from services.cli.demo.tables import show_deliveries, show_parcels

    output = Output(json)
    told = simulated_parcels(parcels=parcels, seed=seed, keep=keep, output=output)
    if not json:
        show_parcels(told)
    told["olist"] = olist = olist_deliveries(output)
    if olist is not None and not json:
        show_deliveries(olist)
    if json:
        output.line(told)
    if olist is not None and olist["found"] != olist["truth"]:
        raise AnswerIsNo("what was found in the Olist deliveries is not the truth", error="olist_differs")
