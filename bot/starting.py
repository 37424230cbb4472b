"""Starting a robot, or saying in one sentence why it did not start."""

from sqlalchemy.exc import DBAPIError

from bot.faults import fault_lines
from bot.loading import FileTooLarge
from bot.program import Robot
from domain.company_file import CompanyFileFaults
from storage.database import DatabaseUnfit
from storage.lock import AlreadyRunning
from storage.schema import NewerSchema
from storage.verify.ending import BookDoubtful


async def started(robot: Robot) -> str | None:
    """Start the robot; the sentence that says why not, or None."""
    try:
        await robot.start()
    except AlreadyRunning as found:
        return f"另一个料掌柜（进程 {found.pid}）正在使用账本 {found.path}，本次没有启动"
    except NewerSchema as found:
        return f"账本是更新版本的料掌柜写的（{found}），请升级程序后再启动"
    except BookDoubtful as found:
        return f"账本对不上，没有启动：{found}。请保留原样，运行 verify 核对全账，再用最近的备份恢复"
    except DatabaseUnfit as found:
        return f"数据库不合要求：{found}"
    except CompanyFileFaults as found:
        return "公司资料有误，没有写入：\n" + "\n".join(fault_lines(found.faults))
    except FileTooLarge as found:
        return f"公司资料文件太大：{found}"
    except DBAPIError as found:
        return f"数据库打不开：{type(found.orig).__name__}: {found.orig}"
    except TimeoutError:
        return "启动不了：数据库没有回答，请检查 DATABASE_URL、数据库服务和网络"
    except OSError as found:
        return f"启动不了：{found}"
    return None
