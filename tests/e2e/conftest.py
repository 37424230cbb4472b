"""A real browser in front of the real program. Without Chromium its stories are left out; `make test` says so."""

import shutil

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

collect_ignore_glob = [] if CHROMIUM else ["test_main_job.py", "test_page_*.py"]
