"""Settings: read once, every fault named at once, no secret shown."""

from pathlib import Path

import pytest

from bot.settings import Secret, Settings, SettingsFaults, read_settings

GOOD = {"DINGTALK_CLIENT_ID": "dingabc", "DINGTALK_CLIENT_SECRET": "s3cret-value"}


def read(tmp_path: Path, **changes: str) -> Settings:
    return read_settings({**GOOD, **changes}, directory=tmp_path)


def test_the_defaults_need_only_the_two_credentials(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.robot_code == settings.client_id == "dingabc"
    assert settings.database_url == "sqlite+aiosqlite:///data/liaozhanggui.sqlite3"
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 8080)
    assert (str(settings.timezone), settings.log_level) == ("Asia/Shanghai", "INFO")
    assert settings.card_template.built_in == "markdown_button"
    assert (settings.company_file, settings.sandbox_clock_url, bool(settings.api_token)) == (None, "", False)


def test_the_example_file_is_the_defaults(tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text("utf-8")
    (tmp_path / ".env").write_text(example, "utf-8")
    documented = {line.split("=")[0] for line in example.splitlines() if line and not line.startswith("#")}
    assert len(documented) == 15
    with pytest.raises(SettingsFaults) as found:
        read_settings({}, directory=tmp_path)
    assert [line.split("：")[0] for line in found.value.lines] == ["DINGTALK_CLIENT_ID", "DINGTALK_CLIENT_SECRET"]
    defaults = read(tmp_path / "elsewhere")
    # A blank credential in the file gives way to the environment.
    assert read(tmp_path) == defaults


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('HTTP_PORT=9000\nLOG_LEVEL="debug"\nAPI_TOKEN=$HOME-and-sixteen-more\n', "utf-8")
    settings = read(tmp_path, HTTP_PORT="0")
    assert (settings.http_port, settings.log_level) == (0, "DEBUG")
    assert settings.api_token.reveal() == "$HOME-and-sixteen-more"


def test_every_fault_is_named_at_once_and_no_secret_is_repeated(tmp_path: Path) -> None:
    faulty = {
        "DINGTALK_CLIENT_ID": " ",
        "DINGTALK_CLIENT_SECRET": "has a blank",
        "DINGTALK_ROBOT_CODE": "机器人",
        "DINGTALK_OPENAPI_ENDPOINT": "http://api.dingtalk.com",
        "DINGTALK_OAPI_ENDPOINT": "oapi.dingtalk.com",
        "CARD_TEMPLATE": "pretty",
        "DATABASE_URL": "mysql://root:hunter22@db/liao",
        "HTTP_HOST": "a b",
        "HTTP_PORT": "65536",
        "PUBLIC_URL": "ftp://x",
        "TIMEZONE": "Asia/Atlantis",
        "LOG_LEVEL": "LOUD",
        "API_TOKEN": "short",
        "COMPANY_FILE": "missing.json",
        "SANDBOX_CLOCK_URL": "http://10.0.0.1/clock",
    }
    with pytest.raises(SettingsFaults) as found:
        read_settings(faulty, directory=tmp_path)
    assert [line.split("：")[0] for line in found.value.lines] == list(faulty)
    assert all("应为" in line or "只能" in line for line in found.value.lines if "：应" in line or "只能" in line)
    assert "hunter22" not in str(found.value)
    assert "has a blank" not in str(found.value)


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("sqlite:///data/a.db", "sqlite+aiosqlite:///data/a.db"),
        ("sqlite:////var/lib/a.db", "sqlite+aiosqlite:////var/lib/a.db"),
        ("sqlite+aiosqlite:///a.db", "sqlite+aiosqlite:///a.db"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql://u@h:5433/d", "postgresql+asyncpg://u@h:5433/d"),
        ("postgresql+asyncpg://h/d", "postgresql+asyncpg://h/d"),
        ("postgresql:///d?host=/run/pg", "postgresql+asyncpg:///d?host=/run/pg"),
    ],
)
def test_database_addresses_are_written_for_our_drivers(tmp_path: Path, written: str, used: str) -> None:
    assert read(tmp_path, DATABASE_URL=written).database_url == used


@pytest.mark.parametrize(
    "written",
    ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:a.db", "oracle://h/d", "postgresql+psycopg://h/d", "x",
     "postgresql://h", "postgresql:///d", "postgresql://h:port/d"],
)  # fmt: skip
def test_other_databases_are_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(SettingsFaults, match="DATABASE_URL"):
        read(tmp_path, DATABASE_URL=written)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/localtime", "Asia", "", "\x00"])
def test_a_zone_is_a_known_name(tmp_path: Path, name: str) -> None:
    if not name:
        assert str(read(tmp_path, TIMEZONE=name).timezone) == "Asia/Shanghai"
        return
    with pytest.raises(SettingsFaults, match="TIMEZONE"):
        read(tmp_path, TIMEZONE=name)


@pytest.mark.parametrize("address", ["http://127.0.0.1:8099/clock", "http://[::1]:1/c", "http://localhost/clock"])
def test_the_sandbox_clock_is_on_this_machine(tmp_path: Path, address: str) -> None:
    assert read(tmp_path, SANDBOX_CLOCK_URL=address).sandbox_clock_url == address


@pytest.mark.parametrize("address", ["http://127.0.0.1@evil.example/", "http://127.0.0.1.evil.example/", "file:///x"])
def test_a_sandbox_clock_elsewhere_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingsFaults, match="SANDBOX_CLOCK_URL"):
        read(tmp_path, SANDBOX_CLOCK_URL=address)


def test_a_company_may_bring_its_own_cards(tmp_path: Path) -> None:
    own = read(tmp_path, CARD_TEMPLATE="approval=a-1.schema, alert=b.schema").card_template.own
    assert own == {"approval": "a-1.schema", "alert": "b.schema"}


def test_secrets_do_not_show_themselves(tmp_path: Path) -> None:
    settings = read(tmp_path, API_TOKEN="a-long-api-token", DATABASE_URL="postgresql://u:passw0rd@h/d")
    for shown in (repr(settings), str(settings), f"{settings.client_secret} {Secret('x')!r}"):
        assert not any(secret in shown for secret in ("s3cret-value", "a-long-api-token", "passw0rd"))


def test_commands_without_dingtalk_ask_for_no_credentials(tmp_path: Path) -> None:
    assert read_settings({}, directory=tmp_path, needs_dingtalk=False).client_id == ""


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsFaults, match=r"\.env"):
        read(tmp_path)
