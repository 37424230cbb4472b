"""Settings, read once from the environment and .env. Every faulty one is named at once, with what was expected."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

from bot.database_url import SQLITE_DEFAULT, database_url

T = TypeVar("T")

LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
API_TOKEN_MIN: Final = 16  # shorter ones can be guessed
BUILT_IN_CARDS: Final = frozenset({"markdown_button", "ai"})
CARD_PURPOSES: Final = ("approval", "preview", "alert")
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_ID: Final = re.compile(r"[\x21-\x7e]{1,128}", re.ASCII)
_HOST: Final = re.compile(r"[A-Za-z0-9._:-]{1,253}|\[[0-9A-Fa-f:.]+\]", re.ASCII)
_TEMPLATE_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that must never be seen: not in logs, not in tracebacks, not in a repr."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The value itself, for the one call that needs it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return "Secret(***)"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTemplates:
    """A built-in template of DingTalk's, or the company's own by purpose; without one of its own, the built-in."""

    built_in: str = "markdown_button"
    own: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the installation chooses. What the company chooses stands in the book."""

    client_id: str
    client_secret: Secret
    robot_code: str
    openapi_endpoint: str
    oapi_endpoint: str
    card_template: CardTemplates
    database_url: str = field(repr=False)  # it may hold a password
    http_host: str
    http_port: int
    public_url: str
    timezone: ZoneInfo
    log_level: str
    api_token: Secret
    company_file: Path | None
    sandbox_clock_url: str


@dataclass(eq=False)
class SettingsFaults(Exception):
    """Settings that are missing or malformed: one line each, ready to be printed."""

    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines)


class Expected(ValueError):
    """What a setting should have been. Never repeats the value: it may be a secret in the wrong place."""


@dataclass(slots=True)
class _Sheet:
    values: Mapping[str, str]
    faults: list[str] = field(default_factory=list[str])

    def read(self, name: str, default: str, read: Callable[[str], T], empty: T) -> T:
        """One setting; a blank one takes its default."""
        try:
            return read(self.values.get(name, "").strip() or default)
        except Expected as expected:
            self.faults.append(f"{name}：{expected}")
            return empty


def environment_values(environment: Mapping[str, str], directory: Path) -> dict[str, str]:
    """The environment over `.env` in a directory."""
    written = dotenv_values(directory / ".env", interpolate=False, encoding="utf-8")
    return {**{name: value for name, value in written.items() if value is not None}, **environment}


def read_settings(environment: Mapping[str, str], *, directory: Path, needs_dingtalk: bool = True) -> Settings:
    """Read all settings. Raises SettingsFaults with one line for each that is missing or malformed.

    Commands that never call DingTalk (load, verify, backup, …) do not ask for its credentials.
    """
    try:
        sheet = _Sheet(environment_values(environment, directory))
    except (OSError, UnicodeDecodeError):
        raise SettingsFaults((".env：读不出来，应为 UTF-8 编码的文本文件，且当前用户可读",)) from None
    identity, secret = (_required_id, _required_secret) if needs_dingtalk else (_optional_id, Secret)
    client_id = sheet.read("DINGTALK_CLIENT_ID", "", identity, "")
    settings = Settings(
        client_id=client_id,
        client_secret=sheet.read("DINGTALK_CLIENT_SECRET", "", secret, Secret("")),
        robot_code=sheet.read("DINGTALK_ROBOT_CODE", client_id, _optional_id, ""),
        openapi_endpoint=sheet.read("DINGTALK_OPENAPI_ENDPOINT", "https://api.dingtalk.com", _endpoint, ""),
        oapi_endpoint=sheet.read("DINGTALK_OAPI_ENDPOINT", "https://oapi.dingtalk.com", _endpoint, ""),
        card_template=sheet.read("CARD_TEMPLATE", "markdown_button", _cards, CardTemplates()),
        database_url=sheet.read("DATABASE_URL", SQLITE_DEFAULT, _database, ""),
        http_host=sheet.read("HTTP_HOST", "127.0.0.1", _host, ""),
        http_port=sheet.read("HTTP_PORT", "8080", _port, 0),
        public_url=sheet.read("PUBLIC_URL", "", _public, ""),
        timezone=sheet.read("TIMEZONE", "Asia/Shanghai", _zone, ZoneInfo("UTC")),
        log_level=sheet.read("LOG_LEVEL", "INFO", _level, ""),
        api_token=sheet.read("API_TOKEN", "", _token, Secret("")),
        company_file=sheet.read("COMPANY_FILE", "", lambda text: _file(text, directory), None),
        sandbox_clock_url=sheet.read("SANDBOX_CLOCK_URL", "", _clock, ""),
    )
    if sheet.faults:
        raise SettingsFaults(tuple(sheet.faults))
    return settings


