"""The message that a reply quotes. DingTalk does not document these fields; bots have seen three shapes of them."""

from bot.dingtalk.rich_text import words_of
from bot.dingtalk.tolerant import Json, flag, items, mapping, text
from handlers.messages import Quoted


def quoted_in(data: Json, body: Json, *, length_max: int) -> Quoted | None:
    """What is quoted: a person's message by its id, or one of ours by its send key, with the text where it is known.

    `body` is the part of the push that holds `isReplyMsg`. A quoted text above `length_max` characters is left out.
    """
    replied = mapping(body.get("repliedMsg"))
    message_id = text(replied.get("msgId")) or text(data.get("originalMsgId"))
    send_key = text(data.get("originalProcessQueryKey"))
    if not (flag(body.get("isReplyMsg")) or message_id or send_key):
        return None
    words = _words(replied)
    return Quoted(message_id=message_id, send_key=send_key, text=words if len(words) <= length_max else "")


def _words(replied: Json) -> str:
    content = mapping(replied.get("content"))
    plain = text(content.get("text")) or text(content.get("content"))  # The older place, then the newer one.
    return (plain or words_of(items(content.get("richText")))).strip()
