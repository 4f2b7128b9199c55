"""Whether a notifier may start."""

from services.notifier.starting import Start, refused


def test_a_topic_that_never_lost_a_record_may_be_read_from_its_start() -> None:
    assert refused({0: Start(committed=None, log_start=0, has_alert=False)}) == ()


def test_a_committed_offset_or_a_last_alert_says_where_to_go_on() -> None:
    starts = {
        0: Start(committed=17, log_start=9, has_alert=False),
        1: Start(committed=None, log_start=9, has_alert=True),
    }

    assert refused(starts) == ()


def test_lost_records_and_no_place_to_go_on_from_are_refused() -> None:
    starts = {
        2: Start(committed=None, log_start=9, has_alert=False),
        0: Start(committed=0, log_start=9, has_alert=False),
        1: Start(committed=None, log_start=1, has_alert=False),
    }

    assert refused(starts) == (1, 2)
