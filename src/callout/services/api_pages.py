"""The API reference of a service: a page that loads nothing from elsewhere."""

import hashlib
from importlib.resources import files

from litestar import Response, Router, get

from callout.features.accounts.permissions import public

SCRIPT = files("callout.services").joinpath("assets", "scalar.js.gz").read_bytes()
SCRIPT_TAG = f'"{hashlib.sha256(SCRIPT).hexdigest()[:16]}"'
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Callout API</title>
<link rel="icon" href="data:,">
</head>
<body>
<script id="api-reference" data-url="/openapi.json"
 data-configuration='{"withDefaultFonts": false, "telemetry": false, "hideClientButton": true,
 "showDeveloperTools": "never", "agent": {"disabled": true}}'></script>
<script src="/docs/scalar.js"></script>
</body>
</html>
"""


@get("/docs", include_in_schema=False)
async def page() -> Response[str]:
    """The reference page."""
    return Response(PAGE, media_type="text/html", headers={"Content-Security-Policy": POLICY})


@get("/docs/scalar.js", include_in_schema=False)
async def script() -> Response[bytes]:
    """The page's script, compressed as it is stored."""
    headers = {"Content-Encoding": "gzip", "Cache-Control": "public, max-age=86400", "ETag": SCRIPT_TAG}
    return Response(SCRIPT, media_type="text/javascript", headers=headers)


router = Router("/", route_handlers=[page, script], guards=[public])
