"""What is asked: stock, ledger, cost, digest, what waits, and how something is done."""

from itertools import pairwise
from typing import Final

from handlers.language.acts import Act, Decision
from handlers.language.items import is_part
from handlers.language.lexicon import Domain
from handlers.language.moods import is_told
from handlers.language.pieces import Shape
from handlers.language.talk import strangeness
from handlers.language.verbs import ARRIVALS, LINE_INTENTS, RULINGS, VERBS
from handlers.language.view import View
from handlers.language.vocabulary import PHRASES, Cue

_QUERIES: Final = (
    "help", "approval.list", "alert.query", "cost.query", "ledger.query", "digest.query", "stock.query",
)  # fmt: skip
_MOVED: Final = ARRIVALS | {"scrap.create", "sale.create"}
# 功能, 菜单, 指令 are things that people speak of; longer words ask.
_NOUN_MAX: Final = 2
_STRANGE_MAX: Final = 4
# CNMG的转速给多少合适: among so much that is strange a weak verb asks nothing.
_STRANGE_MIN: Final = 2


def query(view: View, acts: list[Act]) -> Decision | None:
    """The question of a message, or a question and a command that are asked apart; None where nothing is asked."""
    strong = [act for act in acts if act.is_strong and not is_told(view.pieces, act.index)]
    queries = [act for act in strong if act.intent.endswith((".query", ".list")) or act.intent == "help"]
    commands = [act for act in strong if act.intent in LINE_INTENTS] or _counted_before(view, acts, queries)
    counted = Shape.QUANTITY in view.shapes
    if two := _two_queries(view, queries):
        return two
    if found := _first_query(view, queries, commands, acts):
        return found
    if any(view.is_permission(act) for act in acts):
        return None
    if Cue.DROP in view.cues:
        return None  # 毛条就不领了，还够用
    is_placed = any(piece.codes(Domain.WAREHOUSE) for piece in view.pieces)
    stocked = next((act for act in acts if act.intent == "stock.query"), None)
    if view.is_question and is_placed and stocked is not None and not counted and not view.has_amount:
        return Decision((stocked.intent,), stocked.index)
    if view.is_question and view.has_material and not counted:
        if view.cues & {Cue.LATER, Cue.SAYS}:
            return None  # 以后谁领…都得拿旧的来换; 谁说要退货的
        moved = [act for act in acts if act.intent in _MOVED and not _leads_elsewhere(view, act)]
        if moved and (strangeness(view.pieces) < _STRANGE_MIN or any(act.is_strong for act in moved)):
            return Decision(("ledger.query",), acts[0].index)
        if any(act.intent == "stock.query" for act in acts):
            return Decision(("stock.query",), next(a.index for a in acts if a.intent == "stock.query"))
    return _asks_how_much(view, acts) if view.has_material else _asks_what_was(view, acts) or _looks_up(view, acts)


def _asks_how_much(view: View, acts: list[Act]) -> Decision | None:
    """螺纹16多少: a thing and 多少, and nothing else."""
    told = [piece for piece in view.pieces if not (piece.is_gap or piece.has(Cue.OF))]
    is_plain = (
        not acts and len(told) > 1 and all(is_part(p) or p.shape in (Shape.SIZE, Shape.NUMBER) for p in told[:-1])
    )
    return Decision(("stock.query",)) if is_plain and told[-1].text == "多少" else None


def _looks_up(view: View, acts: list[Act]) -> Decision | None:
    """查一下今天的入库: a look at what was moved, of which nothing is named or counted."""
    told = [piece for piece in view.pieces if not piece.is_gap]
    if not told or told[0].text not in PHRASES.looking or view.has_amount or view.has_document:
        return None
    last = next((act for act in acts if view.pieces[act.index] is told[-1] and act.is_strong), None)
    return Decision(("ledger.query",), last.index) if last is not None and last.intent in _MOVED else None


def _leads_elsewhere(view: View, act: Act) -> bool:
    """沙子进眼睛里了: behind a short verb a strange word makes another act of it."""
    after = view.pieces[act.index + 1] if act.index + 1 < len(view.pieces) else None
    is_short = len(view.pieces[act.index].text) == 1
    return is_short and after is not None and after.shape is Shape.UNKNOWN and len(after.text) > 1


def _first_query(view: View, queries: list[Act], commands: list[Act], acts: list[Act]) -> Decision | None:
    """The question that weighs most, unless something is done to an amount beside it."""
    counted = Shape.QUANTITY in view.shapes
    for wanted in _QUERIES:
        first = next((act for act in queries if act.intent == wanted), None)
        is_apart = first is not None and bool(commands) and view.is_joined(first.index, commands[0].index)
        if first is None or (wanted == "digest.query" and counted and view.has_material and not is_apart):
            continue  # 消耗了20包 is told, not asked
        if wanted in ("cost.query", "stock.query") and _is_spoken_of(view, first):
            continue
        if view.pieces[first.index].text in PHRASES.came and not view.has_material:
            continue  # 预算员来了没
        if wanted == "digest.query" and any(piece.text == "谁" for piece in view.pieces):
            continue  # 日报谁写
        if wanted == "help":
            if _asks_help(view, first) and not (commands and view.has_material) and not _is_counted(view):
                return Decision((wanted,), first.index)
            continue
        if commands and (counted or (commands[0].is_strong and view.has_amount)):
            if not _is_asked_apart(view, first, acts):
                continue
            return _both(commands[0], first)
        return Decision((wanted,), first.index)
    return None


