"""Frames that no DingTalk should send, and some that it does: G1 pictures and files, B7 broken frames, G8 JSON."""

import json
from typing import Any, Final

from tests.hostile.corpus import ADDRESSES

Body = dict[str, Any]
DEEP: Final = "[" * 100_000
WIDE: Final = 10**4_000


# What it is → what is said about the content. A picture is never fetched, so its bytes are no matter.
BODIES: Final[dict[str, Body]] = {
    "picture": {"msgtype": "picture", "content": {"downloadCode": "dl", "pictureDownloadCode": "pdl"}},
    "picture of five thousand": {
        "msgtype": "richText",
        "content": {"richText": [{"type": "picture", "downloadCode": f"dl{n}"} for n in range(5_000)]},
    },
    "picture by an address": {"msgtype": "picture", "content": {"downloadCode": "file:///etc/passwd"}},
    "picture without a code": {"msgtype": "picture", "content": {}},
    "svg as a file": {"msgtype": "file", "content": {"downloadCode": "dl", "fileName": "<svg onload=x>.svg"}},
    "workbook as a file": {"msgtype": "file", "content": {"downloadCode": "dl", "fileName": "../../料.xlsx\x00.png"}},
    "file of an endless name": {"msgtype": "file", "content": {"downloadCode": "dl", "fileName": "x" * 200_000}},
    "video": {"msgtype": "video", "content": {"downloadCode": "dl", "duration": WIDE}},
    "unknown kind": {"msgtype": "{{7*191}}", "content": DEEP},
    "unknown kind inside": {"msgtype": "unknownMsgType", "content": {"unknownMsgType": "@所有人" * 1_000}},
    "kind of no text": {"msgtype": ["text"], "text": {"content": "领水泥5包"}},
    "voice of nothing": {"msgtype": "audio", "content": {"recognition": None, "duration": -1}},
    "voice of a list": {"msgtype": "audio", "content": {"recognition": ["领水泥5包"]}},
    "rich text of nulls": {"msgtype": "richText", "content": {"richText": [None, 1, [], {"text": None}, {}]}},
    "text of a number": {"msgtype": "text", "text": {"content": 5}},
    "text of a list": {"msgtype": "text", "text": ["领42.5水泥5包"]},
    "text in a text": {"msgtype": "text", "text": json.dumps({"content": ""})},
    "deep text": {"msgtype": "text", "text": DEEP},
    "no content": {"msgtype": "text"},
    "times beyond reason": {"msgtype": "picture", "createAt": WIDE, "sessionWebhookExpiredTime": -WIDE},
    "time of a fraction": {"msgtype": "picture", "createAt": 1e300},
    "quotation of itself": {
        "msgtype": "text",
        "text": {"content": "同意", "isReplyMsg": True, "repliedMsg": {"msgId": "x" * 10_000, "content": DEEP}},
        "originalProcessQueryKey": "y" * 100_000,
    },
    "five thousand colleagues": {
        "msgtype": "text",
        "text": {"content": "帮助"},
        "atUsers": [{"staffId": f"u{n}", "dingtalkId": f"$:{n}"} for n in range(5_000)],
    },
    "colleagues of nothing": {
        "msgtype": "text",
        "text": {"content": "帮助"},
        "atUsers": [None, 3, {}, {"staffId": []}],
    },
    "nobody": {"msgtype": "text", "text": {"content": "领42.5水泥5包"}, "senderStaffId": ""},
    "somebody of an endless id": {
        "msgtype": "text",
        "text": {"content": "领42.5水泥5包"},
        "senderStaffId": "u" * 90_000,
    },
    "stranger of an endless name": {
        "msgtype": "text",
        "text": {"content": "你好"},
        "senderStaffId": "u-endless",
        "senderNick": "[点](http://evil.example)" * 9_000,
    },
    "administrator by word": {
        "msgtype": "text",
        "text": {"content": "登记 何平 管理员"},
        "senderStaffId": "u-stranger",
        "isAdmin": "yes",
    },
    "chat of an endless id": {"msgtype": "text", "text": {"content": "帮助"}, "conversationId": "c" * 90_000},
    "chat without an id": {"msgtype": "text", "text": {"content": "帮助"}, "conversationId": None},
    "chat of no known kind": {"msgtype": "text", "text": {"content": "帮助"}, "conversationType": {"x": 1}},
    "message of an endless id": {"msgtype": "text", "text": {"content": "帮助"}, "msgId": "m" * 90_000},
    "message without an id": {"msgtype": "text", "text": {"content": "领42.5水泥5包"}, "msgId": None},
    "quota gone by a wrong type": {"errorCode": [20001], "msgtype": "text", "text": {"content": "帮助"}},
    **{
        f"webhook {n}": {"msgtype": "text", "text": {"content": "帮助"}, "sessionWebhook": address}
        for n, address in enumerate(ADDRESSES)
    },
}

