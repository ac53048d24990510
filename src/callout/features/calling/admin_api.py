"""Admin routes of calling, one list for each room."""

from callout.features.calling.agents.admin_api import router as agents
from callout.features.calling.agents.knowledge_admin_api import router as knowledge_bases
from callout.features.calling.calls.admin_api import router as calls
from callout.features.calling.calls.admin_api import statistics_router as call_statistics
from callout.features.calling.calls.health_admin_api import router as call_health
from callout.features.calling.calls.scam_admin_api import router as scam
from callout.features.calling.campaigns.admin_api import router as campaigns
from callout.features.calling.compliance.admin_api import router as compliance
from callout.features.calling.numbers.admin_api import router as numbers
from callout.features.calling.rehearsal.admin_api import router as rehearsals
from callout.features.calling.voices.admin_api import router as voices

routers = [
    agents,
    voices,
    knowledge_bases,
    numbers,
    rehearsals,
    calls,
    call_statistics,
    call_health,
    scam,
    campaigns,
    compliance,
]
