"""A wire to the log's server that fails on demand."""

import asyncio
from contextlib import suppress

from api.runtime.postgres.database import role_url
from tests.conftest import Database


class Wire:
    """A TCP wire to the log's server that can be cut, or lose the reply to a request."""

    def __init__(self, port: int) -> None:
        self.loses_reply_to = b""
        self._port = port
        self._ends: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._own_port = 0

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._own_port)
        self._own_port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        if self._server:
            self._server.close()
        for end in self._ends:
            end.close()

    def url(self, database: Database) -> str:
        url = role_url(
            f"postgresql://127.0.0.1:{self._own_port}/postgres",
            database.schema,
            "server",
            secrets=database.secrets,
        )
        return f"{url}&sslmode=disable&gssencmode=disable"

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._port)
        except ConnectionError:  # the server is away: whoever calls hears it
            writer.close()
            return
        self._ends |= {writer, server_writer}
        is_lost = asyncio.Event()

        async def requests() -> None:
            while data := await reader.read(2**16):
                if self.loses_reply_to and self.loses_reply_to in data:
                    self.loses_reply_to = b""
                    is_lost.set()
                server_writer.write(data)
                await server_writer.drain()
            server_writer.close()

        async def replies() -> None:
            while (data := await server_reader.read(2**16)) and not is_lost.is_set():
                writer.write(data)
                await writer.drain()
            writer.close()

        with suppress(ConnectionError):
            await asyncio.gather(requests(), replies())
        for end in (writer, server_writer):  # also when only one of them has broken
            end.close()
