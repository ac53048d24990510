"""Whether credentials and options look right, before any network is used. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from callout.features.api_configs.specs import ProviderSpec
from callout.kit.errors import FieldError, Unprocessable


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRules:
    """Which addresses of providers may be entered.

    Attributes:
        may_be_http: whether addresses may go without TLS in this installation.
        private_hosts: hosts, or hosts with ports, of our own network that may be named, also without TLS.
    """

    may_be_http: bool = False
    private_hosts: frozenset[str] = frozenset()

    def names(self, host: str, port: int | None) -> bool:
        """Whether a host is one of the private ones that may be named."""
        return host in self.private_hosts or f"{host}:{port}" in self.private_hosts


def check_credentials(spec: ProviderSpec, credentials: Mapping[str, str]) -> list[FieldError]:
    """What is wrong with the credentials: unknown, missing, or of the wrong shape."""
    known = {field.name: field for field in spec.fields}
    errors = [
        FieldError(f"credentials.{name}", f"{spec.label} has no such credential", "unknown_field")
        for name in credentials
        if name not in known
    ]
    for name, field in known.items():
        value = credentials.get(name)
        if value is None and field.required:
            errors.append(FieldError(f"credentials.{name}", f"{field.label} is missing", "required"))
        elif value is not None and not field.accepts(value):
            hint = f": {field.help}" if field.help else ""
            errors.append(
                FieldError(f"credentials.{name}", f"this does not look like {field.label}{hint}", "bad_shape")
            )
    return errors


def check_options(spec: ProviderSpec, options: Mapping[str, Any], rules: AddressRules) -> list[FieldError]:
    """What is wrong with the options, all of them as they would be stored; None stands for one that is not set."""
    known = {option.name: option for option in spec.options}
    errors = [
        FieldError(f"options.{name}", f"{spec.label} has no such option", "unknown_field")
        for name in options
        if name not in known
    ]
    for name, option in known.items():
        value, field = options.get(name), f"options.{name}"
        if value is None or value == "":
            if option.required:
                errors.append(FieldError(field, f"{option.label} is missing", "required"))
        elif not option.accepts(value):
            errors.append(FieldError(field, f"this does not look like {option.label}. {option.help}", "bad_shape"))
        elif name == "base_url" and (complaint := _address_complaint(str(value), rules)):
            errors.append(FieldError(field, complaint, "bad_shape"))
    return errors


def refuse(errors: list[FieldError]) -> None:
    """Does nothing without errors.

    Raises:
        Unprocessable: naming all of them.
    """
    if errors:
        raise Unprocessable("; ".join(f"{error.field}: {error.message}" for error in errors), errors=errors)


def _address_complaint(value: str, rules: AddressRules) -> str | None:
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    may_be_http = rules.may_be_http or (host is not None and rules.names(host, port))
    schemes = ("https", "http") if may_be_http else ("https",)
    if not host or parts.scheme not in schemes:
        return f"must be an address that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}"
    if parts.username or parts.password or parts.query or parts.fragment:
        return "must hold neither a password, nor a question mark, nor a #"
    return None
