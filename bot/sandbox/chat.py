"""What people do: say something, send a picture, a file or a voice message."""

from collections.abc import Sequence

from bot.sandbox import ids
from bot.sandbox.clock import SandboxClock
from bot.sandbox.deliveries import Deliveries
from bot.sandbox.limits import MENTIONS_MAX, SAY_CHARS_MAX, UPLOAD_MAX
from bot.sandbox.media import MediaStore
from bot.sandbox.refusals import PageRefusal
from bot.sandbox.talk import Kind, Message, Talk
from bot.sandbox.world import ROBOT_NAME, Person, World

MENTION = f"@{ROBOT_NAME}"
VOICE_CHARS_PER_SECOND = 4


class Chat:
    """Puts messages into conversations; those meant for the robot go on their way to it."""

    def __init__(
        self, *, world: World, talk: Talk, media: MediaStore, deliveries: Deliveries, clock: SandboxClock
    ) -> None:
        self._world, self._talk, self._media = world, talk, media
        self._deliveries, self._clock = deliveries, clock

    def say(  # what a person chooses while writing, each by name
        self,
        person: Person,
        conversation: str,
        text: str,
        *,
        quote: str = "",
        mention: bool = True,
        mentions: Sequence[str] = (),
    ) -> Message:
        """A text. In a group the robot is mentioned unless told otherwise; without a mention it never hears of it.

        `mentions` are the ids of colleagues; one counts when the group has them and the text holds their @name.
        """
        message = self._message(person, conversation, Kind.TEXT, self._text(text))
        message.mentions = self._mentioned(message, mentions)
        if quote:
            message.quote = self._quotable(quote, message)
        return self._send(message, is_mentioned=mention)

    def picture(
        self, person: Person, conversation: str, data: bytes, *, name: str = "", text: str = "", mention: bool = True
    ) -> Message:
        """A picture; with words beside it, it travels as rich text."""
        medium = self._media.add("image", name or "picture.png", self._data(data))
        if not medium.picture_type:
            raise PageRefusal("这不是图片：请选择 PNG、JPG、GIF、BMP 或 WebP。")
        kind = Kind.RICH_TEXT if text.strip() else Kind.PICTURE
        message = self._message(person, conversation, kind, self._text(text) if text.strip() else "")
        message.media, message.file_name = medium.id, medium.name
        return self._send(message, is_mentioned=mention)

    def file(self, person: Person, conversation: str, name: str, data: bytes) -> Message:
        """A file, in the private chat: in a group it would never reach a robot."""
        message = self._message(person, conversation, Kind.FILE, "")
        self._check_private(message)
        message.media, message.file_name = self._media.add("file", name or "file", self._data(data)).id, name or "file"
        return self._send(message)

    def voice(self, person: Person, conversation: str, text: str) -> Message:
        """A voice message, in the private chat; DingTalk sends the words that it recognised."""
        message = self._message(person, conversation, Kind.VOICE, self._text(text))
        self._check_private(message)
        message.media = self._media.add("voice", "voice.amr", b"#!AMR\n").id
        message.duration_ms = 1_000 * max(1, len(message.text) // VOICE_CHARS_PER_SECOND)
        return self._send(message)

    def _message(self, person: Person, conversation: str, kind: Kind, text: str) -> Message:
        where = self._world.resolve(person, conversation)
        if where is None:
            raise PageRefusal("没有这个会话。", status=404)
        if self._deliveries.is_full:
            raise PageRefusal("等待机器人的消息太多了，请先启动机器人。", status=503)
        return Message(
            id=ids.message_id(), conversation=where, sender=person.id, kind=kind, at=self._clock.now(), text=text
        )

    def _send(self, message: Message, *, is_mentioned: bool = True) -> Message:
        is_private = message.conversation not in self._world.groups
        message.mentions_robot = is_mentioned and not is_private
        self._talk.mark_seen(message.sender, message.conversation)
        if is_private or is_mentioned:
            self._deliveries.message(message)
        self._talk.add(message)
        self._talk.mark_seen(message.sender, message.conversation)
        return message

    def _mentioned(self, message: Message, wanted: Sequence[str]) -> tuple[str, ...]:
        if message.conversation not in self._world.groups:
            return ()
        members = {person.id: person.name for person in self._world.members(message.conversation)}
        found = [user for user in dict.fromkeys(wanted) if user in members and f"@{members[user]}" in message.text]
        return tuple(found[:MENTIONS_MAX])

    def _text(self, text: str) -> str:
        """As typed, without the mention: the page draws it, and DingTalk takes it out."""
        said = text.strip().removeprefix(MENTION).strip()
        if not said:
            raise PageRefusal("请先写点什么。")
        if len(said) > SAY_CHARS_MAX:
            raise PageRefusal(f"太长了：最多 {SAY_CHARS_MAX} 字。")
        return said

    def _data(self, data: bytes) -> bytes:
        if not data:
            raise PageRefusal("文件是空的。")
        if len(data) > UPLOAD_MAX:
            raise PageRefusal("文件太大：最多 20 MB。", status=413)
        return data

    def _check_private(self, message: Message) -> None:
        if message.conversation in self._world.groups:
            raise PageRefusal("群里的文件和语音到不了机器人：请在与料掌柜的私聊里发。")

    def _quotable(self, quote: str, message: Message) -> str:
        quoted = self._talk.find(quote)
        is_there = quoted is not None and quoted.conversation == message.conversation
        if quoted is None or not is_there or not quoted.is_shown_to(message.sender):
            raise PageRefusal("引用的消息不在这个会话里。", status=404)
        return quote
