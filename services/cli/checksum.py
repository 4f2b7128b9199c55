"""`shiplog checksum`: the read model's sum, as it is kept or computed again from the rows."""

from typing import Annotated, Any

import typer

from services.cli.output import AnswerIsNo, JsonFlag, Output

Recompute = Annotated[bool, typer.Option("--recompute", help="Fold the rows again; exit 1 if that differs.")]
History = Annotated[bool, typer.Option("--history", help="Add the sum of the timeline's rows.")]


def register(app: typer.Typer) -> None:
    """Add `checksum`."""
    app.command("checksum")(checksum)


def checksum(recompute: Recompute = False, history: History = False, json: JsonFlag = False) -> None:
    """Print checksum, number of shipments and offsets of the read model."""
    from services.cli.readback.store import read_model
    from services.cli.readback.summary import checksum_of, hex_sum
    from services.cli.readback.sums import recomputed
    from services.runtime.config import read_settings

    output = Output(json)
    with read_model(read_settings().database_url) as model, model.one_snapshot():
        checkpoints = model.checkpoints()
        kept = checksum_of(checkpoints)
        told: dict[str, Any] = {
            "checksum": kept,
            "shipments": sum(c.shipments for c in checkpoints),
            "offsets": {str(c.partition): c.next_offset for c in checkpoints},
        }
        if history:
            told["history"] = hex_sum(sum(c.history_sum for c in checkpoints))
        if recompute:
            with output.progress("folding shipments", total=told["shipments"]) as seen:
                again = recomputed(model, seen=seen)
            told |= {"checksum": again.checksum, "shipments": again.shipments, "wrong_rows": again.wrong}
    output.result(told, human=lambda: f"{told['checksum']}  {told['shipments']:,} shipments")
    if told["checksum"] != kept or told.get("wrong_rows"):
        raise AnswerIsNo(
            f"the rows give {told['checksum']}, the checkpoints say {kept}; {told['wrong_rows']} rows are "
            "wrong: `shiplog rebuild --check` names them",
            error="checksum_differs",
        )
