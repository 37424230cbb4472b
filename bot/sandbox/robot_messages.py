"""What a person says, as the robot gets it: the `data` of a push on the robot topic."""

from bot.sandbox.clock import milliseconds
from bot.sandbox.media import MediaStore
from bot.sandbox.session_webhook import SessionWebhook
from bot.sandbox.talk import Kind, Message, Talk
from bot.sandbox.tokens import Credentials
from bot.sandbox.world import ROBOT, Person, World


class Address:
    """Where the sandbox can be reached; known once it listens."""

    def __init__(self) -> None:
        self.url = ""


class RobotMessages:
    """Writes messages as DingTalk does, with the keys that group and private chats really have."""

    def __init__(  # its collaborators, each by name
        self,
        *,
        world: World,
        talk: Talk,
        media: MediaStore,
        sessions: SessionWebhook,
        credentials: Credentials,
        address: Address,
    ) -> None:
        self._world, self._talk, self._media, self._sessions = world, talk, media, sessions
        self._credentials, self._address = credentials, address

    def data(self, message: Message) -> dict[str, object]:
        """The whole body. Each one opens a session of its own for replies."""
        person = self._world.people[message.sender]
        group = self._world.groups.get(message.conversation)
        session, ends = self._sessions.open(message)
        robot = self._world.robot_sender_id
        data: dict[str, object] = {
            "senderPlatform": "Android" if group else "Win",
            "conversationId": message.conversation,
            "chatbotCorpId": self._world.corp_id,
            "chatbotUserId": robot,
            "openThreadId": message.conversation,
            "msgId": message.id,
            "senderNick": person.name,
            "isAdmin": person.is_admin,
            "senderStaffId": person.id,
            "sessionWebhookExpiredTime": milliseconds(ends),
            "createAt": milliseconds(message.at),
            "senderCorpId": self._world.corp_id,
            "conversationType": "2" if group else "1",
            "senderId": person.sender_id,
            "sessionWebhook": f"{self._address.url}/robot/sendBySession?session={session}",
            "robotCode": self._credentials.robot_code,
        }
        if group:  # private chats have neither a title nor mentions
            mentioned = [self._world.people[user] for user in message.mentions]
            at = [{"dingtalkId": robot}, *({"dingtalkId": p.sender_id, "staffId": p.id} for p in mentioned)]
            data |= {"conversationTitle": group.name, "isInAtList": True, "atUsers": at}
        return data | self._content(message) | self._quote_keys(message)

    def _content(self, message: Message) -> dict[str, object]:
        if message.kind is Kind.TEXT:
            content: dict[str, object] = {"content": self._stripped(message)}
            if (quoted := self._quoted(message)) is not None:
                content |= {"isReplyMsg": True, "repliedMsg": self._replied(quoted)}
            return {"msgtype": "text", "text": content}
        code = self._media.download_code(message.media)
        if message.kind is Kind.PICTURE:
            return {"msgtype": "picture", "content": {"downloadCode": code, "pictureDownloadCode": code}}
        if message.kind is Kind.RICH_TEXT:
            picture = {"type": "picture", "downloadCode": code, "pictureDownloadCode": code}
            return {
                "msgtype": "richText",
                "content": {"richText": [{"text": self._stripped(message)}, picture]},
            }
        if message.kind is Kind.VOICE:
            voice = {"duration": message.duration_ms, "downloadCode": code, "recognition": message.text}
            return {"msgtype": "audio", "content": voice}
        file = {"spaceId": "10000000001", "fileName": message.file_name, "downloadCode": code}
        return {"msgtype": "file", "content": file | {"fileId": str(20_000_000_000 + message.number)}}

    def _stripped(self, message: Message) -> str:
        """DingTalk takes the mention out of a group's text and leaves the blank behind it."""
        return f" {message.text}" if message.conversation in self._world.groups else message.text

    def _quoted(self, message: Message) -> Message | None:
        return self._talk.find(message.quote) if message.quote else None

    def _quote_keys(self, message: Message) -> dict[str, object]:
        if (quoted := self._quoted(message)) is None:
            return {}
        keys: dict[str, object] = {"originalMsgId": quoted.id}
        if quoted.query_key:  # what the robot sent by OpenAPI, cards included; webhook replies have none
            keys["originalProcessQueryKey"] = quoted.query_key
        return keys

    def _replied(self, quoted: Message) -> dict[str, object]:
        replied: dict[str, object] = {
            "msgId": quoted.id,
            "msgType": "interactiveCard" if quoted.kind is Kind.CARD else quoted.kind.value,
            "senderId": self._sender_id(quoted),
            "createdAt": milliseconds(quoted.at),
        }
        if quoted.kind is Kind.TEXT:
            replied["content"] = {"text": quoted.text}
        elif quoted.kind is Kind.RICH_TEXT:  # quoted segments carry msgType where the original carries type
            code = self._media.download_code(quoted.media)
            segments = [{"msgType": "text", "content": quoted.text}, {"msgType": "picture", "downloadCode": code}]
            replied["content"] = {"richText": segments}
        elif quoted.kind is Kind.PICTURE:
            replied["content"] = {"downloadCode": self._media.download_code(quoted.media)}
        return replied

    def _sender_id(self, message: Message) -> str:
        if message.sender == ROBOT:
            return self._world.robot_sender_id
        sender: Person | None = self._world.people.get(message.sender)
        return sender.sender_id if sender else ""
