"""Every bound of the sandbox, by name. Sizes in bytes, times in seconds, unless the name says otherwise."""

from typing import Final

MEBIBYTE: Final = 1024 * 1024

# What is kept in memory.
MESSAGES_PER_CONVERSATION_MAX: Final = 20_000
MESSAGES_FORGOTTEN_AT_ONCE: Final = 1_000
FRAMES_MAX: Final = 500
FRAME_DETAIL_CHARS_MAX: Final = 4_000
CARDS_MAX: Final = 20_000
SESSIONS_MAX: Final = 50_000
MEDIA_COUNT_MAX: Final = 2_000
MEDIA_TOTAL_MAX: Final = 256 * MEBIBYTE
DOWNLOADS_MAX: Final = 5_000
AUTH_CODES_MAX: Final = 1_000
TICKETS_MAX: Final = 1_000
CONNECTIONS_MAX: Final = 100
PAGES_MAX: Final = 200
DELIVERIES_PENDING_MAX: Final = 2_000
QUERY_KEYS_MAX: Final = 50_000

# What is taken in.
JSON_BODY_MAX: Final = 1 * MEBIBYTE
BODY_MAX: Final = 24 * MEBIBYTE
UPLOAD_MAX: Final = 20 * MEBIBYTE
WEBSOCKET_FRAME_MAX: Final = 1 * MEBIBYTE
SAY_CHARS_MAX: Final = 5_000
MESSAGES_PER_ANSWER_MAX: Final = 1_000
MESSAGES_PER_PAGE: Final = 60
MESSAGES_PER_SCROLL: Final = 30
MESSAGES_PER_CATCH_UP_MAX: Final = 300
UNREAD_MAX: Final = 100
LOOK_BACK_MAX: Final = 1_000
LABELS_SHOWN_MAX: Final = 60
LABELS_KEPT_MAX: Final = 200
FRAMES_SHOWN_MAX: Final = 100

# What DingTalk allows.
TICKET_SECONDS: Final = 90
TOKEN_SECONDS: Final = 7_200
SESSION_SECONDS: Final = 5_400
DOWNLOAD_SECONDS: Final = 1_200
AUTH_CODE_SECONDS: Final = 300
CALLS_PER_SECOND_MAX: Final = 20
WEBHOOK_PER_MINUTE_MAX: Final = 20
MSG_PARAM_MAX: Final = 15_000
USERS_PER_SEND_MAX: Final = 20
KEYS_PER_RECALL_MAX: Final = 20
RECALL_SECONDS: Final = 24 * 3600
MENTIONS_MAX: Final = 50
CARD_KEY_MAX: Final = 100
CARD_TEXT_SHOWN_CHARS_MAX: Final = 3_000
OUT_TRACK_ID_CHARS_MAX: Final = 64
API_UNITS_PER_MONTH: Final = 5_000
STREAM_UNITS_PER_MONTH: Final = 3_000

# How the platform waits.
CARD_ACK_SECONDS: Final = 2.0
EVENT_ACK_SECONDS: Final = 3.0
REDELIVER_SECONDS: Final = 60.0
DELIVERY_ATTEMPTS_MAX: Final = 5
PING_SECONDS: Final = 30.0
DRAIN_SECONDS: Final = 10.0
# DingTalk's gateway gives up a call after about three seconds (504): what was under way then takes effect by now.
CARD_UPDATE_LATE_SECONDS: Final = 3

# How the clock walks: a robot that was not heard of for so long does not follow it, and a stop waits no longer for it.
FOLLOWED_SECONDS: Final = 5.0
WALK_STOP_SECONDS_MAX: Final = 20.0
DAYS_AHEAD_MAX: Final = 3_660  # ten years ahead of the machine's clock
