"""What the robot asks of DingTalk over HTTP: send, show cards, fetch and upload files, look people up."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import aiohttp
from yarl import URL

from bot.dingtalk.calls import Calls, Turns
from bot.dingtalk.card_delivery import CardNotDelivered, carriers, deliver_body, undelivered
from bot.dingtalk.cards import CardCall
from bot.dingtalk.clock import Clock
from bot.dingtalk.colleague import Colleague, read_colleague
from bot.dingtalk.credentials import Credentials
from bot.dingtalk.errors import DingTalkError, Refused, Transient
from bot.dingtalk.hosts import API_DOMAINS, FILE_DOMAINS, AllowedHosts
from bot.dingtalk.markdown import split_markdown
from bot.dingtalk.media import MediaKind, check_upload, file_type
from bot.dingtalk.token import AccessToken
from bot.dingtalk.tolerant import NOTHING, Json, items, text
from bot.dingtalk.transport import TimeLimits, Transport
from bot.dingtalk.units import UnitCounter
from storage.failpoint import failpoint

log: Final = logging.getLogger(__name__)
Sent = TypeVar("Sent")

MSG_PARAM_BYTES_MAX: Final = 15_000
PEOPLE_MAX: Final = 20  # Receivers of one private send; DingTalk's error text says 100, its page 20.
AT_MAX: Final = 50  # People one webhook reply may mention.
DOWNLOAD_BYTES_MAX: Final = 20 * 1024 * 1024

GROUP_SEND: Final = "/v1.0/robot/groupMessages/send"
PRIVATE_SEND: Final = "/v1.0/robot/oToMessages/batchSend"
DOWNLOAD: Final = "/v1.0/robot/messageFiles/download"
CARD: Final = "/v1.0/card/instances"
CARD_CREATE: Final = "/v1.0/card/instances/createAndDeliver"
CARD_DELIVER: Final = "/v1.0/card/instances/deliver"
UPLOAD: Final = "/media/upload"
USER: Final = "/topapi/v2/user/get"
CARD_EXISTS: Final = "param.cardAlreadyExist"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateSend:
    """What became of a private message: who is unknown or out of reach, and who gets too many messages already."""

    send_key: str
    invalid: tuple[str, ...] = ()
    throttled: tuple[str, ...] = ()


class OpenApi:
    """DingTalk's OpenAPI as the robot uses it.

    Every method raises a DingTalkError of the class that tells what can be done about it, and none repeats a call by
    itself, except once with a fresh token: repeating is the outbox's business, which knows what may appear twice.
    """

    def __init__(
        self,
        *,
        credentials: Credentials,
        http: aiohttp.ClientSession,
        openapi_endpoint: str,
        oapi_endpoint: str,
        clock: Clock,
        units: UnitCounter,
        rate: Turns,
        limits: TimeLimits | None = None,
    ) -> None:
        openapi = URL(openapi_endpoint)
        self._robot = credentials.robot_code
        self._webhooks = AllowedHosts((openapi_endpoint, oapi_endpoint), API_DOMAINS)
        self._files = AllowedHosts((openapi_endpoint, oapi_endpoint), FILE_DOMAINS)
        self._transport = Transport(http, limits)
        self._calls = Calls(
            transport=self._transport,
            token=AccessToken(credentials, self._transport, openapi, clock),
            openapi=openapi,
            oapi=URL(oapi_endpoint),
            units=units,
            rate=rate,
        )

    async def send_to_group(self, conversation_id: str, *, title: str, markdown: str) -> str:
        """Send markdown into a group; returns the send key, by which a quotation of the message can be known.

        Long text goes out in several messages and the first one's key is returned. When a later piece fails the error
        is Transient and ambiguous, as a repeat would show the first ones again.
        """
        params = _markdown_params(title, markdown)
        return await _in_pieces(params, lambda param: self._group(conversation_id, "sampleMarkdown", param))

    async def send_to_people(self, user_ids: Sequence[str], *, title: str, markdown: str) -> PrivateSend:
        """Send markdown to people in private, at most 20 at once; pieces and errors as in `send_to_group`."""
        params = _markdown_params(title, markdown)
        return await _in_pieces(params, lambda param: self._private(user_ids, "sampleMarkdown", param))

    async def send_file_to_group(self, conversation_id: str, *, media_id: str, name: str) -> str:
        """Send an uploaded file into a group; returns the send key. Raises Refused for a kind DingTalk cannot send."""
        return await self._group(conversation_id, "sampleFile", _file_param(media_id, name))

    async def send_file_to_people(self, user_ids: Sequence[str], *, media_id: str, name: str) -> PrivateSend:
        """Send an uploaded file to people in private. Raises Refused for a kind DingTalk cannot send."""
        return await self._private(user_ids, "sampleFile", _file_param(media_id, name))

    async def reply(
        self, webhook: str, *, title: str, markdown: str, at: Sequence[str] = (), conversation: str = ""
    ) -> None:
        """Answer through a conversation's webhook, mentioning colleagues by user id (at most 50; the rest is left out).

        It draws on the other pool than sending does, and no send key comes back. `conversation` is for the rate limit;
        without it the webhook stands for it. Raises SessionGone when the webhook has run out (about 90 minutes).
        """
        url = self._webhooks.check(webhook)
        mentioned = list(dict.fromkeys(at))[:AT_MAX]
        # DingTalk mentions only people who stand both in the list and in the text.
        named = "\n\n" + " ".join(f"@{person}" for person in mentioned) if mentioned else ""

        async def say(piece: str) -> None:
            body = {
                "msgtype": "markdown",
                "markdown": {"title": title, "text": piece},
                "at": {"atUserIds": [person for person in mentioned if f"@{person}" in piece], "isAtAll": False},
            }
            await self._calls.webhook(url, body, conversation=conversation or webhook)

        await _in_pieces(split_markdown(markdown + named), say)

    async def create_card(self, call: CardCall) -> dict[str, str]:
        """Create a card and show it; returns the carrier (a send key) of each space, by conversation or user id.

        A card that exists already is a success without carriers: an earlier attempt came through. Where the card was
        created but not shown, showing is tried once more. Raises CardNotDelivered if a space still refuses it.
        """
        try:
            answer = await self._calls.new("POST", CARD_CREATE, call.create, conversation=call.conversation)
        except Refused as error:
            if error.code != CARD_EXISTS:
                raise
            answer = NOTHING
        failpoint("card-created")
        try:
            delivered = await self._shown(call, answer)
        except CardNotDelivered as error:
            if error.delivered:
                await self._fill(call)
            raise
        await self._fill(call)
        return delivered

    async def update_card(self, update: Mapping[str, object]) -> None:
        """Show everybody a card's new picture; `update` is the body that `cards` makes. May be repeated at will."""
        answer = await self._calls.new("PUT", CARD, update)
        if answer.get("success") is False:
            raise Transient("local.card_not_updated", "DingTalk did not update the card", 200, ambiguous=True)

    async def download(self, code: str, *, bytes_max: int = DOWNLOAD_BYTES_MAX) -> bytes:
        """Fetch what a download code stands for, at most so many bytes. Codes live briefly: fetch soon.

        Raises Refused for an expired or foreign code, a file that is too large, or an address that is not DingTalk's.
        """
        answer = await self._calls.new("POST", DOWNLOAD, {"downloadCode": code, "robotCode": self._robot})
        url = self._files.check(text(answer.get("downloadUrl")))
        return await self._transport.fetch(url, bytes_max=bytes_max)

    async def upload(self, kind: MediaKind, name: str, data: bytes) -> str:
        """Upload a file; returns its media id, which never expires. Raises Refused for what `check_upload` refuses."""
        check_upload(kind, name, data)

        def form() -> aiohttp.FormData:
            parts = aiohttp.FormData(quote_fields=False)  # The name arrives as it is, not percent-encoded.
            parts.add_field("type", kind.value)
            parts.add_field("media", data, filename=name.replace('"', ""), content_type="application/octet-stream")
            return parts

        answer = await self._calls.old(UPLOAD, query={"type": kind.value}, form=form)
        media_id = text(answer.get("media_id"))
        if not media_id:
            raise Transient("local.no_media_id", "the answer holds no media id", 200, ambiguous=True)
        return media_id

    async def user(self, user_id: str) -> Colleague:
        """Look a colleague up; free of charge. Raises Refused (code 60121 or 33012) for somebody who is not there."""
        return read_colleague(await self._calls.old(USER, body={"userid": user_id, "language": "zh_CN"}))

    async def _group(self, conversation_id: str, msg_key: str, param: str) -> str:
        body = {
            "robotCode": self._robot,
            "openConversationId": conversation_id,
            "msgKey": msg_key,
            "msgParam": param,
        }
        answer = await self._calls.new("POST", GROUP_SEND, body, conversation=conversation_id)
        return text(answer.get("processQueryKey"))

    async def _private(self, user_ids: Sequence[str], msg_key: str, param: str) -> PrivateSend:
        if not 0 < len(user_ids) <= PEOPLE_MAX:
            raise Refused("local.people", f"a private message goes to 1 to {PEOPLE_MAX} people, not {len(user_ids)}")
        body = {"robotCode": self._robot, "userIds": list(user_ids), "msgKey": msg_key, "msgParam": param}
        answer = await self._calls.new("POST", PRIVATE_SEND, body)
        return PrivateSend(
            send_key=text(answer.get("processQueryKey")),
            # Filtered people are those the robot may not write to: as far out of reach as unknown ones.
            invalid=(*_names(answer, "invalidStaffIdList"), *_names(answer, "filteredStaffIdList")),
            throttled=_names(answer, "flowControlledStaffIdList"),
        )

    async def _fill(self, call: CardCall) -> None:
        if call.fill is not None:
            await self.update_card(call.fill)

    async def _shown(self, call: CardCall, answer: Json) -> dict[str, str]:
        failed, delivered = undelivered(answer), carriers(answer)
        if not failed:
            return delivered
        log.warning("card %s was created but is not shown everywhere; trying once more", call.card)
        body = deliver_body(call.create, failed)
        try:
            again = await self._calls.new("POST", CARD_DELIVER, body, conversation=call.conversation)
        except DingTalkError as error:
            # Not the error itself: it would invite to create the card again, which then "exists already", unseen.
            raise CardNotDelivered(call.card, failed, delivered) from error
        delivered |= carriers(again)
        if still := undelivered(again):
            raise CardNotDelivered(call.card, still, delivered)
        return delivered


async def _in_pieces(pieces: Sequence[str], send: Callable[[str], Awaitable[Sent]]) -> Sent:
    """Send the pieces in order; returns what came of the first."""
    first = await send(pieces[0])
    for piece in pieces[1:]:
        try:
            await send(piece)
        except DingTalkError as error:
            raise Transient("local.partly_sent", f"the first pieces are out: {error}", ambiguous=True) from error
    return first


def _markdown_params(title: str, markdown: str) -> list[str]:
    return [_msg_param({"title": title, "text": piece}) for piece in split_markdown(markdown)]


def _file_param(media_id: str, name: str) -> str:
    return _msg_param({"mediaId": media_id, "fileName": name, "fileType": file_type(name)})


def _msg_param(param: Mapping[str, str]) -> str:
    written = json.dumps(param, ensure_ascii=False, separators=(",", ":"))
    size = len(written.encode(errors="replace"))
    if size > MSG_PARAM_BYTES_MAX:
        raise Refused("local.too_long", f"msgParam of {size} bytes, at most {MSG_PARAM_BYTES_MAX}")
    return written


def _names(answer: Json, name: str) -> tuple[str, ...]:
    return tuple(text(one) for one in items(answer.get(name)))
