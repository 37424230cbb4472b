"""The business: pure Python, no I/O, no SQL, no DingTalk, no clock of its own."""
