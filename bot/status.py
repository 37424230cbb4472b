"""What the running robot tells of itself, for /readyz and /metrics."""

from bot.corridor import Corridor
from bot.dingtalk.connection import StreamConnection
from bot.dispatcher import Dispatcher
from bot.usage import LIMITS, UsageMeter
from bot.web.status import PoolUse, RobotFacts


class RobotStatus:
    """Asks the parts that run."""

    def __init__(self, connection: StreamConnection, corridor: Corridor, dispatcher: Dispatcher, usage: UsageMeter):
        self._connection = connection
        self._corridor = corridor
        self._dispatcher = dispatcher
        self._usage = usage

    def facts(self) -> RobotFacts:
        state = self._connection.state
        pools = (PoolUse(pool=p.value, used=self._usage.used(p), limit=limit) for p, limit in LIMITS.items())
        return RobotFacts(
            connected=state.connected,
            last_frame_seconds=state.last_frame_age,
            reconnects=state.reconnects,
            frames=self._corridor.received,
            not_understood=self._corridor.faults,
            sent=self._dispatcher.sent,
            dead=self._dispatcher.dead,
            pools=tuple(pools),
        )
