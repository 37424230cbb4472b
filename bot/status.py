"""What the running robot tells of itself, for /readyz and /metrics."""

from bot.corridor import Corridor
from bot.dingtalk.connection import StreamConnection
from bot.dispatcher import Dispatcher
from bot.usage import UsageMeter


class RobotStatus:
    def __init__(self, connection: StreamConnection, corridor: Corridor, dispatcher: Dispatcher, usage: UsageMeter):
        self._connection = connection
        self._corridor = corridor
        self._dispatcher = dispatcher
        self._usage = usage
