"""The installation's own provider keys: settings become defaults for tenants without theirs."""

from callout.features.api_configs import shapes
from callout.features.api_configs.credential import Default
from callout.features.api_configs.specs import ProviderRegistry
from callout.run.errors import RunError
from callout.settings import ProviderKeySettings


def provider_defaults(keys: ProviderKeySettings, registry: ProviderRegistry) -> dict[str, Default]:
    """The default of every provider whose settings are given; an address alone is used with tenants' keys.

    Raises:
        RunError: settings of a provider are given that are incomplete or of the wrong shape.
    """
    found: dict[str, Default] = {}
    for provider, given in keys.given().items():
        spec = registry.specs[provider]
        names = {field.name for field in spec.fields}
        values = {name: value.replace("\\n", "\n") for name, value in given.items() if name in names}
        options = {name: value for name, value in given.items() if name not in names}
        needs_key = any(field.required for field in spec.fields)
        wrong = shapes.check_options(spec, options, shapes.AddressRules(may_be_http=True))
        if values or not needs_key:
            wrong += shapes.check_credentials(spec, values)
        if wrong:
            reasons = "; ".join(error.message for error in wrong)
            raise RunError(f"The settings of {spec.label} cannot be used: {reasons}.")
        found[provider] = Default(values=values, options=options, is_key=bool(values) or not needs_key)
    return found
