"""Who answers a simulated phone call, and how: arranged for a number, or read off its last digits. Pure.

Without an arrangement the last two digits of the number called decide, so that a list of numbers is a list of outcomes:

| last digits | what happens |
| --- | --- |
| 00..59, 95..99 | a person, one of the invented customers of the rehearsal, in turn |
| 60..69 | nobody answers |
| 70..79 | a voicemail |
| 80..84 | busy |
| 85..87 | a screening service |
| 88, 89 | a menu of keys |
| 90 | a fax |
| 91 | the call is rejected |
| 92 | the number cannot be reached |
| 93 | a person who lets it ring for 25 s |
| 94 | a person who hangs up in the middle of a word |
"""

from typing import Literal

import msgspec

Answers = Literal[
    "human", "machine", "screening", "ivr", "fax", "busy", "no_answer", "rejected", "failed", "never_reports"
]
PEOPLE = (
    "keen", "busy", "price_shopper", "not_interested", "elderly", "off_topic", "emergency", "rude", "opt_out",
    "wrong_number", "scammer", "prompt_injector",
)  # fmt: skip
MENU = "Thank you for calling. For sales, press 1. For service, press 2. To hear these options again, stay on the line."
UNREACHED: dict[str, tuple[str, int]] = {
    "busy": ("busy", 486),
    "rejected": ("busy", 603),
    "failed": ("failed", 404),
    "no_answer": ("no-answer", 487),
}
"""How calls end that nobody takes: Twilio's status and the SIP response."""


class Behaviour(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the other side of a call does.

    Attributes:
        answers: who or what takes the call; `never_reports` answers like a person while no webhook is sent.
        after_s: how long it rings.
        persona: an invented customer of the rehearsal (`features/calling/rehearsal/data/personas`).
        lines: said one after the other instead of a persona's.
        greets: said at once when the call is answered.
        seed: the same seed plays a persona the same way.
        needs: what a persona needs, in its words.
        patience_s: silence of the agent after which it speaks.
        keys: pressed one after the other, one for each of its turns.
        hangs_up_after_s: seconds after the answer.
        hangs_up_mid_word: ends the call in the middle of its first words.
        drop: share of audio frames that are lost.
        jitter_ms: by how much frames come late, at most.
        media: `none` connects no audio; the call lasts `hangs_up_after_s`, 20 s unless given. `text` sends what is said
            as words instead of audio, at the pace of speech (see `twilio_text`).
        voice: speaks, such as `flite:rms`, which people understand where flite is installed.
        detected: what the machine detection says instead of the truth, such as unknown.
    """

    answers: Answers = "human"
    after_s: float = 4.0
    persona: str | None = None
    lines: tuple[str, ...] = ()
    greets: str = ""
    seed: int = 0
    needs: str | None = None
    patience_s: float = 0.7
    keys: str = ""
    hangs_up_after_s: float | None = None
    hangs_up_mid_word: bool = False
    drop: float = 0.0
    jitter_ms: float = 0.0
    media: Literal["marker", "text", "none"] = "marker"
    voice: str = ""
    detected: str | None = None


def behaviour_of(number: str) -> Behaviour:
    """What the last digits of a number say."""
    last = int(number[-2:]) if number[-2:].isdigit() else 0
    seed = int(number[1:]) if number[1:].isdigit() else 0
    ring_s = 2.0 + seed % 5
    person = Behaviour(persona=PEOPLE[last % len(PEOPLE)], seed=seed, after_s=ring_s)
    if 60 <= last <= 69:
        return Behaviour(answers="no_answer")
    if 70 <= last <= 79:
        return Behaviour(answers="machine", persona="voicemail", seed=seed, after_s=12.0)
    if 80 <= last <= 84:
        return Behaviour(answers="busy", after_s=ring_s)
    if 85 <= last <= 87:
        return Behaviour(answers="screening", persona="screening_bot", seed=seed, after_s=ring_s)
    special = {
        88: Behaviour(answers="ivr", after_s=ring_s),
        89: Behaviour(answers="ivr", after_s=ring_s),
        90: Behaviour(answers="fax", after_s=ring_s),
        91: Behaviour(answers="rejected", after_s=ring_s),
        92: Behaviour(answers="failed", after_s=0.5),
        93: msgspec.structs.replace(person, after_s=25.0),
        94: msgspec.structs.replace(person, hangs_up_mid_word=True),
    }
    return special.get(last, person)


def detection_of(behaviour: Behaviour, *, waits_for_end: bool) -> tuple[str, float]:
    """What machine detection says and after how many seconds.

    Args:
        behaviour: of the callee.
        waits_for_end: of a machine's greeting (`DetectMessageEnd`).
    """
    if behaviour.detected is not None:
        return behaviour.detected, 3.0
    match behaviour.answers:
        case "machine" | "ivr":
            is_beep = behaviour.answers == "machine"
            return (("machine_end_beep" if is_beep else "machine_end_silence"), 9.0) if waits_for_end else (
                "machine_start", 3.8)  # fmt: skip
        case "fax":
            return "fax", 2.5
        case "screening":
            return "unknown", 4.0
        case _:
            return "human", 1.6
