"""A folder that keeps its rounds and answers when it is told to."""

from dataclasses import dataclass, field

from services.projector.folder import Folded, Round


@dataclass
class RecordingFolder:
    """Keeps its rounds; answers when it is told to."""

    rounds: list[Round] = field(default_factory=list)
    outstanding: int = 0
    silent_for: float = 0.0
    answers: list[Folded] = field(default_factory=list)

    def submit(self, round_: Round) -> None:
        """As Folder.submit."""
        self.rounds.append(round_)
        self.outstanding += 1

    def results(self) -> list[Folded]:
        """As Folder.results."""
        answers, self.answers = self.answers, []
        self.outstanding -= len(answers)
        return answers

    def close(self) -> None:
        """As Folder.close."""

    def taken(self, number: int) -> list[int]:
        """The offsets it was given of a claim."""
        return [record[0] for round_ in self.rounds for record in round_.records.get(number, ())]
