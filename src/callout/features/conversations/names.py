"""Who the customer is: persons and organisations named in speech."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from callout.features.conversations import lexicon
from callout.features.conversations.text import Hit, PhraseSet, Words, word_list

_MAX_TOKENS = 3
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "doctor", "sir", "madam", "prof"})
_FILLERS = word_list(
    "yes yeah yep sure ok okay oh uh um well hi hello hey of course it's its it is this that's that the and so "
    "please sorry alright certainly absolutely no problem here you go thanks thank good morning afternoon evening"
)
_JOINERS = frozenset({"and", "or", "but", "from", "with", "at", "of", "the", "my", "phone", "email", "number"})
_CUES = PhraseSet(
    {
        "strong": [
            "my name is", "my name's", "my names", "my name", "name is", "name's", "full name is", "full name",
            "fullname", "first name is",
            "last name is", "surname is", "call me", "you can call me", "myself", "under the name", "the name of",
            "name",
            "i go by", "put it under", "name would be", "speaking is",
        ],
        "weak": [
            "this is", "i am", "i'm", "im", "it's", "its", "it is", "here is", "you're speaking with",
            "you are speaking with",
        ],
    }
)  # fmt: skip
_NOT_MY_NAME = word_list(
    "salon dentist doctor therapist property apartment business company user brand account husband's wife's place "
    "pet dog"
)
_ASKS_NAME = re.compile(
    r"\b(?:(?:your|the|a|full|first|last|good|customer'?s?|caller'?s?) (?:full |first |last |good )*name\b|"
    r"who (?:am i|i am|i'm) (?:speaking|talking)|who is (?:this|calling)|who's (?:this|calling)|"
    r"may i (?:know|ask) who|may i have the name|name and|name please|name for the (?:appointment|order|booking))"
)
_ASKS_OTHER_NAME = re.compile(
    r"\b(?:company|business|salon|dentist|doctor|therapist|property|event|movie|song|place|restaurant|organi[sz]ation)"
    r"(?:'s)? name|name of (?:the|your) (?!person|customer|caller)"
)
_GUESSES_NAME = re.compile(
    r"\b(?:am i (?:speaking|talking) (?:with|to)|is this|may i speak (?:with|to)|this is|speaking with|"
    r"could i speak (?:with|to)|do i have)\s+",
    re.IGNORECASE,
)
_OTHER_NAMES = frozenset({"the", "a", "what", "business", "user", "any", "by"})
_RUN_ON_ADDRESS = re.compile(r"(?:gmail|yahoo|hotmail|outlook|comcast|camcast|live|mail|aol)(?:com|net)$")


_INTRODUCTIONS = (" this is ", " my name is ", " i'm ", " i am ", " calling from ", " i own ", " i work ")
_ALSO_VERBS = frozenset({"will", "may", "mark", "bill", "rich", "art", "grace", "hope", "joy"})


class NameMention(NamedTuple):
    """A person named in an utterance. `weight` grows with the certainty of the cue, 1 to 4."""

    start: int
    end: int
    name: str
    weight: int


class ProperName(NamedTuple):
    """A capitalised name in an utterance: `kind` is person or organization."""

    start: int
    end: int
    name: str
    kind: str


def is_lower_case(texts: Sequence[str]) -> bool:
    """Whether a transcript carries no capitals, as speech-to-text often gives it."""
    spoken = [text for text in texts if any(char.isalpha() for char in text)]
    if not spoken:
        return False
    capital = sum(any(char.isupper() for char in text) for text in spoken)
    return capital < 0.25 * len(spoken)


def asks_for_name(folded_agent_turn: str) -> bool:
    """Whether the agent asks for the customer's name."""
    return bool(_ASKS_NAME.search(folded_agent_turn)) and not _ASKS_OTHER_NAME.search(folded_agent_turn)


def person(
    words: Words,
    *,
    lower_case: bool,
    asked: bool = False,
    alone: bool = False,
    excluded: Collection[str] = (),
) -> NameMention | None:
    """The person a customer says they are.

    Args:
        words: the customer's turn.
        lower_case: the transcript has no capitals.
        asked: the agent has just asked for a name.
        alone: only the customer's side was recorded, so an answer may stand without its question.
        excluded: folded names of our own side, and of services, that are never the customer.
    """
    best: NameMention | None = None
    for hit in _CUES.longest(words):
        if words.negated(hit.first) and hit.label == "weak":
            continue
        mention = _after_cue(words, hit, lower_case, excluded)
        if mention and (best is None or mention.weight >= best.weight):
            best = mention
    if best is None:
        best = _speaking_here(words, lower_case, excluded)
    if best is None and (asked or alone):
        best = _bare_answer(words, lower_case=lower_case, asked=asked, excluded=excluded)
    return best


