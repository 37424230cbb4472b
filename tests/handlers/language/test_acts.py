"""What is asked for, and what is only said: verbs in their sentences, days, parties, records, rulings."""

from datetime import date
from typing import Any

import pytest

from handlers.language import Catalogue, Context, Reading, read

TODAY = date(2026, 11, 23)  # a Monday


def reading_of(catalogue: Catalogue, text: str, **around: Any) -> Reading:
    context = Context(project="P01", sender="u-me", **around)
    return read(text, context=context, catalogue=catalogue, today=TODAY)


@pytest.mark.parametrize(
    "said",
    [
        # put off
        "等雨停了再领扎丝",
        "货到齐以后再入库吧",
        "扎丝到了再领5千克",
        "请购的事过两天再议",
        "扎丝5千克后天到货",
        "明天要领扎丝5千克",
        "下周再申购扎丝5千克",
        # denied, taken back, impossible
        "今天没人领料",
        "取消领扎丝5千克",
        "扎丝5千克领不了",
        "昨天领的扎丝5千克记错了",
        "出库别忘了关灯",
        # told, not asked for
        "扎丝5千克领过了",
        "上次领了扎丝5千克",
        "我买了扎丝5千克",
        "新买的扎丝有点锈",
        # part of another word, or of talk
        "入库口那里别堆东西",
        "出库单放在桌上了",
        "水温调到60度左右就行",
        "库存太乱了赶快整理吧",
        "塔吊进场了",
        "车在门口等着卸货",
        "采购说下周才有货",
        "送扎丝5千克到总仓",
        "能领扎丝5千克吗",
        "张三班组还欠扎丝5千克",
        # machines and men that did not work, or will
        "塔吊坏了2天",
        "塔吊停了2个台班",
        "瓦工班明天8个工",
        "主体结构计划完成80%",
        # speaking of such things in general
        "发现问题及时上报",
        "质量问题找谁",
        "怎么用这么多扎丝",
        "功能太多了",
        # rulings that are none
        "SG20261122-003先别驳回",
        "SG20261122-003被驳回了",
        "SG20261122-003批准，数量改成30",
        "SG20261122-003同意，但是价格再谈谈",
        "SG20261122-003要不要同意",
    ],
)
def test_what_is_only_said_is_no_command(site: Catalogue, said: str) -> None:
    assert reading_of(site, said).to_json() == {"status": "unknown"}


@pytest.mark.parametrize(
    ("said", "both"),
    [
        ("日报给我，顺便看下预警", {"digest.query", "alert.query"}),
        ("待办和成本都看看", {"approval.list", "cost.query"}),
        ("扎丝领了5千克，还有多少", {"issue.create", "stock.query"}),
        ("SG20261122-003同意，SG20261122-004驳回", {"approval.approve", "approval.reject"}),
        ("SG20261122-003通过还是驳回", {"approval.approve", "approval.reject"}),
        ("SG20261122-003同意，另外领扎丝5千克", {"approval.approve", "issue.create"}),
        ("撤回LL20261122-003，重新领扎丝5千克", {"document.cancel", "issue.create"}),
        ("扎丝实盘50，账面60", {"count.create", "stock.query"}),
        ("绿城买扎丝5千克", {"requisition.create", "sale.create"}),
    ],
)
def test_two_things_at_once_are_asked_apart(site: Catalogue, said: str, both: set[str]) -> None:
    assert set(reading_of(site, said).candidates["intent"]) == both