def _is_spoken_of(view: View, act: Act) -> bool:
    """控制成本, 留两个丝的余量: a word for it, with strange ones or an amount right before it, asks nothing."""
    if view.is_question or len(view.pieces[act.index].text) > _NOUN_MAX:
        return False
    before = view.pieces[act.index - 1] if act.index else None
    if act.intent == "cost.query":
        return before is not None and before.shape is Shape.UNKNOWN and len(before.text) > 1
    if Shape.PERCENT in view.shapes:
        return True  # 手机还剩20%的电
    return Shape.QUANTITY in view.shapes and before is not None and before.has(Cue.OF)


def _is_asked_apart(view: View, query: Act, acts: list[Act]) -> bool:
    """领导批了预算，申请买…: beside another verb in its clause the word only tells, unless something is asked there."""
    clause = view.clause(query.index)
    if any(view.pieces[i].has(Cue.ASK) for i in clause):
        return True
    after = view.pieces[query.index + 1] if query.index + 1 < len(view.pieces) else None
    if view.pieces[query.index].text in PHRASES.short or (after is not None and after.shape is Shape.QUANTITY):
        return False  # 还剩35卷，退库
    others = {act.index for act in acts if act.intent in RULINGS and act.index in clause and act.is_strong}
    return not (others and query.intent == "cost.query")


def _asks_what_was(view: View, acts: list[Act]) -> Decision | None:
    """昨天入库了什么, 张三班组领了哪些: what has been is asked, though nothing is named."""
    if view.has_amount or view.has_document or any(piece.has(Cue.SAYS) for piece in view.pieces):
        return None
    if not any(piece.text in PHRASES.whats for piece in view.pieces):
        return None
    is_dated = Shape.DATE in view.shapes
    for act in acts:
        after = view.pieces[act.index + 1] if act.index + 1 < len(view.pieces) else None
        is_past = "了" in view.pieces[act.index].text or (after is not None and after.text[:1] in ("了", "过", "的"))
        if after is not None and after.has(Cue.OF) and strangeness(view.pieces):
            is_past = False  # 退货的运费谁出
        is_clear = act.is_strong or view.pieces[act.index].text in VERBS.clear
        if act.intent in ARRIVALS and is_clear and (is_past or is_dated):
            return Decision(("ledger.query",), act.index)
    return None


def _is_counted(view: View) -> bool:
    """Whether an amount is told; 发一个 tells none."""
    return view.has_amount and not all(p.text in PHRASES.single for p in view.pieces if p.shape is Shape.QUANTITY)


def _asks_help(view: View, act: Act) -> bool:
    """怎么用, not 怎么用水泥; 功能, not 功能太多了."""
    others = [p for p in view.pieces if p is not view.pieces[act.index] and not p.is_gap]
    around = [view.beside(act.index, 1), view.beside(act.index, -1)]
    if view.pieces[act.index].text == "菜单" and any(p is not None and p.text in PHRASES.sending for p in around):
        return True
    after = view.pieces[act.index + 1] if act.index + 1 < len(view.pieces) else None
    is_led_on = after is not None and not after.is_gap and (Shape.UNKNOWN in view.shapes or after.shape is Shape.HUMAN)
    if view.pieces[act.index].text == "帮助" and is_led_on:
        return False  # 帮助新来的师傅办工卡
    if any(is_part(p) or p.shape is Shape.HUMAN or (p.word is not None and p.word.names) for p in others):
        return False
    strange = sum(len(p.text) for p in others if p.shape is Shape.UNKNOWN)
    if len(view.pieces[act.index].text) > _NOUN_MAX or view.pieces[act.index].text in PHRASES.pleas:
        return strange <= _STRANGE_MAX
    return strange == 0 and not any(p.has(Cue.VAGUE, Cue.NOT) for p in others)


def _counted_before(view: View, acts: list[Act], queries: list[Act]) -> list[Act]:
    """水泥领了20包，还有多少: a short verb with an amount, in another clause than the question."""
    asked = {view.clause(query.index).start for query in queries}
    return [
        act
        for act in acts
        if act.intent in LINE_INTENTS
        and view.pieces[act.index].text in VERBS.clear
        and view.clause(act.index).start not in asked
        and not view.is_attribute(act)
        and view.counts(act.index)
    ]


def _two_queries(view: View, queries: list[Act]) -> Decision | None:
    """日报发我，还有缺货预警也看下: two questions, unless the one is only a word in the other."""
    for first, second in pairwise(queries):
        if first.intent == second.intent or "help" in (first.intent, second.intent):
            continue
        between = view.pieces[first.index + 1 : second.index + 2]  # 流水也拉一份
        is_listed = any(p.has(Cue.LIST) or p.text in PHRASES.joints for p in between)
        is_one = (first.intent, second.intent) in VERBS.absorbed or (second.intent, first.intent) in VERBS.absorbed
        if is_listed or (not is_one and any(p.shape is Shape.BREAK for p in between)):
            return Decision((first.intent, second.intent), first.index)
    return None


def _both(command: Act, query: Act) -> Decision:
    return Decision((command.intent, query.intent), command.index)


def asks_how(view: View, acts: list[Act]) -> Decision | None:
    """怎么退料, 入库怎么操作: how it is done, where nothing is named that it is to be done to."""
    if view.has_material or view.has_amount or view.has_document:
        return None
    for act in acts:
        if act.intent in LINE_INTENTS and act.is_strong:
            before = view.beside(act.index, -1)
            after = view.beside(act.index, 1)
            if before is not None and before.text in PHRASES.how:
                return Decision(("help",), act.index)
            if after is not None and after.text in PHRASES.how and _is_last_but(view, act.index):
                return Decision(("help",), act.index)
    return None


def _is_last_but(view: View, index: int) -> bool:
    """Whether behind 怎么 nothing stands that would tell of something else."""
    return not any(p.shape is Shape.UNKNOWN and len(p.text) > 1 for p in view.pieces[index + 1 :])
