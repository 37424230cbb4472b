"""`python -m benchmarks.acknowledger ENDPOINT`: our connection, the SDK's classes, and an ack at once.

What is measured against it is the robot without the gateway, the socket and the reading of frames.
"""

import asyncio
import signal
import sys

import aiohttp
import uvloop

from bot.dingtalk.acks import AckData, plain_ack
from bot.dingtalk.connection import StreamConnection
from bot.dingtalk.credentials import Credentials
from bot.dingtalk.frames import Received
from bot.sandbox.app import CLIENT_ID, CLIENT_SECRET


async def acknowledge(received: Received) -> AckData:
    """Nothing is stored, nothing is done."""
    return plain_ack(received.kind)


async def serve(endpoint: str) -> None:
    """Until SIGTERM."""
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    credentials = Credentials(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, robot_code=CLIENT_ID)
    async with aiohttp.ClientSession(trust_env=False) as http:
        connection = StreamConnection(credentials=credentials, endpoint=endpoint, http=http, receive=acknowledge)
        running = asyncio.create_task(connection.run())
        await stopping.wait()
        await connection.stop()
        await running


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
