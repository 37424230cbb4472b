"""What `msgKey` and `msgParam` of a send call mean: the message templates of the robot API."""

from collections.abc import Callable, Mapping

from bot.sandbox.body import BadBody, Json, parse_record, text
from bot.sandbox.limits import MSG_PARAM_MAX
from bot.sandbox.media import MediaStore, ending
from bot.sandbox.refusals import ApiRefusal
from bot.sandbox.talk import Kind, LinkButton, Message

FILE_TYPES = frozenset({"xlsx", "pdf", "zip", "rar", "doc", "docx"})


def fill(message: Message, msg_key: str, msg_param: object, media: MediaStore) -> None:
    """Put the template's content into the message, or refuse it as DingTalk does."""
    if msg_key not in TEMPLATES:
        raise ApiRefusal("invalidParameter.msgKey.invalid", "无效的msgKey")
    if not isinstance(msg_param, str):  # a JSON object is not taken: it has to be its text
        raise ApiRefusal("invalidParameter.msgParam.invalid", "msgParam不是字符串")
    if len(msg_param.encode()) > MSG_PARAM_MAX:
        raise ApiRefusal("invalidParameter.msgParam.tooLong", "消息内容太长")
    try:
        param = parse_record(msg_param)
    except BadBody as error:
        raise ApiRefusal("invalidParameter.msgParam.invalid", "msgParam不是JSON") from error
    TEMPLATES[msg_key](message, param, media)


def _need(param: Json, key: str) -> str:
    value = text(param, key)
    if not value.strip():
        raise ApiRefusal("invalidParameter.msgParam.invalid", f"缺少参数 {key}")
    return value


def _text(message: Message, param: Json, _: MediaStore) -> None:
    message.kind, message.text = Kind.TEXT, _need(param, "content")


def _markdown(message: Message, param: Json, _: MediaStore) -> None:
    message.kind, message.title, message.text = Kind.MARKDOWN, _need(param, "title"), _need(param, "text")


def _picture(message: Message, param: Json, media: MediaStore) -> None:
    address = _need(param, "photoURL")
    if not address.startswith(("https://", "http://")) and media.find(address) is None:
        raise ApiRefusal("resource.not.found", "资源不存在")
    message.kind, message.media = Kind.PICTURE, address


def _link(message: Message, param: Json, _: MediaStore) -> None:
    message.kind, message.title, message.text = Kind.LINK, _need(param, "title"), _need(param, "text")
    message.links = (LinkButton(message.title, _need(param, "messageUrl"), text(param, "picUrl")),)


def _buttons(*pairs: tuple[str, str]) -> Callable[[Message, Json, MediaStore], None]:
    def shape(message: Message, param: Json, _: MediaStore) -> None:
        message.kind, message.title, message.text = Kind.ACTION_CARD, _need(param, "title"), _need(param, "text")
        message.links = tuple(LinkButton(_need(param, title), _need(param, url)) for title, url in pairs)

    return shape


def _file(message: Message, param: Json, media: MediaStore) -> None:
    media_id, name, kind = _need(param, "mediaId"), _need(param, "fileName"), _need(param, "fileType")
    if kind not in FILE_TYPES:
        raise ApiRefusal("invalidParameter.msgParam.invalid", f"不支持的文件类型 {kind}")
    if media.find(media_id) is None:
        raise ApiRefusal("resource.not.found", "资源不存在")
    message.kind, message.media = Kind.FILE, media_id
    message.file_name = name if ending(name) == kind else f"{name}.{kind}"


def _voice(message: Message, param: Json, media: MediaStore) -> None:
    media_id, duration = _need(param, "mediaId"), _need(param, "duration")
    if media.find(media_id) is None or not duration.isdigit():
        raise ApiRefusal("resource.not.found", "资源不存在")
    message.kind, message.media, message.duration_ms = Kind.VOICE, media_id, int(duration)


def _video(message: Message, param: Json, media: MediaStore) -> None:
    media_id = _need(param, "videoMediaId")
    if media.find(media_id) is None:
        raise ApiRefusal("resource.not.found", "资源不存在")
    message.kind, message.media, message.file_name = Kind.FILE, media_id, "视频.mp4"


def _numbered(count: int) -> Callable[[Message, Json, MediaStore], None]:
    return _buttons(*((f"actionTitle{n}", f"actionURL{n}") for n in range(1, count + 1)))


TEMPLATES: Mapping[str, Callable[[Message, Json, MediaStore], None]] = {
    "sampleText": _text,
    "sampleMarkdown": _markdown,
    "sampleImageMsg": _picture,
    "sampleLink": _link,
    "sampleActionCard": _buttons(("singleTitle", "singleURL")),
    "sampleActionCard2": _numbered(2),
    "sampleActionCard3": _numbered(3),
    "sampleActionCard4": _numbered(4),
    "sampleActionCard5": _numbered(5),
    "sampleActionCard6": _buttons(("buttonTitle1", "buttonUrl1"), ("buttonTitle2", "buttonUrl2")),
    "sampleAudio": _voice,
    "sampleFile": _file,
    "sampleVideo": _video,
}
