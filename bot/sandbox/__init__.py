"""The sandbox: a local DingTalk on one machine, with no account anywhere.

It stands in for the platform, so it shares no code with the robot: what the two agree on is only what goes over the
wire. Nothing in here imports anything of ours outside this folder.
"""
