"""Admin routes of prospecting."""

from callout.features.prospecting.call_lists_admin_api import router as call_lists
from callout.features.prospecting.consent_admin_api import router as consent
from callout.features.prospecting.contacts_admin_api import router as contacts
from callout.features.prospecting.exporting.admin_api import routers as exports
from callout.features.prospecting.importing.admin_api import router as imports
from callout.features.prospecting.scraper_admin_api import router as scraper

routers = [*exports, scraper, imports, contacts, call_lists, consent]
