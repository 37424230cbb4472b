"""Who we are to DingTalk."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The application's id and secret, and the robot's code (for an internal application usually the same as the id).

    The secret is left out of `repr`, so that no log line can hold it by accident.
    """

    client_id: str
    client_secret: str = field(repr=False)
    robot_code: str
