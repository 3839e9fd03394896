"""The way from this computer to the machines: the names of the association's servers lead to whichever is booted."""

from __future__ import annotations

from pathlib import Path

import httpx


class Leading(httpx.AsyncBaseTransport):
    """What DNS would do, and the trust that `degoog provision` brings from the machine."""

    def __init__(self, authority: Path) -> None:
        self.addresses: dict[str, str] = {}
        self._authority = authority

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.host
        if name not in self.addresses:
            raise httpx.ConnectError(f"{name} leads nowhere", request=request)
        trust = httpx.create_ssl_context()
        if self._authority.exists():
            trust.load_verify_locations(cafile=self._authority)
        extensions = {**request.extensions, "sni_hostname": name}
        led = httpx.Request(
            request.method, request.url.copy_with(host=self.addresses[name]), headers=request.headers,
            stream=request.stream, extensions=extensions,
        )  # fmt: skip
        async with httpx.AsyncHTTPTransport(verify=trust) as way:
            answer = await way.handle_async_request(led)
            body = b"".join([piece async for piece in answer.aiter_raw()])
        return httpx.Response(answer.status_code, headers=answer.headers, content=body, request=request)
