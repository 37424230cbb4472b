"""The keys and fields of a company file, with the Chinese headings that Excel workbooks use for them."""

from collections.abc import Mapping
from typing import Final

Headings = Mapping[str, tuple[str, ...]]

_CODE: Final = ("编码", "编号", "代码")
_NAME: Final = ("名称", "名字")
_ALIASES: Final = ("别名", "俗称", "又名")
_UNIT: Final = ("单位",)
_UNIT_PRICE: Final = ("单价", "价格")
_QUANTITY: Final = ("数量",)
_MATERIAL: Final = ("材料", "材料编码")
_PROJECT: Final = ("项目", "项目编码", "所属项目")
_WAREHOUSE: Final = ("仓库", "仓库编码")
_SUPPLIER: Final = ("供应商", "供应商编码")
_STAGE: Final = ("阶段",)
_STAGES: Final = ("阶段", "施工阶段")

KEYS: Final[Headings] = {
    "company": ("公司", "企业"),
    "units": ("单位", "计量单位"),
    "categories": ("类别", "材料类别"),
    "materials": ("材料", "材料目录"),
    "projects": ("项目", "工程"),
    "templates": ("项目模板", "模板"),
    "people": ("人员", "员工"),
    "teams": ("班组",),
    "suppliers": ("供应商",),
    "customers": ("客户",),
    "warehouses": ("仓库",),
    "equipment": ("设备", "机械设备"),
    "groups": ("群", "钉钉群"),
    "plans": ("材料计划", "工程量清单"),
    "stock_rules": ("库存规则", "安全库存"),
    "prices": ("价格", "历史价格"),
    "opening_stock": ("期初库存", "期初"),
    "approval_flows": ("审批流", "审批流程"),
    "learned_names": ("记住的叫法",),
    "settings": ("设置",),
}

RECORDS: Final = frozenset({"company", "settings"})  # one object each; every other key is a list

PLAN_LINE: Final[Headings] = {
    "stage": _STAGE,
    "material": _MATERIAL,
    "quantity": (*_QUANTITY, "计划数量", "计划用量"),
    "unit": _UNIT,
    "unit_price": (*_UNIT_PRICE, "计划单价"),
}

