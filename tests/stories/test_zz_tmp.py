from tests.stories import fixtures
from tests.stories.chat import Chat, PRIVATE
chat, empty_chat = fixtures.chat, fixtures.empty_chat
async def test_x(chat: Chat):
    await chat.says("张建国","收货42.5水泥20包 单价27"); await chat.says("张建国","领42.5水泥5包 瓦工班 主体结构")
    print(repr(await chat.says("刘洋","翠湖日报",chat=PRIVATE)))
    print(repr(await chat.says("张伟","库存 42.5水泥")))
