"""Every bound of the robot's HTTP, by name. Times in seconds, sizes in bytes, unless the name says otherwise."""

from typing import Final

URL_CHARS_MAX: Final = 4_096
VALUE_CHARS_MAX: Final = 128  # twice the longest code of a company file
SHOWN_CHARS_MAX: Final = 40  # of a faulty value that is repeated to the caller
BODY_BYTES_MAX: Final = 64 * 1024
PAGE_MAX: Final = 500  # moves in one answer
STOCK_ROWS_MAX: Final = 20_000  # building more would hold up the robot's own answers
READS_MAX: Final = 2  # at once, of the few readers that SQLite has for the whole robot
ANSWER_SECONDS_MAX: Final = 10
PROBE_SECONDS_MAX: Final = 2  # a database that takes longer is as good as none
