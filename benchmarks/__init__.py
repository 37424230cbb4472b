"""How fast the robot is, as ratios within one run: `python -m benchmarks --help`.

What the figures mean stands in docs/benchmarks.md. Nothing here is asserted: a slow machine is no fault.
"""
