"""The words of the trade that are not the company's own: a storekeeper may add to every table here."""

from enum import StrEnum
from typing import Final


class Cue(StrEnum):
    """What a small word does in a sentence."""

    FILL = "fill"
    LIST = "list"
    TO = "to"
    GIVE = "give"
    FROM = "from"
    ME = "me"
    OF = "of"
    CORRECT = "correct"
    DROP = "drop"
    NOT = "not"
    ASK = "ask"
    LATER = "later"
    ARRIVED = "arrived"
    VAGUE = "vague"
    SOME = "some"
    HALF = "half"
    DOZEN = "dozen"
    EACH = "each"
    NEED = "need"
    REASON = "reason"
    THAT = "that"
    ALL = "all"
    CALM = "calm"
    SAYS = "says"
    PRICE = "price"
    PER = "per"
    TOTAL = "total"
    YUAN = "yuan"
    SIZE = "size"
    DONE = "done"


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())


CUES: Final[dict[Cue, tuple[str, ...]]] = {
    # Carry no meaning for the book.
    Cue.FILL: _split(
        "可以吗 行吗 好吗 行不行 好不好 成不成 请 帮 帮我 帮忙 帮我们 麻烦 麻烦你 一下 下 要 再 还 还得 还要 得"
        " 需要 需 想 想要 了 吧 啊 呢 哈 呀 哦 嗯 啦 呗 嘛 哟 那 那个 就 先 也 都 共 把 将 现在 马上 赶紧 赶快 急"
        " 急用 急需 加急 尽快 谢谢 多谢 辛苦 辛苦了 你好 您好 大家好 师傅 老板 我们 咱们 咱 我这 这边 那边 这里"
        " 那里 项目 工地 现场 使用 做 送 送来 送到 送过来 来 来了 过来 拉 拉来 拉了 运来 运到 运 有 是 在 上 里"
        " 里面 中 内 登记 录入 录 录一下 记 记录 记一下 记录一下 办理 办 办个 开 开个 开一张 手续 单 单子 表 单据"
        " 材料 物资 东西 货 数量 规格 型号 名称 品名 单位 如下 以下 清单 列表 结果 批 这批 一批 今天 今日 刚 刚刚"
        " 已 已经 刚才 一共 总共 实际 实收 实到 新 又 另 然后 接着 还是 就是 各位 该 个人 验收 合格 查 查询 查下"
        " 查一下 查看 看 看看 看下 看一下 问 问下 问一下 告诉 告诉我 我要看 发 发我 发一下 给我看 给我看看 调 调下"
        " 调一下 调出 显示 列 列出 列一下 打开 情况 目前 当前 最新 截止 截至 为止 我的 我要 我想 可以 能 能不能"
        " 可不可以 吗 么 施工 部位 班组 队 人员 供应商 客户 厂家 公司 仓库 库 用料 料 位 们 还有 目前还 到底 具体"
        " 详细 全部的 所有 所有的 所有材料 全部材料 所有物资 整个 好 好的 行 ok 对 嗯嗯 喂 小料 料掌柜 掌柜 掌柜的"
        " 机器人 补 补点 弄 弄点 搞 搞点 拿 拿点 拿走 取 取走 出 点 些 份 麻烦帮忙 我方 向 跟 从我 对了 计 为 按"
        " 各种 其中 包括 分别是 序号 备注 进行 上报 报 汇报 申请 提交 审批单 剩 剩的 剩下 剩下的 多余 多余的 余下"
        " 余下的 用剩的 没用完的"
    ),
    Cue.LIST: _split("和 及 以及 与 另外 外加 加上 还有就是 并 同时 、 还要加"),
    Cue.TO: _split(
        "到 往 至 去 发往 发到 运往 运至 入到 放到 放 存到 存入 送至 转至 移到 拨到 拨给 搬到 拉到 送往 进到"
    ),
    Cue.GIVE: _split("给 交给 发给 转给 让给"),
    Cue.FROM: _split("从 由 自 打从"),
    Cue.ME: _split("我 本人 我自己 俺"),
    Cue.OF: _split("的 之 滴"),
    Cue.CORRECT: _split(
        "不对 不对不对 错了 说错了 写错了 打错了 弄错了 搞错了 不是 改成 改为 改 更正 更正为 更正一下 应该是 应该"
        " 应为 哦不 噢不 啊不 呃不 不不 纠正 口误 手误 说错 写错 打错 重新说"
    ),
    Cue.DROP: _split("不算 不算了 不要了 不用了 去掉 删掉 取消掉 不领了 不需要了 不要 删了 划掉 不退了 免了 取消"),
    Cue.NOT: _split(
        "别 先别 不 先不 暂时不 暂不 不用 没 没有 不能 不准 禁止 不许 暂停 暂缓 不要再 不再 别再 未 甭 无需 不必"
        " 千万别 停止 还没 还没有 没能"
    ),
    Cue.ASK: _split(
        "吗 么 没有 了没 了没有 没 ? 是不是 有没有 是否 几 什么 啥 哪 谁 怎么 咋 为什么 多少 何时 几点 什么时候"
        " 哪里 哪儿 如何"
    ),
    # Not now, or only perhaps: no command.
    Cue.LATER: _split(
        "等会 等会儿 待会 待会儿 回头 过会 过会儿 过几天 改天 晚点 晚些 以后 将来 如果 要是 假如 万一 每天 每日"
        " 每周 打算"
    ),
    Cue.VAGUE: _split(
        "每个 每人 每组 每班 人均 每班组 每个人 大概 大约 约 左右 上下 差不多 多 来 近 将近 至少 最多 不到 超过"
        " 起码 估计 可能 或者 或 以上 以下 出头 上下浮动 不低于 不超过 大致 约莫"
    ),
    # A quantity that is no number.
    Cue.SOME: _split(
        "一些 些许 若干 几 十几 二十几 几十 几百 上百 好几 好多 很多 不少 许多 一点 一点点 少量 大量 适量 一堆"
        " 一批 多少 些 点儿"
    ),
    Cue.HALF: _split("半"),
    Cue.DOZEN: _split("打"),
    Cue.EACH: _split("各 每样 每种 各要 各领 各来 分别 均 都是 都要"),
    Cue.NEED: _split(
        "要 要用 用 前 之前 以前 内 之内 以内 到 到货 到场 送到 进场 前到 前要 前送到 前到货 前到场 交货 需要 使用"
        " 要到 前用 必须到 要货 到位 之前到 之前要 前进场 需用"
    ),
    Cue.REASON: _split("原因 因为 由于 理由 原因是 理由是 原因为 因"),
    Cue.THAT: _split(
        "那张 那张单 那张单子 刚才那个 刚才那张 刚才那单 刚才的 刚才那张单 刚刚那个 刚刚那张 刚刚那单 那单 那个单"
        " 那个单子 这单 这张 这张单 这张单子 这个单子 这个单 上一单 上一张 上张 上单 该单 此单 上面那个 上面那张"
        " 前面那张"
    ),
    Cue.ALL: _split("全部 都 全 齐 齐了 一起"),
    Cue.SAYS: _split("说 让 叫 要求 安排 通知 批准的 同意的 吩咐 交代 问 要我 派"),
    Cue.PRICE: _split("单价 价格 单价是 价格是 单价为 价 价钱 进价 售价 卖价 买价 含税单价 含税价 不含税单价"),
    Cue.PER: _split("每 一 /"),
    Cue.TOTAL: _split("合计 共计 总价 金额 总计 总金额 合计金额 一共 总共 共 总额 货款 小计"),
    Cue.YUAN: _split("元 块钱 块 rmb 元钱 大洋 ¥ ￥"),
    Cue.SIZE: _split("厚 厚的 号 号的 粗 粗的 规格 型号 直径 宽 长 高 口径"),
    # What people do with each other: nothing for the book.
    Cue.CALM: _split(
        "多领 少领 领多 领少 领错 漏领 错领 多领了 少领了 领多了 领少了 领错了 退多了 退错了 收错了 收多了 入错了"
        " 出错了 领导 收到 领教 领先 本领 领会 占领 带领 领头 领班 领队 领证 领工资 领钱 领饭 领奖 领取工资 退休"
        " 调试 调查 调休 调研 调整 调动 调岗 卖力 买单 买饭 买菜 买水 买烟 发现 发生 发烧 发票 发货单 进场教育"
        " 入场教育 收入 收工 收拾 收尾 收款 人工湖 问题不大 没问题 没事 有问题 退步 退群 退钱 退出 退烧 进场证 入职"
        " 离职 开会 吃饭 下班 上班 加班 放假 请假 食堂 饭 天气 下雨 电话 微信 群 工资 检查 安全教育 培训 水泥路"
        " 钢筋工 木工 瓦工师傅 电话多少 多少钱一 成本价 同意书 通过率 盘点表 报废车 库存表 领用表 采购部 采购员"
        " 采购经理 财务部 材料员 材料部 仓管 项目部 入库单在 到货单 收货人 收货地址 问题是 问题在"
    ),
    Cue.DONE: _split("退给 卖给 销售给 调给 调到 转到 转给 调往 发给"),
}

