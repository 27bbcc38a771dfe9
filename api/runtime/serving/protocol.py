"""What is no HTTP never reaches an application; its refusal is a problem answer all the same, and
does not show the caller's bytes, as the library's own does."""

from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from api.door.headers import dressed
from api.door.problems import problem_answer
from api.runtime.clock import RandomIds
from domain.errors import Refusal, RequestIsMalformed, SomethingIsBroken

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Runner(web.AppRunner):
    """An AppRunner that speaks in problems from the first byte on, and unfolds nothing."""

    def __init__(self, app: web.Application, **how: Any) -> None:
        super().__init__(app, auto_decompress=False, **how)

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            made.request_handler,
            request_factory=made.request_factory,
            **made._kwargs,  # noqa: SLF001 - the library has no other way to a protocol of one's own
        )


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        return _Protocol(self, loop=self._loop, **self._kwargs)


class _Protocol(RequestHandler):
    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes the request
    ) -> web.StreamResponse:
        ids = RandomIds()
        correlation = ids.new()
        broken = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        refusal: Refusal = SomethingIsBroken() if broken else RequestIsMalformed()
        told = _log.error if broken else _log.info
        told("a request could not be read", correlation=str(correlation), exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError  # an answer has begun; nothing can be added to it
        response = dressed(problem_answer(refusal, correlation), correlation, ids)
        response.force_close()
        return response

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """The application refuses in problems only: an exception is the library's, for an `Expect`
        that it does not know."""
        if isinstance(resp, web.HTTPException):
            resp = self.handle_error(request, resp.status)
        return await super().finish_response(request, resp, start_time)
