"""What stands before every request: room for it, its size, the time that it takes to arrive, and headers."""

import asyncio

from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import Mount, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import ApiError
from api.workers import Workers, busy
from inference.limits import MEBIBYTE, Limits

# Around the files of a form: boundaries, names, fields.
FORM_OVERHEAD = 64 * 1024
LARGER = {"/batch": "batch_mb"}

# Streamlit's page starts with a small script of its own inside the page, evaluates the charts' expressions, styles by
# script, and shows and fetches pictures at data and blob addresses. Everything comes from this server.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "connect-src 'self' data: blob:",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)


class Guard:
    """Before the API: a request with a body gets a place, or 503; too large a body is 413, too slow a one 408.

    A body is refused by what it says of its length, and counted while it arrives. All bodies together stay below
    ``memory_mb``.
    """

    def __init__(self, app: ASGIApp, workers: Workers, limits: Limits):
        self.app = app
        self.workers = workers
        self.limits = limits
        self.held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            # HEAD is answered as GET is; the server leaves the body out.
            await self.app({**scope, "method": "GET"} if scope["type"] == "http" else scope, receive, send)
            return
        try:
            with self.workers.place():
                await self._with_body(scope, receive, send)
        except ApiError as error:
            await error.response(scope, receive, send)

    async def _with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        megabytes = self._largest(scope)
        most = megabytes * MEBIBYTE + FORM_OVERHEAD
        said = Headers(scope=scope).get("content-length", "")
        if said.isdigit() and int(said) > most:
            raise _too_large(megabytes)
        arrived = 0
        deadline = asyncio.get_running_loop().time() + self.limits.seconds

        async def counted() -> Message:
            nonlocal arrived
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise ApiError(408, "too_slow", "The upload took too long: send it again, or a smaller one.") from None
            size = len(message.get("body", b""))
            arrived += size
            self.held += size
            if arrived > most:
                raise _too_large(megabytes)
            if self.held > self.limits.memory_mb * MEBIBYTE:
                raise busy()
            return message

        try:
            await self.app(scope, counted, send)
        finally:
            self.held -= arrived

    def _largest(self, scope: Scope) -> int:
        path = scope["path"].removeprefix(scope.get("root_path", "")).rstrip("/")
        return getattr(self.limits, LARGER.get(path, "upload_mb"))


class ApiFirst:
    """Hands what is under /api to the API before Streamlit, which would answer an unknown address with its page.

    So the API has neither Streamlit's sessions nor its refusal of odd addresses in plain text.
    """

    def __init__(self, app: ASGIApp, api: ASGIApp):
        self.app = app
        self.router = Router([Mount("/api", api)], default=app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self.app if scope["type"] == "lifespan" else self.router)(scope, receive, send)


class SecurityHeaders:
    """Headers that keep a browser from guessing types, from other hosts, and from showing the page inside another.

    ``frame_ancestors``: who may show the page inside theirs, as in CSP; Hugging Face's Spaces do.
    """

    def __init__(self, app: ASGIApp, frame_ancestors: str = "'self'"):
        self.app = app
        self.headers = {
            "Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; frame-ancestors {frame_ancestors}",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def _too_large(megabytes: int) -> ApiError:
    return ApiError(413, "too_large", f"The upload is larger than {megabytes} MB: send a smaller one.")
