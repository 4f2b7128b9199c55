"""`python -m tests.guards.metrics_document`: writes `docs/metrics.md` from the catalogue of metrics."""

from pathlib import Path

from services.runtime.metrics import MetricRow, catalogue

PATH = Path(__file__).parents[2] / "docs" / "metrics.md"

_HEAD = """\
# Metrics

Every service shows these at `/metrics`, in the text format of Prometheus; a service sets those it works on.
`shiplog up --json` names the addresses. Written by `python -m tests.guards.metrics_document` from
`services/runtime/metrics.py`, where a metric is declared, once, with its sentence.

| metric | kind | labels | what it says |
|---|---|---|---|
"""


def metrics_document() -> str:
    """The whole text of the document."""
    return _HEAD + "".join(map(_line, catalogue()))


def _line(row: MetricRow) -> str:
    labels = ", ".join(f"`{label}`" for label in row.labels)
    return f"| `{row.name}` | {row.kind} | {labels} | {row.sentence.replace('|', '/')} |\n"


if __name__ == "__main__":
    PATH.write_text(metrics_document(), encoding="utf-8")