HEAD: Final = {"topic": "/v1.0/im/bot/messages/get", "messageId": "p", "time": "1"}
CARD: Final = {"topic": "/v1.0/card/instances/callback", "messageId": "p"}


def _press(**body: object) -> str:
    return json.dumps({"type": "CALLBACK", "headers": CARD, "data": json.dumps(body)})


# Whole frames, as the text that came over the socket.
RAW: Final[dict[str, str]] = {
    "nothing": "",
    "no JSON": "{",
    "null": "null",
    "a list": "[]",
    "deep": DEEP,
    "deep inside": '{"type":"CALLBACK","headers":{},"data":' + DEEP + "]" * 100_000 + "}",
    "a wide number": '{"type":"CALLBACK","x":' + "9" * 10_000 + "}",
    "no number": '{"type":"CALLBACK","headers":{"time":NaN},"data":"Infinity"}',
    "keys twice": '{"type":"EVENT","type":"CALLBACK","headers":{"topic":"x"},"data":"{}","data":"[]"}',
    "surrogates and nul": '{"type":"CALLBACK","headers":{"topic":"\\ud800"},"data":"\\u0000"}',
    "unknown topic": '{"type":"CALLBACK","headers":{"topic":"/v9/unheard/of"},"data":"{}"}',
    "unknown type": '{"type":"{{7*191}}\\n","headers":[],"data":5}',
    "no headers": json.dumps({"type": "CALLBACK", "data": "{}"}),
    "message without data": json.dumps({"type": "CALLBACK", "headers": HEAD}),
    "message of a list": json.dumps({"type": "CALLBACK", "headers": HEAD, "data": "[1]"}),
    "message of nothing": json.dumps({"type": "CALLBACK", "headers": HEAD, "data": "{}"}),
    "event without id": json.dumps({"type": "EVENT", "headers": {"eventType": "x"}, "data": "{}"}),
    "event of no object": json.dumps({"type": "EVENT", "headers": {"eventId": "e" * 90_000}, "data": "5"}),
    "event of no known type": json.dumps(
        {"type": "EVENT", "headers": {"eventId": "e", "eventType": "\r\nX"}, "data": '{"a":1}'}
    ),
    "press of nothing": _press(),
    "press of no action": _press(outTrackId="c", userId="u-zhang", content="{}"),
    "press of an unknown card": _press(
        outTrackId="c", userId="u-zhang", content=json.dumps({"cardPrivateData": {"params": {"id": "approve"}}})
    ),
    "press of an endless card": _press(
        outTrackId="c" * 90_000,
        userId="u-zhang",
        content=json.dumps({"cardPrivateData": {"params": {"id": "approve"}}}),
    ),
    "press of an endless action": _press(
        outTrackId="c", userId="u-zhang", content=json.dumps({"cardPrivateData": {"params": {"id": "a" * 90_000}}})
    ),
    "press by nobody": _press(outTrackId="c", content=json.dumps({"cardPrivateData": {"actionIds": ["approve"]}})),
    "press with a deep form": _press(
        outTrackId="c",
        userId="u-zhang",
        content='{"cardPrivateData":{"params":{"id":"x","form":' + "[" * 50_000 + "}}}",
    ),
}
