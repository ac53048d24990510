"""Admin routes of prospecting."""

from callout.features.prospecting.contacts_admin_api import router as contacts
from callout.features.prospecting.scraper_admin_api import router as scraper

routers = [scraper, contacts]