def guessed_by_agent(text: str, excluded: Collection[str] = ()) -> NameMention | None:
    """The person an agent asks for: "Am I speaking with Anna Reyes?"."""
    match = _GUESSES_NAME.search(text)
    if match is None or "?" not in text[match.end() :]:
        return None
    words = Words(text[match.end() :].split("?", maxsplit=1)[0])
    taken = _take(words, 0, lower_case=False, excluded=excluded)
    if not taken:
        return None
    end = words.ends[taken - 1]
    return NameMention(match.end(), match.end() + end, _shown(words, 0, taken - 1, False), 3)


def proper_names(words: Words, sentence_starts: Collection[int]) -> list[ProperName]:
    """Capitalised names of two or more words, or with a title, in a text that has capitals."""
    organisation = lexicon.word_set("names", "organisation")
    common = lexicon.word_set("names", "common")
    given = lexicon.word_set("names", "given")
    found = []
    index = 0
    while index < len(words):
        if not _capital(words, index) or (
            index in sentence_starts and words.tokens[index] in common and words.tokens[index] not in organisation
        ):
            index += 1
            continue
        last = index
        while last + 1 < len(words) and _continues(words, last):
            last += 1
            if not _capital(words, last):
                last += 1
        tokens = words.tokens[index : last + 1]
        titled = tokens[0] in _TITLES or any(token in ("md", "dds", "phd", "psyd", "dmd") for token in tokens)
        business = any(token in organisation for token in tokens)
        useful = len(tokens) >= 2 or titled
        known = [token for token in tokens if token not in common or token in given]
        if useful and (known or business) and not _is_calendar(tokens):
            first = index - 1 if business and _is_number_of_name(words, index) else index
            start, end = words.span(first, last)
            kind = "organization" if business and not titled else "person"
            found.append(ProperName(start, end, words.text[start:end], kind))
        index = last + 1
    return found


def organisation_after(words: Words, excluded: Collection[str] = ()) -> tuple[int, int, str] | None:
    """The company a customer calls for: "this is Joe from Acme Plumbing"."""
    if not any(cue in words.line for cue in _INTRODUCTIONS):
        return None
    organisation = lexicon.word_set("names", "organisation")
    for index in range(1, len(words) - 1):
        if words.tokens[index] not in ("from", "with", "at", "own", "represent") or not _capital(words, index + 1):
            continue
        last = index + 1
        while last + 1 < len(words) and _continues(words, last) and _capital(words, last + 1):
            last += 1
        name = words.quote(index + 1, last)
        business = "calling from" in words.line or not organisation.isdisjoint(words.tokens[index + 1 : last + 1])
        if business and name.casefold() not in excluded:
            return (*words.span(index + 1, last), name)
    return None


def _after_cue(words: Words, cue: Hit, lower_case: bool, excluded: Collection[str]) -> NameMention | None:
    strong = cue.label == "strong"
    before = words.tokens[cue.first - 1] if cue.first else ""
    if "name" in cue.phrase and before in _NOT_MY_NAME:
        return None
    if cue.phrase == "the name of" or (cue.phrase == "name" and before in _OTHER_NAMES):
        return None
    begin = cue.last + 1
    while begin < len(words) and words.tokens[begin] in ("is", "uh", "um", *_TITLES):
        begin += 1
    taken = _take(words, begin, lower_case=lower_case, excluded=excluded)
    if not taken:
        return None
    end = begin + taken - 1
    if (not strong or cue.phrase == "call me") and not _stands_as_name(words, begin, end, lower_case):
        return None
    weight = 2 if not strong else 4 if "my" in cue.phrase or "full" in cue.phrase else 3
    if "full" in cue.phrase and taken > 1:
        weight += 1
    start, stop = words.span(begin, end)
    return NameMention(start, stop, _shown(words, begin, end, lower_case), weight)


def _take(words: Words, begin: int, *, lower_case: bool, excluded: Collection[str]) -> int:
    """How many tokens from `begin` form a name, 0 to 3."""
    taken = 0
    while begin + taken < len(words) and taken < _MAX_TOKENS:
        index = begin + taken
        if taken and (words.clauses[index] != words.clauses[begin] or words.tokens[index] in _JOINERS):
            break
        if not _can_be_name(words, index, is_first=not taken, lower_case=lower_case):
            break
        taken += 1
    folded = " ".join(words.tokens[begin : begin + taken])
    ours = folded in excluded or any(folded == name.split()[0] for name in excluded if name)
    return 0 if ours else taken


def _can_be_name(words: Words, index: int, *, is_first: bool, lower_case: bool) -> bool:
    token = words.tokens[index]
    common = lexicon.word_set("names", "common")
    given = token in lexicon.word_set("names", "given")
    if not token.replace("'", "").isalpha() or (len(token) < 2 and is_first) or _RUN_ON_ADDRESS.search(token):
        return False
    if token.endswith("s") and token[:-1] in common and not given:
        return False
    if lower_case:
        return token not in common or (given and token not in _ALSO_VERBS)
    if not _capital(words, index):
        return False
    return token not in common or given or (not is_first and token not in _CALENDAR)


