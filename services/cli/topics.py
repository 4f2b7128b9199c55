"""`shiplog topics apply|check`: create the topics as `schemas/topics.py` defines them, or compare."""

from typing import Annotated

import typer

from schemas.topics import Topics, topics
from services.cli.output import AnswerIsNo, DependencyAway, JsonFlag, Output
from services.runtime.config import Settings, read_settings

Replication = Annotated[int, typer.Option(min=1, help="Copies of each partition; 3 in production.")]


def register(app: typer.Typer) -> None:
    """Add `topics` with its two verbs."""
    topics_app = typer.Typer(help="Create and compare the topics.", no_args_is_help=True)
    topics_app.command("apply")(apply)
    topics_app.command("check")(check)
    app.add_typer(topics_app, name="topics")


def apply(replication: Replication = 1, json: JsonFlag = False) -> None:
    """Create what is missing; topics that exist and differ are named, exit 1."""
    from services.runtime.outcomes import BrokerUnavailable
    from services.runtime.topics import check_topics, ensure_topics

    settings, wanted = _wanted()
    try:
        ensure_topics(settings.kafka, wanted, replication=replication)
        differences = check_topics(settings.kafka, wanted)
    except BrokerUnavailable as error:
        raise DependencyAway(f"Kafka is away: {error}") from error
    if differences:
        raise AnswerIsNo("; ".join(differences), error="topics_differ", differences=differences)
    names = [topic.name for topic in wanted.all()]
    Output(json).result({"topics": names}, human="\n".join(names))


def check(json: JsonFlag = False) -> None:
    """Compare the topics with their definition; exit 1 when they differ."""
    from services.runtime.outcomes import BrokerUnavailable
    from services.runtime.topics import check_topics

    settings, wanted = _wanted()
    try:
        differences = check_topics(settings.kafka, wanted)
    except BrokerUnavailable as error:
        raise DependencyAway(f"Kafka is away: {error}") from error
    if differences:
        raise AnswerIsNo("; ".join(differences), error="topics_differ", differences=differences)
    Output(json).result({"differences": []}, human="the topics are as defined")


def _wanted() -> tuple[Settings, Topics]:
    settings = read_settings()
    return settings, topics(prefix=settings.topic_prefix, partitions=settings.partitions)
