"""Who may ask: only a browser of this computer that was given the token, from the app's own pages.

In: a request's headers, cookie and token. Out: whether it is answered.
Decisions: four locks. The socket listens on 127.0.0.1 only; the host must be that address (a page
elsewhere whose name was turned to it is refused: DNS rebinding); the token of 256 bits is asked for
on every request; what changes something must come from the app's own pages, by origin and by a
second secret in the form (CSRF). Nothing is logged.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

ADDRESS = "127.0.0.1"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "font-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True)
class Guard:
    """The secrets of one run.

    Attributes:
        port: where it listens.
        token: what the first address carries, and then a cookie.
        form: what every form carries.
    """

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    form: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def origin(self) -> str:
        """Scheme, address and port of the app's own pages."""
        return f"http://{ADDRESS}:{self.port}"

    @property
    def cookie(self) -> str:
        """Name of the cookie; with the port, because cookies do not know ports."""
        return f"therapy-formats-{self.port}"

    def is_own_host(self, host: str) -> bool:
        """Tell whether a request names this address and no other."""
        return host == f"{ADDRESS}:{self.port}"

    def is_known(self, token: str) -> bool:
        """Tell whether a token is this run's."""
        return hmac.compare_digest(token.encode(), self.token.encode())

    def is_own_form(self, origin: str, secret: str) -> bool:
        """Tell whether a form was sent by the app's own page."""
        return origin == self.origin and hmac.compare_digest(secret.encode(), self.form.encode())
