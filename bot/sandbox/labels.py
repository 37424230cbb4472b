"""现场标签: photographs of the labels of this company's materials, to be sent as if taken on site."""

import asyncio

from aiohttp import web

from bot.sandbox.drawing import Drawing
from bot.sandbox.label_photo import draw_label
from bot.sandbox.limits import LABELS_KEPT_MAX, LABELS_SHOWN_MAX
from bot.sandbox.world import Material, World


class Labels:
    """The gallery as a fragment of the page, and each photograph."""

    def __init__(self, *, world: World, drawing: Drawing) -> None:
        self._world, self._drawing = world, drawing
        self._drawn: dict[str, bytes] = {}

    def routes(self) -> list[web.RouteDef]:
        """Where they are."""
        return [
            web.get("/sandbox/labels", self._gallery),
            web.get("/sandbox/labels/{code}.png", self._photo),
        ]

    async def _gallery(self, request: web.Request) -> web.Response:
        wanted = request.query.get("q", "").strip().casefold()
        found = [m for m in self._world.materials.values() if wanted in _words(m)]
        html = self._drawing.fragment(
            "labels.html", materials=found[:LABELS_SHOWN_MAX], left_out=max(0, len(found) - LABELS_SHOWN_MAX)
        )
        return web.Response(text=html, content_type="text/html")

    async def _photo(self, request: web.Request) -> web.Response:
        material = self._world.materials.get(request.match_info["code"])
        if material is None:
            return web.Response(status=404, text="not found")
        if (drawn := self._drawn.get(material.code)) is None:
            drawn = await asyncio.to_thread(draw_label, material)
            while len(self._drawn) >= LABELS_KEPT_MAX:
                del self._drawn[next(iter(self._drawn))]
            self._drawn[material.code] = drawn
        return web.Response(body=drawn, content_type="image/png")


def _words(material: Material) -> str:
    return f"{material.code} {material.label} {material.spoken}".casefold()
