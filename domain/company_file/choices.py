"""The words among which a file chooses, in English and as people write them."""

from collections.abc import Mapping
from typing import Final

from domain.company import NodeMode, OnTimeout, Role, Tracking, Valuation

ROLES: Final[Mapping[str, Role]] = {
    **{role.value: role for role in Role},
    **{role.name.casefold(): role for role in Role},
    "库管员": Role.STOREKEEPER,
    "出纳": Role.FINANCE,
    "会计": Role.FINANCE,
}
ROLE_NAMES: Final = tuple(role.value for role in Role)

VALUATIONS: Final[Mapping[str, Valuation]] = {
    **{valuation.value: valuation for valuation in Valuation},
    "移动加权平均": Valuation.MOVING_AVERAGE,
    "加权平均": Valuation.MOVING_AVERAGE,
    "先进先出": Valuation.FIFO,
    "个别计价": Valuation.SPECIFIC,
}
VALUATION_NAMES: Final = tuple(valuation.value for valuation in Valuation)

TRACKINGS: Final[Mapping[str, Tracking]] = {
    **{tracking.value: tracking for tracking in Tracking},
    "无": Tracking.NONE,
    "不跟踪": Tracking.NONE,
    "批次": Tracking.LOT,
    "序列号": Tracking.SERIAL,
}
TRACKING_NAMES: Final = tuple(tracking.value for tracking in Tracking)

MODES: Final[Mapping[str, NodeMode]] = {
    **{mode.value: mode for mode in NodeMode},
    "或签": NodeMode.ANY,
    "会签": NodeMode.ALL,
    "依次": NodeMode.IN_TURN,
}
MODE_NAMES: Final = tuple(mode.value for mode in NodeMode)

TIMEOUTS: Final[Mapping[str, OnTimeout]] = {
    **{act.value: act for act in OnTimeout},
    "提醒": OnTimeout.REMIND,
    "升级": OnTimeout.ESCALATE,
}
TIMEOUT_NAMES: Final = tuple(act.value for act in OnTimeout)

_DOCUMENTS: Final[Mapping[str, str]] = {
    "requisition": "申购单",
    "purchase_order": "采购单",
    "receipt": "入库单",
    "issue": "领料单",
    "return": "退料单",
    "supplier_return": "退货单",
    "transfer": "调拨单",
    "scrap": "报损单",
    "count": "盘点单",
    "sales_order": "销售单",
    "delivery": "出货单",
    "work_order": "工单",
    "service_order": "服务单",
    "contract": "合同",
    "payment": "付款单",
    "invoice": "发票",
    "cost": "成本单",
}
DOCUMENTS: Final[Mapping[str, str]] = {
    **{name: name for name in _DOCUMENTS},
    **{chinese: name for name, chinese in _DOCUMENTS.items()},
    **{chinese.removesuffix("单"): name for name, chinese in _DOCUMENTS.items()},
}
DOCUMENT_NAMES: Final = tuple(_DOCUMENTS)

CURRENCIES: Final[Mapping[str, str]] = {"CNY": "CNY", "RMB": "CNY", "人民币": "CNY"}
