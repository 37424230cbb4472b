"""A child that wants all the memory there is, or tells what it sees."""

import os
import sys

from bot import apart


def look(data: bytes) -> object:
    if data == b"environment":
        return dict(os.environ)
    return len([bytearray(256 * 2**20) for _ in range(64)])


if __name__ == "__main__":
    sys.exit(apart.answer(look))
