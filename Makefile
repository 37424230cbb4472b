# 料掌柜: everything that is typed more than once. Tools are called as modules of .venv's Python,
# because the first line of an installed script breaks where the path has a space in it.
PY := .venv/bin/python
LINT_IMPORTS := $(PY) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'

.DEFAULT_GOAL := help
.PHONY: help run test check lint soak

help: ## 显示这些命令
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile

run: ## 在本机启动沙箱：一个模拟的钉钉和一家示范公司，不需要任何账号
	@sh .ci/setup run
	@exec $(PY) -m bot sandbox

lint: ## 格式、静态检查、类型、引用方向
	@sh .ci/setup test
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m pyright
	$(LINT_IMPORTS)

check: lint ## 快速检查：lint，加上几分钟内能跑完的测试
	$(PY) -m pytest -n 2 -q -m 'not slow and not soak and not browser'

test: lint ## 全部检查和测试（两核约 20 分钟）
	@if sh .ci/browser; then which='not soak'; else which='not soak and not browser'; fi; \
	set -x; exec $(PY) -m pytest -n 2 -q -m "$$which"

soak: ## 长时间的随机测试（数小时）
	@sh .ci/setup test
	$(PY) -m pytest -q -m soak
