"""The durable work of prospecting, but for what asks providers."""

from callout.features.files.service import Files
from callout.features.prospecting import business_workflows
from callout.features.prospecting.contact_import import workflows as contact_workflows
from callout.features.prospecting.identity import workflows as identity_workflows
from callout.features.prospecting.importing import workflows as importing_workflows
from callout.features.prospecting.importing.context import Importing
from callout.features.prospecting.scraping.ports import PlanLimits
from callout.kit.db.database import Database
from callout.kit.workflows import Workflows


def register(flows: Workflows, database: Database, *, files: Files, plans: PlanLimits) -> None:
    """Registers imports of businesses and contacts, changes of many businesses and searches for duplicates."""
    importing_workflows.register(flows, importing=Importing(database, files, plans))
    contact_workflows.register(flows, database, files=files)
    business_workflows.register(flows, database)
    identity_workflows.register(flows, database)
