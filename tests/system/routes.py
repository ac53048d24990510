"""Every route of both services, and how to ask it for something that belongs to somebody."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from litestar import Litestar
from litestar.routes import HTTPRoute

from callout.features.accounts.permission_table import CELLS
from callout.kit.ids import uuid7

ADMINS = frozenset({"owner", "manager", "viewer", "agent"})
ANYBODY = ADMINS | {"vendor"}
AUDIENCES = {"/api/admin": ADMINS, "/api/vendor": frozenset({"vendor"})}
PERSONAL = frozenset({"account", "ticket", "notification"})
"""Nouns of a signed-in person; a machine's key does not stand for one."""
CHECKS_ITSELF = frozenset({"/api/shared/files/{file_id}/content"})
"""Paths that take a signed link or a bearer, and judge the bearer themselves."""
IGNORED = frozenset({"HEAD", "OPTIONS"})
NOUNS = {
    "agent_id": "agents",
    "business_id": "businesses",
    "call_id": "calls",
    "campaign_id": "campaigns",
    "call_list_id": "call_lists",
    "delivery_id": "webhook_deliveries",
    "endpoint_id": "webhook_endpoints",
    "contact_id": "contacts",
    "conversation_id": "conversations",
    "decision_id": "dispatch_decisions",
    "document_id": "vendor_documents",
    "entry_id": "suppression_entries",
    "event_id": "trigger_events",
    "file_id": "files",
    "export_id": "exports",
    "gap_id": "supply_gaps",
    "import_id": "contact_imports",
    "invitation_id": "invitations",
    "invite_id": "vendor_invites",
    "job_id": "scrape_jobs",
    "key_id": "access_keys",
    "merge_id": "business_merges",
    "knowledge_base_id": "knowledge_bases",
    "message_id": "messages",
    "notification_id": "notifications",
    "number_id": "phone_numbers",
    "offer_id": "offers",
    "order_id": "orders",
    "payment_id": "payment_records",
    "photo_id": "order_photos",
    "registry_id": "do_not_call_registries",
    "rule_id": "trigger_rules",
    "service_id": "services",
    "session_id": "sessions",
    "simulation_id": "policy_simulations",
    "suggestion_id": "duplicate_suggestions",
    "time_off_id": "time_offs",
    "user_id": "users",
    "vendor_id": "vendors",
    "voice_id": "voices",
}
"""Path parameter → the table its value is an id of."""
REFERENCES = {"/api/admin/invoices": "invoices", "/api/admin/orders": "orders", "/api/vendor/orders": "orders"}
"""What `{reference}` means below a path."""
WORDS = {
    "channel": "email",
    "key": "order_completed",
    "kind": "invoice",
    "language": "en",
    "name": "dispatch",
    "provider": "elevenlabs",
    "path": "nothing",
    "place_id": "ChIJAAAAAAAAAAAAAAAAAAAAAAA",
}
"""Path parameters that name something every business has."""
CREDENTIALS = frozenset({"token", "code"})
"""Path parameters that are the credential themselves: whoever holds one may look."""


class Route(NamedTuple):
    """One method of one path."""

    service: str
    method: str
    path: str
    handler: Any

    @property
    def parameters(self) -> list[str]:
        """The names of the path's parameters."""
        return [part.strip("{}") for part in self.path.split("/") if part.startswith("{")]

    @property
    def guard(self) -> Any:
        """What the handler says about who may use it; None for the framework's own pages."""
        guards = [each for each in self.handler.resolve_guards() if hasattr(each, "permission") or is_public(each)]
        return guards[0] if guards else None

    @property
    def is_public(self) -> bool:
        """Needs no credential."""
        return self.guard is None or is_public(self.guard)

    @property
    def nouns(self) -> dict[str, str]:
        """Parameter → table, for those that are somebody's."""
        return {name: table for name in self.parameters if (table := self._table(name))}

    def _table(self, name: str) -> str | None:
        if name == "reference":
            return next(table for prefix, table in REFERENCES.items() if self.path.startswith(prefix))
        if name == "number":
            return "dispatch_policies"
        if name in NOUNS:
            return NOUNS[name]
        assert name in WORDS or name in CREDENTIALS, f"say what {{{name}}} of {self.path} is: NOUNS or WORDS"
        return None

    @property
    def is_stream(self) -> bool:
        """Whether the answer has no end."""
        return self.path.endswith("/events") and self.method == "GET"

    @property
    def ends_session(self) -> bool:
        """Whether using it well means being signed out."""
        return not self.is_public and self.guard.permission == "account.logout"

    def is_open_to(self, role: str, *, is_machine: bool = False) -> bool:
        """Whether the permission table, the handler's roles and the audience of the path let a role in."""
        if self.is_public:
            return True
        noun = self.guard.permission.partition(".")[0]
        return (
            CELLS[self.guard.permission].get(role, "-") != "-"
            and role in self.guard.roles
            and role in next((roles for prefix, roles in AUDIENCES.items() if self.path.startswith(prefix)), ANYBODY)
            and not (is_machine and noun in PERSONAL)
        )

    def filled(self, values: dict[str, str]) -> str:
        """The path with the ids of somebody; words and credentials that exist for nobody in particular."""
        path = self.path
        for name in self.parameters:
            value = values.get(name) or WORDS.get(name) or "nobody-holds-this-credential"
            path = path.replace(f"{{{name}}}", value)
        return path

    def about_nothing(self) -> str:
        """The path with ids that nobody has."""
        return self.filled({name: "999" if name == "number" else str(uuid7()) for name in self.nouns})

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def is_public(guard: Any) -> bool:
    """Whether a guard lets everybody in."""
    return bool(getattr(guard, "is_public", False))


def routes_of(apps: dict[str, Litestar]) -> list[Route]:
    """All routes, in the order of their paths, those that sign out last; the ones on both services twice."""
    return sorted(
        (
            Route(service, method, path, handler)
            for service, app in apps.items()
            for method, path, handler in _each(app)
        ),
        key=lambda route: (route.ends_session, route.service, route.path, route.method),
    )


def _each(app: Litestar) -> Iterator[tuple[str, str, Any]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _model) in route.route_handler_map.items():
                if method not in IGNORED:
                    yield method, route.path_format, handler
