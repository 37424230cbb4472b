"""Up and down: `/media/upload`, `/v1.0/robot/messageFiles/download`, and the addresses that files are fetched from."""

from urllib.parse import quote

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.sandbox.body import NO_UPLOAD, TOO_LONG, BadBody, read_json, text, whole_characters
from bot.sandbox.clock import SandboxClock
from bot.sandbox.door import Door
from bot.sandbox.limits import BODY_MAX
from bot.sandbox.media import UPLOADS, MediaStore, Medium, ending
from bot.sandbox.refusals import ApiRefusal, OapiRefusal
from bot.sandbox.tokens import Credentials

# A file is only ever shown or saved, whatever it claims to be.
FILE_HEADERS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}


class MediaApi:
    """What the robot uploads and downloads, and what the page shows."""

    def __init__(self, *, media: MediaStore, door: Door, credentials: Credentials, clock: SandboxClock) -> None:
        self._media, self._door, self._credentials, self._clock = media, door, credentials, clock

    def routes(self) -> list[web.RouteDef]:
        """Where they are."""
        return [
            web.post("/media/upload", self._door.old_api(self._upload, is_paid=True)),
            web.post("/v1.0/robot/messageFiles/download", self._door.new_api(self._exchange)),
            web.get("/sandbox/download/{secret}", self._download),
            web.get("/sandbox/media/{id}", self._show),
        ]

    async def _upload(self, request: web.Request) -> web.Response:
        fields, name, data = await read_upload(request, part_name="media")
        kind = request.query.get("type") or fields.get("type", "")
        if kind not in UPLOADS:
            raise OapiRefusal(40004, "不合法的媒体文件类型")
        size_max, endings = UPLOADS[kind]
        if ending(name) not in endings:
            raise OapiRefusal(40005, "不合法的文件类型")
        if not 0 < len(data) <= size_max:
            raise OapiRefusal(40006, "不合法的文件大小")
        medium = self._media.add(kind, name, data)
        answer = {"errcode": 0, "errmsg": "ok", "type": kind, "media_id": medium.id}
        return web.json_response(answer | {"created_at": self._clock.now_ms()})

    async def _exchange(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        if text(body, "robotCode") != self._credentials.robot_code:
            raise ApiRefusal("invalidParameter.robotCode.auth", "robotCode与应用不匹配")
        secret = self._media.open_address(text(body, "downloadCode"))
        if secret is None:
            raise ApiRefusal("invalidParameter.robotCode.downloadCode", "下载码有误或者已经过期")
        return web.json_response({"downloadUrl": f"http://{request.host}/sandbox/download/{secret}"})

    async def _download(self, request: web.Request) -> web.Response:
        medium = self._media.at_address(request.match_info["secret"])
        if medium is None:
            return web.Response(status=403, text="expired")
        # The real address loses the ending too: the name is only in the message.
        headers = FILE_HEADERS | {"Content-Disposition": "attachment; filename=download.file"}
        return web.Response(body=medium.data, content_type="application/octet-stream", headers=headers)

    async def _show(self, request: web.Request) -> web.Response:
        medium = self._media.find(request.match_info["id"])
        if medium is None:
            return web.Response(status=404, text="not found")
        return _shown(medium)


def _shown(medium: Medium) -> web.Response:
    if picture := medium.picture_type:
        return web.Response(body=medium.data, content_type=picture, headers=FILE_HEADERS)
    disposition = f"attachment; filename*=UTF-8''{quote(medium.name, safe='')}"
    headers = FILE_HEADERS | {"Content-Disposition": disposition}
    return web.Response(body=medium.data, content_type="application/octet-stream", headers=headers)


async def read_upload(request: web.Request, *, part_name: str) -> tuple[dict[str, str], str, bytes]:
    """A multipart body with one file: its plain fields, and the file's name and bytes."""
    if not request.content_type.startswith("multipart/"):
        raise BadBody(NO_UPLOAD)
    fields: dict[str, str] = {}
    name, data, size = "", b"", 0
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise BadBody(NO_UPLOAD)
            content = bytearray()
            while chunk := await part.read_chunk():
                size += len(chunk)
                if size > BODY_MAX:
                    raise BadBody(TOO_LONG)
                content.extend(chunk)
            if part.name == part_name:
                name, data = whole_characters(part.filename or ""), bytes(content)
            elif part.name:
                fields[part.name] = content.decode("utf-8", "replace")
    except (ValueError, HttpProcessingError) as error:
        raise BadBody(NO_UPLOAD) from error
    return fields, name, data
