"""Admin routes of prospecting."""

from callout.features.prospecting.businesses_admin_api import router as businesses
from callout.features.prospecting.call_lists_admin_api import router as call_lists
from callout.features.prospecting.catalogue.admin_api import router as catalogues
from callout.features.prospecting.consent_admin_api import router as consent
from callout.features.prospecting.contact_import.admin_api import router as contact_import
from callout.features.prospecting.contacts_admin_api import router as contacts
from callout.features.prospecting.enrichment.admin_api import router as websites
from callout.features.prospecting.exporting.admin_api import routers as exports
from callout.features.prospecting.identity.admin_api import router as duplicates
from callout.features.prospecting.importing.admin_api import router as imports
from callout.features.prospecting.scraping.admin_api import router as scrape_jobs
from callout.features.prospecting.scraping.providers_admin_api import router as providers
from callout.features.prospecting.scraping.supply_gap_admin_api import router as supply_gaps

routers = [
    scrape_jobs, providers, supply_gaps, *exports, businesses, duplicates, imports, websites, catalogues,
    contact_import, contacts, call_lists, consent,
]  # fmt: skip
