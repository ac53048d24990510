"""The sources of exports prospecting has, for the composition root."""

from callout.features.exports.ports import ExportSource
from callout.features.prospecting.exporting.business_export import BusinessExport
from callout.features.prospecting.exporting.contact_export import ConsentExport, ContactExport, SuppressionExport


def prospecting_sources() -> list[ExportSource]:
    """Businesses, contacts, suppression and consents."""
    return [BusinessExport(), ContactExport(), SuppressionExport(), ConsentExport()]
