"""The verbs: which words ask for what. `WEAK` words count only beside something they can be done to."""

from typing import Final


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())


LINE_INTENTS: Final = frozenset(
    (
        "requisition.create",
        "purchase_order.create",
        "receipt.create",
        "issue.create",
        "return.create",
        "supplier_return.create",
        "transfer.create",
        "scrap.create",
        "count.create",
        "sale.create",
    )
)
MATERIAL_QUERIES: Final = frozenset(("stock.query", "ledger.query", "alert.query"))
PERIOD_QUERIES: Final = frozenset(("stock.query", "ledger.query", "cost.query", "digest.query", "alert.query"))
DOCUMENT_INTENTS: Final = frozenset(("approval.approve", "approval.reject", "document.status", "document.cancel"))
REASONED: Final = frozenset(
    ("approval.reject", "return.create", "supplier_return.create", "scrap.create", "document.cancel")
)

STRONG: Final[dict[str, tuple[str, ...]]] = {
    "requisition.create": _split(
        "申购 请购 采购申请 要料 申请买 申请购买 申请采购 需要采购 需采购 要采购 申请要料 申购单 请购单 采购申请单"
        " 申领采购 报计划 材料计划 提料 提计划 要买 需要买 需要购买 申请购置 补货 报料 要货"
    ),
    "purchase_order.create": _split("采购 下单 订货 订购 采购单 采购订单 购买 定货 下订单"),
    "receipt.create": _split(
        "入库 收货 到货 收料 进场 入库单 收货单 到货入库 收料入库 采购入库 验收入库 到料 进货 来料 来货 点收 签收"
        " 入到 入仓 收进 收到货 到货单 到场 卸货 进库 进料"
    ),
    "issue.create": _split(
        "领料 领用 出库 发料 领料单 领用单 出库单 领取 领料出库 领用出库 领用人 领料人 发放 领走 领出 支领 出仓"
        " 发料单 申领"
    ),
    "return.create": _split(
        "退料 退库 还料 退料单 退库单 退料入库 退回仓库 退还 归还 退仓 退料退库 还库 余料退库 退回库"
    ),
    "supplier_return.create": _split("退货 退给供应商 退回供应商 退货单 退给厂家 退回厂家 退厂 退供应商 退货出库"),
    "transfer.create": _split(
        "调拨 调拨单 调到 转到 调给 调往 调拨到 调拨给 转移到 转库 移库 调库 调拨出库 调拨入库 调货 调料 转给 调入"
        " 调出到 转调"
    ),
    "scrap.create": _split("报损 报废 报废单 报损单 报废出库 损耗 报废处理 报损出库"),
    "count.create": _split("盘点 实盘 盘点单 盘库 盘点结果 实盘数 盘存 清点 实点 盘点数"),
    "sale.create": _split("销售 卖给 销售出库 销售给 销售单 出售 卖了 外销 出售给 卖出"),
    "stock.query": _split(
        "库存 还有多少 余量 剩多少 还剩多少 剩余多少 还剩 剩余 结存 库存量 存量 库存多少 剩下多少 还有几 还剩几"
        " 在库 现存 有多少库存 查库存 库存查询 现有多少 有多少 余下多少 够不够 还够 够用吗 还有没有 库存数 账面"
    ),
    "ledger.query": _split(
        "台账 流水 明细 收发存 流水账 收发明细 出入库记录 进出记录 领用记录 入库记录 出库记录 收发记录 领料记录"
        " 出入库明细 入库明细 出库明细 领料明细 领用明细 收发存台账 收发存报表 进出明细 出入库流水 材料台账 谁领的"
        " 谁领了 领了多少 用了多少 进了多少 入了多少 到了多少 出了多少 收了多少 退了多少 入库流水 出库流水 收料记录"
        " 退料记录 到货记录 进货记录"
    ),
    "cost.query": _split(
        "成本 花了多少 花了多少钱 费用 预算 用了多少钱 花费 花多少钱 开支 支出 预算还剩多少 成本多少 造价 超预算"
        " 花销 材料费 人工费 机械费 成本分析 预算执行 用掉多少钱 剩余预算 预算剩余 还剩多少预算"
    ),
    "approval.list": _split(
        "待办 待我审批 审批列表 待审批 我的待办 等我批 待我批 要我批 要我审批 需要我审批 需要我批 等我审批 待审"
        " 未审批 待办事项 待批 待处理 等着批 待审核 等我审 待我审核 没批的 我要批的 要批的 要审批 要审批的"
        " 等我审批的 待我审批的"
    ),
    "approval.approve": _split(
        "同意 批准 通过 批了 准了 审批通过 批准通过 同意通过 准予 审核通过 确认 可以批 核准 允许 同意了 批准了"
    ),
    "approval.reject": _split(
        "驳回 不同意 拒绝 不批 不批准 不通过 打回 退回去 审批不通过 不予批准 否决 驳了 不准 退回重填 打回去 审核不通过"
    ),
    "document.status": _split(
        "到哪了 到哪里了 到哪一步 走到哪 走到哪了 到哪步了 什么状态 啥状态 状态 审批进度 到谁那了 到谁了 批了没"
        " 批了吗 审批到哪 审批到哪了 处理到哪了 怎么样了 批完没 批完了吗 审到哪了 卡在哪 进展 批下来了吗 批下来没"
        " 到货没 审批情况 进度 通过了吗 批没批"
    ),
    "document.cancel": _split("撤回 撤销 作废 撤单 冲销 取消单 红冲 撤掉 废掉 撤了 作废掉 冲红"),
    "digest.query": _split(
        "日报 周报 月报 今日消耗 今天消耗 本日消耗 消耗日报 当日消耗 材料日报 项目日报 昨日消耗 昨天消耗 消耗"
        " 日报表 周报表 月报表 季报 年报 本周消耗 本月消耗"
    ),
    "alert.query": _split(
        "预警 缺货 快没了 快用完了 库存预警 缺货预警 快用完 低库存 库存不足 要补货 不够了 缺料 缺什么 缺啥 快缺货"
        " 告急 短缺 安全库存 快断货 断货 低于安全库存 报警 缺货提醒 快没有了 缺哪些"
    ),
    "labor.record": _split("记工 人工 工日 点工 记工时 工时 用工 出工 计工 零工 记考勤 派工 人工登记 上工 出勤"),
    "rental.record": _split("台班 租赁 台班登记 机械台班 租用 台班记录 租 记台班 机械租赁 设备租赁 租了"),
    "progress.report": _split(
        "完成 进度 进度上报 上报进度 完成了 已完成 做完 施工进度 形象进度 汇报进度 进度汇报 干完 干到 做到 完工"
        " 进度报 完成率 完成度 进度到"
    ),
    "exception.report": _split(
        "异常 上报异常 上报问题 异常上报 问题上报 报异常 报告异常 报告问题 反映问题 反馈问题 问题反馈 报问题"
        " 异常情况 现场异常 质量问题 发现问题 发现异常 出现问题 出现异常 问题"
    ),
    "help": _split(
        "帮助 怎么用 菜单 使用说明 怎么使用 你会什么 你会干啥 你能干什么 你能做什么 会干啥 能干啥 都会干啥"
        " 有什么功能 功能 使用帮助 教教我 help 说明书 怎么操作 你能干嘛 你会做什么 会做什么 能做什么 你是谁"
        " 如何使用 操作说明 使用方法 用法 指令 命令 命令列表 会干什么 能干什么 怎么领料 怎么入库 怎么申购"
    ),
}

