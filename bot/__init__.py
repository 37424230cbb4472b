"""The DingTalk side, and the program itself."""
