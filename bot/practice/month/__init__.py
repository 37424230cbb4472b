"""A month of the demonstration company: lived through the domain, then told to the local DingTalk."""

from bot.practice.month.living import live_through
from bot.practice.month.telling import tell
from bot.practice.month.transcript import Month

__all__ = ["Month", "live_through", "tell"]