WEAK: Final[dict[str, tuple[str, ...]]] = {
    "issue.create": _split("领 领了 领点 发 发了 拿 拿了 取 取了 要领 领个"),
    "receipt.create": _split(
        "收 收了 收到 收到了 全收 全部收 都收 收齐 到齐 到齐了 都到齐了 都到了 全到了 全到齐 到了 来了 进 进了"
        " 送来 到 入 送来了 入了 运来 拉来 送到了"
    ),
    "requisition.create": _split("买 购 要 需要 需 想要 缺 买点 申请"),
    "purchase_order.create": _split("订 订了 定 买"),
    "return.create": _split("退 退回 还 退了 退回来"),
    "supplier_return.create": _split("退给 退还给"),
    "transfer.create": _split("调 转 拨 调拨给 挪 搬 转运"),
    "sale.create": _split("卖"),
    "count.create": _split("盘 点"),
    "stock.query": _split("还有吗 有没有 还有 有吗 还有没"),
    "ledger.query": (),
    "scrap.create": _split("报"),
}

# One act with two words in it: the second does not make a second command.
SAME_ACT: Final[frozenset[tuple[str, str]]] = frozenset(
    (
        ("sale.create", "issue.create"),
        ("transfer.create", "issue.create"),
        ("transfer.create", "receipt.create"),
        ("return.create", "receipt.create"),
        ("scrap.create", "issue.create"),
        ("supplier_return.create", "issue.create"),
        ("supplier_return.create", "return.create"),
        ("requisition.create", "purchase_order.create"),
        ("alert.query", "stock.query"),
        ("ledger.query", "stock.query"),
        ("stock.query", "requisition.create"),
        ("cost.query", "stock.query"),
        ("cost.query", "labor.record"),
        ("cost.query", "rental.record"),
        ("cost.query", "digest.query"),
        ("cost.query", "ledger.query"),
        ("digest.query", "ledger.query"),
        ("approval.list", "approval.approve"),
        ("approval.list", "document.status"),
        ("document.status", "approval.approve"),
        ("document.status", "progress.report"),
        ("document.status", "receipt.create"),
        ("progress.report", "document.status"),
        ("rental.record", "labor.record"),
    )
)
