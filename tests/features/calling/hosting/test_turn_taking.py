"""When a turn of the customer is over."""

from callout.features.calling.hosting.turn_taking import Patience, TurnTaking

PATIENCE = Patience(whole_s=0.25, plain_s=0.5, open_s=1.0, recogniser_s=2.0)


def spoken(turns: TurnTaking, text: str, *, until: float = 10.0, final_at: float = 10.3) -> None:
    turns.began(until - 1)
    turns.paused(until, until + 0.2)
    turns.final(text, "en", final_at)


def test_a_whole_sentence_ends_a_turn_sooner_than_words_that_call_for_more() -> None:
    for text, due in (("I need a plumber.", 10.3), ("I need a plumber", 10.5), ("I need a plumber and", 11.0)):
        turns = TurnTaking(PATIENCE)
        spoken(turns, text)
        assert turns.due_at() == due
        assert turns.ended(due - 0.01) is None
        ended = turns.ended(due)
        assert ended is not None
        assert (ended.text, ended.last_sound, ended.language) == (text, 10.0, "en")
        assert turns.ended(due + 1) is None


def test_who_goes_on_speaking_keeps_the_turn() -> None:
    turns = TurnTaking(PATIENCE)
    spoken(turns, "My address is")
    turns.began(10.6)
    assert turns.due_at() is None
    assert turns.partial("616 Willow") == "My address is 616 Willow"
    turns.paused(12.0, 12.2)
    turns.final("616 Willow Lane.", None, 12.3)
    ended = turns.ended(12.4)
    assert ended is not None
    assert ended.text == "My address is 616 Willow Lane."
    assert ended.duration_s == 3.0


def test_a_recogniser_that_does_not_answer_leaves_the_partial_words() -> None:
    turns = TurnTaking(PATIENCE)
    turns.began(1.0)
    turns.partial("stop calling me")
    turns.paused(2.0, 2.2)
    assert turns.due_at() == 4.2
    ended = turns.ended(4.2)
    assert ended is not None
    assert ended.text == "stop calling me"


def test_noise_is_no_turn() -> None:
    turns = TurnTaking(PATIENCE)
    turns.began(1.0)
    turns.paused(1.5, 1.7)
    turns.final("", None, 1.9)
    assert turns.due_at() is None
    assert turns.ended(9.0) is None


def test_a_cough_after_the_words_does_not_lose_them() -> None:
    turns = TurnTaking(PATIENCE)
    spoken(turns, "Yes.")
    turns.began(10.32)
    turns.paused(10.5, 10.7)
    turns.final("", None, 10.8)
    ended = turns.ended(10.8)
    assert ended is not None
    assert ended.text == "Yes."


def test_the_wait_for_the_recogniser_is_told_apart_from_the_silence() -> None:
    turns = TurnTaking(PATIENCE)
    spoken(turns, "I need a plumber.", final_at=10.65)
    ended = turns.ended(10.65)
    assert ended is not None
    assert round(ended.recogniser_s, 3) == 0.4


def test_final_words_that_come_too_late_are_not_heard_twice() -> None:
    turns = TurnTaking(PATIENCE)
    turns.began(9.0)
    turns.partial("I need a plumber.")
    turns.paused(10.0, 10.2)
    ended = turns.ended(12.3)
    assert ended is not None
    assert ended.text == "I need a plumber."
    assert turns.final("I need a plumber.", "en", 12.5) == ""
    assert turns.due_at() is None
    spoken(turns, "On Monday.", until=15.0, final_at=15.3)
    ended = turns.ended(15.4)
    assert ended is not None
    assert ended.text == "On Monday."


def test_final_words_of_a_turn_that_had_none_are_heard_late() -> None:
    turns = TurnTaking(PATIENCE)
    turns.began(9.0)
    turns.paused(10.0, 10.2)
    assert turns.ended(12.3) is None
    turns.final("I need a plumber.", "en", 12.5)
    ended = turns.ended(13.0)
    assert ended is not None
    assert ended.text == "I need a plumber."
