"""What the group intends is handed over in order, and nothing is delivered before its release."""

from services.runtime.intents import Intents


def released(intents: Intents, partition: int) -> bool:
    """Whether the loop could release `partition`."""
    return intents.release(partition, lambda: True)


def test_intents_are_handed_over_once() -> None:
    intents = Intents()
    intents.note("assigned", {0, 1})

    assert intents.take() == ({0, 1}, set(), set())
    assert intents.take() == (set(), set(), set())


def test_what_came_and_went_unseen_is_not_assigned() -> None:
    intents = Intents()
    intents.note("assigned", {0, 1})
    intents.note("revoked", {0, 1})
    intents.note("assigned", {1})

    assert intents.take() == ({1}, {0, 1}, set())


def test_lost_is_told_apart_from_revoked() -> None:
    intents = Intents()
    intents.note("revoked", {0})
    intents.note("lost", {1})

    assert intents.take() == (set(), {0}, {1})


def test_a_partition_is_delivered_from_its_release_on() -> None:
    intents = Intents()
    intents.note("assigned", {0, 1})
    intents.take()

    assert intents.released() == frozenset()
    assert released(intents, 1)
    assert intents.released() == {1}


def test_a_release_on_old_news_is_refused() -> None:
    intents = Intents()
    intents.note("assigned", {0})
    intents.take()
    intents.note("revoked", {0})
    intents.note("assigned", {0})

    assert not released(intents, 0)
    assert intents.released() == frozenset()


def test_any_news_of_a_partition_ends_its_delivery() -> None:
    for news in ("assigned", "revoked", "lost"):
        intents = Intents()
        intents.note("assigned", {0})
        intents.take()
        released(intents, 0)

        intents.note(news, {0})

        assert intents.released() == frozenset()


def test_a_release_that_cannot_start_delivers_nothing() -> None:
    intents = Intents()
    intents.note("assigned", {0})
    intents.take()

    assert not intents.release(0, lambda: False)
    assert intents.released() == frozenset()


def test_a_partition_is_held_before_anybody_can_release_it() -> None:
    intents = Intents()
    held: list[bool] = []

    intents.note("assigned", {0}, hold=lambda: held.append(True))

    assert held == [True]