# A spoken or mistyped verb, and what was meant.
HOMOPHONES: Final[dict[str, str]] = {
    "零料": "领料",
    "另料": "领料",
    "灵料": "领料",
    "领聊": "领料",
    "零用": "领用",
    "入裤": "入库",
    "如库": "入库",
    "出裤": "出库",
    "初库": "出库",
    "申够": "申购",
    "申勾": "申购",
    "深购": "申购",
    "身购": "申购",
    "盘店": "盘点",
    "盼点": "盘点",
    "退裤": "退库",
    "推库": "退库",
    "推料": "退料",
    "推货": "退货",
    "报孙": "报损",
    "报笋": "报损",
    "爆损": "报损",
    "掉拨": "调拨",
    "吊拨": "调拨",
    "调播": "调拨",
    "库村": "库存",
    "酷存": "库存",
    "裤存": "库存",
    "流水帐": "流水账",
    "台帐": "台账",
    "采够": "采购",
    "收获": "收货",
    "到伙": "到货",
    "记公": "记工",
    "记功": "记工",
    "播回": "驳回",
    "博回": "驳回",
    "撤消": "撤销",
}

# Words that count things. A unit that no material of the company has is still recognised as one.
COUNTERS: Final = _split(
    "吨 千克 公斤 克 斤 两 立方米 立方 方 平方米 平方 平米 平 米 厘米 毫米 公里 升 毫升 包 袋 箱 桶 卷 盘 根 支 张"
    " 片 块 个 只 套 盒 瓶 罐 双 副 付 顶 条 樘 车 捆 扎 件 台 把 颗 粒 枚 组 对 批 托 板 筐 篮 架 节 段 盏 座 扇"
    " 辆 匹 打 串 盆 本 册 份 堆 提 听 头 棵 株 kg t m m2 m3 l ml g pcs"
)
# What the same measure is also called, for companies that list no aliases of their own.
UNIT_ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "吨": _split("t 公吨 噸"),
    "千克": _split("kg 公斤"),
    "克": _split("g"),
    "升": _split("l 公升"),
    "毫升": _split("ml"),
    "米": _split("m 公尺"),
    "立方米": _split("方 立方 m3"),
    "平方米": _split("平 平米 平方 m2"),
    "双": _split("副 付 对"),
    "个": _split("只"),
    "工日": _split("工 个工 个工日"),
    "台班": _split("个台班 班次"),
    "小时": _split("h 钟头 个小时"),
    "天": _split("日"),
    "月": _split("个月"),
}
WORK_UNITS: Final = _split("工日 小时 台班 天 月 班")
# What ends an open question.
ENDINGS: Final = _split(
    "算了 不用了 不要了 取消 取消吧 算了吧 不弄了 不办了 先不弄了 不领了 不买了 不退了 不搞了 没事了 算了不要了"
    " 不需要了 作罢 拉倒 先算了 算啦 不用 停 结束 退出 别弄了 不做了 当我没说"
)