def _optional_id(text: str) -> str:
    if text and not _ID.fullmatch(text):
        raise Expected("应为钉钉开发者后台里的编号，只含英文字母、数字和符号，最多 128 个字符")
    return text


def _required_id(text: str) -> str:
    if not text:
        raise Expected("未填写，应为钉钉应用的 Client ID（开发者后台 → 凭证与基础信息）")
    return _optional_id(text)


def _required_secret(text: str) -> Secret:
    if not text or not _ID.fullmatch(text):
        raise Expected("未填写或格式不对，应为钉钉应用的 Client Secret（开发者后台 → 凭证与基础信息）")
    return Secret(text)


def _token(text: str) -> Secret:
    if text and (len(text) < API_TOKEN_MIN or not _ID.fullmatch(text)):
        raise Expected(f"应为 {API_TOKEN_MIN} 到 128 个英文字母、数字或符号，中间没有空格；不填则关闭接口")
    return Secret(text)


def _url(text: str) -> SplitResult:
    """A plain http(s) address. Credentials and fragments have no place in any of ours."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises when it is none
    except ValueError:
        raise Expected("应为完整的网址，例如 https://example.com") from None
    plain = text.isascii() and text.isprintable() and " " not in text
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.fragment or not plain:
        raise Expected("应为 http:// 或 https:// 开头的完整网址，例如 https://example.com")
    return parts


def _endpoint(text: str) -> str:
    parts = _url(text)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise Expected("应为 https:// 开头的网址；http:// 只能用于本机地址")
    return text.rstrip("/")


def _public(text: str) -> str:
    return _url(text).geturl().rstrip("/") if text else ""


def _clock(text: str) -> str:
    if text and _url(text).hostname not in _LOOPBACK:
        raise Expected("只能是本机地址，例如 http://127.0.0.1:8099/clock；正式运行时不要填写")
    return text


def _database(text: str) -> str:
    try:
        return database_url(text)
    except ValueError:
        raise Expected("应为 sqlite:///路径 或 postgresql://用户:密码@主机:5432/库名") from None


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise Expected("应为主机名或 IP 地址，例如 127.0.0.1 或 0.0.0.0")
    return text


def _port(text: str) -> int:
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII) or int(text) > 65535:  # the highest port there is
        raise Expected("应为 1 到 65535 的整数；0 表示任选空闲端口")
    return int(text)


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ValueError, OSError, KeyError):  # unknown names, names with dots or control characters, directories
        raise Expected("应为 IANA 时区名称，例如 Asia/Shanghai") from None


def _level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise Expected("应为 " + "、".join(LOG_LEVELS) + " 之一")
    return text.upper()


def _file(text: str, directory: Path) -> Path | None:
    if not text:
        return None
    path = directory / text
    try:
        found = path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        found = False
    if not found:
        raise Expected("文件不存在，应为公司文件（JSON 或 Excel）的路径")
    return path


def _cards(text: str) -> CardTemplates:
    if text in BUILT_IN_CARDS:
        return CardTemplates(built_in=text)
    own = dict[str, str]()
    for part in text.split(","):
        purpose, equals, template = (piece.strip() for piece in part.partition("="))
        if not equals or purpose not in CARD_PURPOSES or purpose in own or not _TEMPLATE_ID.fullmatch(template):
            raise Expected("应为 markdown_button、ai，或按用途写模板编号，例如 approval=xxx.schema,alert=yyy.schema")
        own[purpose] = template
    return CardTemplates(own=own)
