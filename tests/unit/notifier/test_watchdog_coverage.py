"""Up to which instant everything that may bear on a deadline has been folded."""

from services.notifier.due import IngestState
from services.notifier.watchdog.coverage import KEPT_SAMPLES, LIVING_MS, Coverage, Sample, sample

NOW = 1_000_000


def covered(*samples: Sample, at: dict[int, int]) -> Coverage:
    coverage = Coverage()
    for taken in samples:
        coverage.add(taken)
    coverage.reach(at)
    return coverage


def test_a_deadline_before_the_sample_is_covered_once_the_checkpoint_is_at_its_end() -> None:
    coverage = covered(Sample(NOW, {0: 10}), at={0: 10})

    assert coverage.covers(0, NOW - 1)
    assert not coverage.covers(0, NOW)
    assert not coverage.covers(0, NOW + 1)


def test_a_projector_behind_covers_nothing() -> None:
    coverage = covered(Sample(NOW, {0: 10}), at={0: 9})

    assert not coverage.covers(0, NOW - 1)


def test_an_older_sample_counts_while_the_projector_is_always_a_little_behind() -> None:
    coverage = covered(Sample(NOW, {0: 10}), Sample(NOW + 1_000, {0: 20}), at={0: 15})

    assert coverage.covers(0, NOW - 1)
    assert not coverage.covers(0, NOW + 1)


def test_partitions_are_covered_one_by_one() -> None:
    coverage = covered(Sample(NOW, {0: 10, 1: 10}), at={0: 10, 1: 9})

    assert coverage.covers(0, NOW - 1)
    assert not coverage.covers(1, NOW - 1)


def test_a_partition_without_checkpoint_or_sample_is_not_covered() -> None:
    coverage = covered(Sample(NOW, {0: 0, 1: 0}), at={0: 0})

    assert coverage.covers(0, NOW - 1)
    assert not coverage.covers(1, NOW - 1)
    assert not coverage.covers(7, NOW - 1)


def test_what_was_covered_stays_covered() -> None:
    coverage = covered(Sample(NOW, {0: 10}), at={0: 10})
    coverage.add(sample(NOW + 5_000, [IngestState("a", 400)], {0: 11}))

    coverage.reach({0: 50})

    assert coverage.covers(0, NOW - 1)


def test_an_event_held_by_ingest_holds_back_the_deadlines_behind_its_arrival() -> None:
    instances = [IngestState("a", None), IngestState("b", NOW - 60_000), IngestState("c", NOW - 5)]

    taken = sample(NOW, instances, {0: 3})

    coverage = covered(taken, at={0: 3})
    assert coverage.covers(0, NOW - 60_001)
    assert not coverage.covers(0, NOW - 60_000)


def test_instances_that_hold_nothing_hold_back_nothing() -> None:
    assert sample(NOW, [IngestState("a", None)], {0: 3}) == Sample(NOW, {0: 3})


def test_samples_do_not_pile_up_while_the_projector_stands() -> None:
    coverage = Coverage()
    for second in range(2 * KEPT_SAMPLES):
        coverage.add(Sample(NOW + second, {0: second}))

    coverage.reach({0: 3 * KEPT_SAMPLES})

    assert coverage.covers(0, NOW + 2 * KEPT_SAMPLES - 2)


def test_what_came_since_a_living_instance_told_of_itself_is_waited_for() -> None:
    living, gone = IngestState("a", None, seen_ms=NOW - 700), IngestState("b", None, seen_ms=NOW - LIVING_MS)

    taken = sample(NOW, [living, gone], {0: 3})

    assert taken.until_ms == NOW - 700
