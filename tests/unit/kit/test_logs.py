"""A log line never holds a secret, however it got there."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from callout.kit.observe.logs import MASK, configure_logs, hide_secrets, logger

JWT = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "name", ["password", "new_password", "access_token", "Authorization", "api_key", "apikey", "totp_secret", "ticket"]
)
def test_values_under_telling_names_are_hidden(name: str) -> None:
    assert hide_secrets(None, "info", {name: "hunter2"}) == {name: MASK}


def test_nothing_to_hide_stays() -> None:
    record = {"event": "request", "ms": 12.5, "has_secret": True, "token": None, "path": "/api/admin/orders"}
    assert hide_secrets(None, "info", dict(record)) == record


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"GET /x with Bearer {JWT}", f"GET /x with {MASK}"),
        (f"got {JWT} from it", f"got {MASK} from it"),
        ("authorization: Basic b3duZXI6aHVudGVyMg==", f"authorization: {MASK}"),
        ("key cok_9f8e7d6c5b4a refused", f"key {MASK} refused"),
        ("sk-proj-0123456789abcdef", MASK),
        ("sk_0123456789abcdef0123", MASK),
        ("SG.abcdefgh12345678.ijklmnop", MASK),
        ("AIzaSyA0123456789abcdefghijklmnop", MASK),
        ("xai-0123456789abcdef is", f"{MASK} is"),
        ("got EAAGm0PX4ZCpsBAKZ0123456789ab from Meta", f"got {MASK} from Meta"),
        ("token ya29.a0AfH6SMB0123456789 expired", f"token {MASK} expired"),
        ("a -----BEGIN PRIVATE KEY-----\nMIIE\nvQ==\n-----END PRIVATE KEY----- b", f"a {MASK} b"),
        ("cut -----BEGIN RSA PRIVATE KEY-----\nMIIE", f"cut {MASK}"),
        ("/api/admin/events?ticket=abc123&types=order.*", f"/api/admin/events?ticket={MASK}&types=order.*"),
        ("/verify?token=abc123", f"/verify?token={MASK}"),
        ("postgresql://callout:hunter2@db:5432/callout is away", f"postgresql://{MASK}@db:5432/callout is away"),
    ],
)
def test_credentials_inside_text_are_hidden(text: str, shown: str) -> None:
    assert hide_secrets(None, "info", {"event": text}) == {"event": shown}


def test_secrets_deep_inside_are_hidden() -> None:
    record: dict[str, Any] = {
        "body": {"user": {"password": "hunter2", "name": "Anna"}, "list": [{"api_key": "x"}, f"Bearer {JWT}"]},
        "raw": f"token={JWT}".encode(),
    }
    shown = hide_secrets(None, "info", record)
    assert shown["body"] == {"user": {"password": MASK, "name": "Anna"}, "list": [{"api_key": MASK}, MASK]}
    assert shown["raw"] == f"token={MASK}"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written by both ways of logging."""
    root, handlers = logging.getLogger(), logging.getLogger().handlers
    level, out = root.level, io.StringIO()
    configure_logs("probe")
    monkeypatch.setattr(root.handlers[0], "stream", out)
    yield out
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_one_json_object_a_line_from_both_ways_of_logging(lines: io.StringIO) -> None:
    try:
        raise RuntimeError(f"Bearer {JWT}")
    except RuntimeError as error:
        logger("callout.probe").error("failed", exc_info=error, password="hunter2")
    logging.getLogger("library").warning("sent cok_%s", "9f8e7d6c5b4a")
    first, second = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert (first["event"], first["service"], first["level"], first["password"]) == ("failed", "probe", "error", MASK)
    assert "RuntimeError" in first["exception"]
    assert JWT not in first["exception"]
    assert (second["event"], second["level"]) == (f"sent {MASK}", "warning")