@pytest.mark.parametrize(
    ("said", "intent", "fields"),
    [
        ("扎丝怎么还没到", "ledger.query", {}),
        ("昨天入库了什么", "ledger.query", {"period": {"from": "2026-11-22", "to": "2026-11-22"}}),
        ("木工班领了哪些材料", "ledger.query", {"team": "木工班"}),
        ("昨日消耗", "digest.query", {"period": {"from": "2026-11-22", "to": "2026-11-22"}}),
        ("11月1日—15日消耗", "digest.query", {"period": {"from": "2026-11-01", "to": "2026-11-15"}}),
        ("去年12月成本", "cost.query", {"period": {"from": "2025-12-01", "to": "2025-12-31"}}),
        ("月初到现在的台账", "ledger.query", {"period": {"from": "2026-11-01", "to": "2026-11-23"}}),
        ("怎么退料", "help", {}),
        ("入库怎么操作", "help", {}),
        ("机器人咋用啊，第一次弄", "help", {}),
        ("CG20261122-003为什么被驳回", "document.status", {"document": "CG20261122-003"}),
        ("驳回SG20261122-003，仓里还有货", "approval.reject", {"reason": "仓里还有货"}),
        ("驳回SG20261122-003，先别买", "approval.reject", {"reason": "先别买"}),
        ("LL20261122-003领错了，作废", "document.cancel", {"reason": "领错了"}),
        ("把上个星期的周报发群里", "digest.query", {"period": {"from": "2026-11-16", "to": "2026-11-22"}}),
        ("今年一共花了多少钱", "cost.query", {"period": {"from": "2026-01-01", "to": "2026-12-31"}}),
        ("确认收货 CG20261122-003", "receipt.create", {"document": "CG20261122-003"}),
        ("申购扎丝5千克，12月底前", "requisition.create", {"need_by": "2026-12-31"}),
        ("要扎丝5千克，下个月5号前到", "requisition.create", {"need_by": "2026-12-05"}),
        ("申购扎丝5千克，半个月内", "requisition.create", {"need_by": "2026-12-08"}),
        ("请购扎丝5千克，下午要用", "requisition.create", {"need_by": "2026-11-23"}),
        ("今天申购扎丝5千克", "requisition.create", {"need_by": None}),
        ("海螺订扎丝5千克，后天到货", "purchase_order.create", {"supplier": "S01", "need_by": "2026-11-25"}),
        ("找海螺买扎丝5千克", "purchase_order.create", {"supplier": "S01"}),
        ("扎丝5千克退海螺", "supplier_return.create", {"supplier": "S01", "reason": None}),
        ("扎丝5千克生锈不合格退货", "supplier_return.create", {}),
        ("B座从A座调扎丝5千克", "transfer.create", {"from_project": "P02", "to_project": "P04"}),
        ("A座现场领扎丝5千克", "issue.create", {"project": "P02", "from_warehouse": None}),
        ("因为生锈报废扎丝5千克", "scrap.create", {"reason": "生锈"}),
        ("退扎丝5千克，多领了", "return.create", {"reason": "多领了"}),
        ("把前天领的扎丝5千克退回去", "return.create", {}),
        ("木工班还要扎丝5千克", "requisition.create", {"team": "木工班"}),
        ("瓦工班记工六个半工", "labor.record", {"quantity": "6.5", "unit": "工日"}),
        ("瓦工班12个工，不对，13个", "labor.record", {"quantity": "13", "unit": "工日"}),
        ("塔吊两个半台班", "rental.record", {"quantity": "2.5", "unit": "台班"}),
        ("主体结构完成一半了", "progress.report", {"percent": "50"}),
        ("主体结构完成60%，不对，65%", "progress.report", {"percent": "65"}),
        ("主体结构从60%做到75%", "progress.report", {"percent": "75"}),
    ],
)
def test_what_is_asked_for(site: Catalogue, said: str, intent: str, fields: dict[str, Any]) -> None:
    reading = reading_of(site, said)
    assert (reading.status.value, reading.intent) == ("ok", intent)
    assert {name: reading.fields.get(name) for name in fields} == fields


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("CG20261122-003只到了一半", "lines"),
        ("主体结构还差20%", "fields.percent"),
        ("主体结构大概完成80%", "fields.percent"),
    ],
)
def test_a_part_or_a_remainder_is_asked_about(site: Catalogue, said: str, path: str) -> None:
    assert path in reading_of(site, said).missing


ASKED_HOW_MUCH = Reading.from_json(
    {
        "status": "incomplete",
        "intent": "issue.create",
        "fields": {"project": "P01"},
        "lines": [{"material": "WIR-22"}],
        "missing": ["lines[0].quantity"],
    }
)
ASKED_WHERE = Reading.from_json(
    {
        "status": "incomplete",
        "intent": "transfer.create",
        "fields": {"project": "P01"},
        "lines": [{"material": "WIR-22", "quantity": "5", "unit": "千克"}],
        "missing": ["fields.to_project"],
    }
)


@pytest.mark.parametrize("said", ["算了，不领了", "那就算了吧", "不要了，当我没说", "好了算了吧，谢谢", "先不领了"])
def test_calling_off_in_more_than_one_word(site: Catalogue, said: str) -> None:
    assert reading_of(site, said, pending=ASKED_HOW_MUCH).intent == "dialogue.cancel"


@pytest.mark.parametrize("said", ["算了，领6千克", "不领了吗", "我先问问，算了再说"])
def test_more_than_calling_off_is_no_calling_off(site: Catalogue, said: str) -> None:
    assert reading_of(site, said, pending=ASKED_HOW_MUCH).intent != "dialogue.cancel"


@pytest.mark.parametrize(
    ("said", "name", "code"),
    [("B座", "to_project", "P04"), ("总仓", "to_warehouse", "W01"), ("去B座", "to_project", "P04")],
)
def test_to_the_question_where_a_bare_name_is_the_place(site: Catalogue, said: str, name: str, code: str) -> None:
    reading = reading_of(site, said, pending=ASKED_WHERE)
    assert reading.status.value == "ok"
    assert reading.fields == {"project": "P01", name: code}


def test_several_things_answer_the_question_for_things(site: Catalogue) -> None:
    pending = Reading.from_json({"status": "incomplete", "intent": "receipt.create", "missing": ["lines"]})
    known = reading_of(site, "扎丝5千克，地漏3个", pending=pending)
    assert [line.quantity for line in known.lines] == ["5", "3"]
    strange = reading_of(site, "夜明珠5个，地漏3个", pending=pending)
    assert strange.missing == ("lines[0].material",)