FIELDS: Final[Mapping[str, Headings]] = {
    "company": {"name": (*_NAME, "公司名称"), "currency": ("币种",), "month_close_day": ("月结日",)},
    "units": {"name": (*_NAME, "单位"), "aliases": _ALIASES},
    "categories": {
        "name": (*_NAME, "类别"),
        "valuation": ("计价方法", "计价方式"),
        "scan_required": ("必须扫码", "扫码"),
    },
    "materials": {
        "code": (*_CODE, "材料编码"),
        "name": (*_NAME, "材料名称"),
        "spec": ("规格", "规格型号"),
        "category": ("类别", "材料类别"),
        "base_unit": ("基本单位", "单位", "主单位"),
        "units": ("换算", "单位换算", "其他单位"),
        "aliases": _ALIASES,
        "tracked": ("跟踪方式", "跟踪", "批次管理"),
        "shelf_life_days": ("保质期", "保质期天数"),
        "guidance": ("说明", "使用说明", "指引"),
        "barcode": ("条码", "条形码"),
    },
    "projects": {
        "code": (*_CODE, "项目编码"),
        "name": (*_NAME, "项目名称"),
        "aliases": _ALIASES,
        "stages": _STAGES,
        "parent": ("上级项目", "父项目"),
        "manager": ("项目经理", "负责人"),
        "budget": ("预算", "预算金额"),
        "contract_amount": ("合同金额", "合同额"),
        "start": ("开工日期", "开始日期"),
        "end": ("竣工日期", "结束日期", "完工日期"),
        "template": ("模板", "项目模板"),
    },
    "templates": {
        "code": (*_CODE, "模板编码"),
        "name": (*_NAME, "模板名称"),
        "stages": _STAGES,
        "plan": ("材料计划", "计划"),
    },
    "people": {
        "id": ("用户ID", "钉钉用户ID", "工号", "编号"),
        "name": ("姓名", *_NAME),
        "aliases": (*_ALIASES, "称呼"),
        "roles": ("角色",),
        "superior": ("上级", "直属上级"),
        "team": ("班组",),
    },
    "teams": {"name": (*_NAME, "班组", "班组名称"), "leader": ("班组长", "组长"), "project": _PROJECT},
    "suppliers": {
        "code": (*_CODE, "供应商编码"),
        "name": (*_NAME, "供应商名称", "供应商"),
        "aliases": _ALIASES,
        "contact": ("联系人", "联系方式"),
        "terms_days": ("账期", "账期天数"),
        "lead_days": ("交货期", "供货天数"),
    },
    "customers": {
        "code": (*_CODE, "客户编码"),
        "name": (*_NAME, "客户名称", "客户"),
        "aliases": _ALIASES,
    },
    "warehouses": {
        "code": (*_CODE, "仓库编码"),
        "name": (*_NAME, "仓库名称", "仓库"),
        "aliases": _ALIASES,
        "project": _PROJECT,
        "keeper": ("材料员", "保管员", "库管员"),
    },
    "equipment": {
        "code": (*_CODE, "设备编码"),
        "name": (*_NAME, "设备名称", "设备"),
        "aliases": _ALIASES,
        "unit": (*_UNIT, "计费单位"),
        "unit_price": _UNIT_PRICE,
    },
    "groups": {"conversation_id": ("会话ID", "群ID"), "name": (*_NAME, "群名称", "群名"), "project": _PROJECT},
    "plans": {"project": _PROJECT, **PLAN_LINE},
    "stock_rules": {
        "material": _MATERIAL,
        "warehouse": _WAREHOUSE,
        "safety_stock": ("安全库存",),
        "reorder_to": ("补货至", "补到"),
        "responsible": ("负责人", "责任人"),
    },
    "prices": {
        "material": _MATERIAL,
        "supplier": _SUPPLIER,
        "unit": _UNIT,
        "unit_price": _UNIT_PRICE,
        "date": ("日期", "报价日期"),
    },
    "opening_stock": {
        "warehouse": _WAREHOUSE,
        "material": _MATERIAL,
        "quantity": _QUANTITY,
        "unit": _UNIT,
        "unit_cost": ("单位成本", "成本单价", "单价"),
        "lot": ("批次", "批号"),
        "expiry": ("有效期", "到期日", "有效期至"),
        "serials": ("序列号",),
    },
    "approval_flows": {
        "document": ("单据", "单据类型"),
        "projects": ("项目", "适用项目"),
        "nodes": ("节点", "审批节点"),
        "cc": ("抄送", "抄送人"),
    },
    "learned_names": {
        "name": (*_NAME, "叫法"),
        "material": _MATERIAL,
        "by": ("谁记的", "记录人"),
        "date": ("日期",),
    },
    "settings": {
        "digest_time": ("日报时间",),
        "requisition_finance_from": ("财务审批起点", "申购财务审批金额"),
        "receipt_over_tolerance": ("超收容差", "超收比例"),
        "undo_minutes": ("撤销时限", "撤销分钟"),
        "sampling_rate": ("抽查比例", "抽检比例"),
        "ask_on_repeat": ("重复提醒", "重复时询问"),
        "month_close_day": ("月结日",),
    },
    # What stands inside an element; none of these has a sheet of its own.
    "materials.units": {"unit": _UNIT, "per_base": ("换算率", "每基本单位")},
    "templates.plan": PLAN_LINE,
    "people.roles": {"role": ("角色",), "project": _PROJECT},
    "approval_flows.nodes": {
        "role": ("角色",),
        "person": ("人员", "审批人"),
        "mode": ("方式", "审批方式"),
        "min_amount": ("起批金额", "金额起点"),
        "hours": ("时限", "时限小时"),
        "on_timeout": ("超时", "超时处理"),
    },
}


def synonyms(headings: Headings) -> dict[str, str]:
    """Every accepted heading with the field it stands for."""
    return {heading: name for name, others in headings.items() for heading in (name, *others)}