def _stands_as_name(words: Words, begin: int, end: int, lower_case: bool) -> bool:
    """Whether a candidate after a weak cue is a name and not the start of a statement."""
    tokens = words.tokens[begin : end + 1]
    given = tokens[0] in lexicon.word_set("names", "given")
    following = words.tokens[end + 1] if end + 1 < len(words) and words.clauses[end + 1] == words.clauses[end] else ""
    if tokens[-1].endswith("ing") and not given:
        return False
    if not lower_case:
        return following not in ("to", "about") or given
    if following in ("to", "about", "on", "in", "for", "at") and not given:
        return False
    if following in lexicon.word_set("names", "verbs") and not given:
        return False
    return given or following in ("", "here", "from", "speaking", "and", "i", "calling", "with") or len(tokens) > 1


def _speaking_here(words: Words, lower_case: bool, excluded: Collection[str]) -> NameMention | None:
    """Reads "Anna Reyes speaking", "beatriz here"."""
    for index, token in enumerate(words.tokens[:4]):
        if token not in ("speaking", "here") or index == 0:
            continue
        for first in range(max(0, index - 2), index):
            if _take(words, first, lower_case=lower_case, excluded=excluded) >= index - first:
                start, end = words.span(first, index - 1)
                return NameMention(start, end, _shown(words, first, index - 1, lower_case), 3)
    return None


def _bare_answer(words: Words, *, lower_case: bool, asked: bool, excluded: Collection[str]) -> NameMention | None:
    common = lexicon.word_set("names", "common")
    begin = 0
    while begin < len(words) and words.tokens[begin] in _FILLERS:
        begin += 1
    while begin < len(words) and words.tokens[begin] in _TITLES:
        begin += 1
    taken = _take(words, begin, lower_case=lower_case, excluded=excluded)
    if not taken:
        return None
    tokens = words.tokens[begin : begin + taken]
    given = tokens[0] in lexicon.word_set("names", "given")
    rest = words.tokens[begin + taken :]
    if asked:
        if not given and len(rest) > 8:
            return None
    else:
        leftover = [] if rest and rest[0].isdigit() and given else [token for token in rest if not token.isdigit()]
        detail = bool(leftover) and leftover[0] in (
            "and",
            "ssn",
            "mobile",
            "phone",
            "email",
            "number",
            "my",
            "cell",
            "contact",
            "ph",
        )
        if leftover and not detail:
            return None
        if not given and (begin or taken > 2 or any(len(token) < 4 or token in common for token in tokens)):
            return None
        if not given and taken == 1 and begin == 0 and len(rest) == 0 and len(tokens[0]) < 4:
            return None
    start, end = words.span(begin, begin + taken - 1)
    weight = 3 if asked else 2 if given else 1
    return NameMention(start, end, _shown(words, begin, begin + taken - 1, lower_case), weight)


def _shown(words: Words, first: int, last: int, lower_case: bool) -> str:
    text = words.quote(first, last)
    text = re.sub(r"\s+", " ", text)
    return text.title() if lower_case and text == text.lower() else text


def _capital(words: Words, index: int) -> bool:
    return words.text[words.starts[index]].isupper()


def _continues(words: Words, last: int) -> bool:
    """Whether the next token goes on with a capitalised name."""
    gap = words.text[words.ends[last] : words.starts[last + 1]]
    if gap in (" ", "-", " - ", "'", ". ", " & ", ".", ": ") and _capital(words, last + 1):
        return not (gap == ". " and len(words.tokens[last]) > 2 and words.tokens[last] not in (*_TITLES, "st", "mt"))
    if gap == ", " and words.tokens[last + 1] in ("md", "dds", "phd", "inc", "llc", "m", "d", "dmd", "ph"):
        return _capital(words, last + 1)
    joins = words.tokens[last + 1] in ("of", "and", "the", "by", "&", "de", "la", "for")
    return (
        gap == " "
        and joins
        and last + 2 < len(words)
        and _capital(words, last + 2)
        and words.text[words.ends[last + 1] : words.starts[last + 2]] == " "
        and words.tokens[last + 1] in ("of", "de", "la", "&")
    )


def _is_number_of_name(words: Words, index: int) -> bool:
    """Whether a business name begins with the number before it: "1512 Barber Shop"."""
    return (
        index > 0
        and words.tokens[index - 1][:1].isdigit()
        and words.text[words.ends[index - 1] : words.starts[index]] == " "
        and (index < 2 or words.tokens[index - 2] not in ("found", "are", "have", "at", "located"))
    )


def _is_calendar(tokens: Sequence[str]) -> bool:
    return tokens[0] in _CALENDAR


_CALENDAR = word_list(
    "january february march april may june july august september october november december monday tuesday "
    "wednesday thursday friday saturday sunday i i'm i'll i'd i've the a an yes no ok okay"
)
