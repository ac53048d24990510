"""Webhooks of telephony providers: `/api/shared/webhooks/{provider}/{tenant_token}/{kind}`."""

from typing import Any, get_args
from uuid import UUID

from litestar import Request, Response, Router, post

from callout.features.accounts.permissions import public
from callout.features.calling.calls.desk import CallDesk
from callout.features.calling.calls.taking_reports import take_incoming, take_report
from callout.features.calling.desk import CallingDesk
from callout.features.calling.ports import HangUp, IncomingCall, Instruction, Report, ReportKind, TelephonyReports
from callout.features.conversations.errors import BadSignature
from callout.features.conversations.neighbours import tenant_of_webhook_token
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.http.limits import RateLimits
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal

HOOKS_PER_WINDOW = 6000
WINDOW_S = 900
ASKING = frozenset({"inbound", "answer"})
"""Kinds that are answered with what to do."""
_KINDS: frozenset[str] = frozenset(get_args(ReportKind))
_log = logger(__name__)
AnyRequest = Request[Any, Any, Any]


@post("/{provider:str}/{token:str}/{kind:str}", guards=[public], status_code=200)
async def take_call_webhook(  # noqa: PLR0917 - filled by name
    request: AnyRequest,
    provider: str,
    token: str,
    kind: str,
    database: Database,
    limits: RateLimits,
    calling_desk: CallingDesk,
    call_desk: CallDesk,
) -> Response[Any]:
    """Takes a report about a call: 200 once it is kept, 202 when nothing follows; or says what to do with a call."""
    if kind not in _KINDS and kind not in ASKING:
        raise NotFound
    tenant_id = await tenant_of_webhook_token(database, token)
    if tenant_id is None:
        raise NotFound
    limits.touch(f"webhooks:{tenant_id}", limit=HOOKS_PER_WINDOW, window_s=WINDOW_S)
    body = await request.body()
    async with database.transaction(Principal.system(tenant_id)) as work:
        reports = await calling_desk.telephony.reports_of(work, provider)
        if reports is None:
            raise NotFound
        if not reports.is_genuine(_target(request), _headers(request), body):
            raise BadSignature
        if kind in ASKING:
            content_type, document = reports.answer(await _instruction(work, reports, body, calling_desk, call_desk))
            return Response(document, media_type=content_type, status_code=200)
        report = reports.read(kind, body, work.now)  # type: ignore[arg-type]  # one of the kinds, checked above
        taken = await _take(work, provider, report, _call_id(request))
    if not taken:
        _log.info("call_report_ignored", provider=provider, kind=kind)
    return Response({"received": True} if taken else {"ignored": True}, status_code=200 if taken else 202)


async def _instruction(
    work: Work, reports: TelephonyReports, body: bytes, calling_desk: CallingDesk, call_desk: CallDesk
) -> Instruction:
    """What is to be done with a call that asks; whatever cannot be understood is refused."""
    incoming = reports.read("inbound", body, work.now)
    chosen = await calling_desk.telephony.telephony_of(work)
    if not isinstance(incoming, IncomingCall) or chosen is None:
        return HangUp(is_rejected=True)
    return await take_incoming(work, chosen, incoming, call_desk.addresses)


async def _take(work: Work, provider: str, report: Report | None, call_id: UUID | None) -> bool:
    if report is None or isinstance(report, IncomingCall):
        return False
    return await take_report(work, provider, report, call_id)


def _target(request: AnyRequest) -> str:
    """Path and query as they arrived: what the provider signed."""
    path = request.scope.get("raw_path") or request.scope["path"].encode()
    query = request.scope.get("query_string") or b""
    return (path.partition(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")


def _headers(request: AnyRequest) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _call_id(request: AnyRequest) -> UUID | None:
    try:
        return UUID(request.query_params.get("call", ""))
    except ValueError:
        return None


router = Router(path="/api/shared/webhooks", route_handlers=[take_call_webhook], tags=["webhooks"])
