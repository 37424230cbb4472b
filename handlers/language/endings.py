"""算了，不领了: an answer that is nothing but calling it off."""

import re
from typing import Final

from handlers.language.vocabulary import ENDINGS, PHRASES

# Who calls it off does so in a word; a longer answer says something else.
TEXT_MAX: Final = 24
_SOFT: Final = (*PHRASES.softeners, *" ,，。.!;、\n\t")
_MENTION: Final = re.compile(r"@[^\s@,，]{1,20}")


def is_ending(text: str) -> bool:
    """Whether a text is made of endings and of words that only soften them."""
    text = _MENTION.sub("", text)
    if len(text) > TEXT_MAX:
        return False
    # For each place: reached without, and with, an ending behind it.
    plain, ended = {0}, set[int]()
    for at in range(len(text)):
        for word in _SOFT:
            if text.startswith(word, at):
                plain |= {at + len(word)} if at in plain else set()
                ended |= {at + len(word)} if at in ended else set()
        if at in plain or at in ended:
            ended |= {at + len(word) for word in ENDINGS if text.startswith(word, at)}
    return len(text) in ended
