"""The use cases of vendor documents and of the kinds a service requires."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from callout.features.accounts.audit import audit
from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.files.service import Files
from callout.features.vendors import belongings_store, store
from callout.features.vendors.events import VendorUpdated
from callout.features.vendors.schemas import DocumentInput, ReviewInput
from callout.features.vendors.tables import Vendor, VendorDocument
from callout.kit.db.work import Work
from callout.kit.errors import NotFound, Unprocessable

PURPOSE = "vendor_document"


async def add_document(work: Work, files: Files, vendor_id: UUID, data: DocumentInput) -> VendorDocument:
    """Adds a document to a vendor, to be reviewed.

    Raises:
        Unprocessable: the file does not exist for the principal, or was uploaded for something else.
    """
    vendor = await store.get_vendor(work, vendor_id)
    try:
        file = await files.find(work, data.file_id)
    except NotFound as error:
        raise Unprocessable.at("file_id", "there is no such file") from error
    if file.purpose != PURPOSE:
        raise Unprocessable.at("file_id", f"upload the file with the purpose {PURPOSE}")
    document = VendorDocument(vendor_id=vendor.id, **data.model_dump())
    work.session.add(document)
    await work.session.flush()
    await work.publish(VendorUpdated(noun_id=vendor.id, changed=["documents"]))
    return document


async def review_document(work: Work, vendor_id: UUID, document_id: UUID, data: ReviewInput) -> VendorDocument:
    """Approves or rejects a document; the same review again changes nothing."""
    document = await belongings_store.get_document(work, vendor_id, document_id)
    before = {"review": document.review, "review_note": document.review_note}
    after = {"review": data.review, "review_note": data.review_note}
    if before != after:
        document.review, document.review_note = data.review, data.review_note
        await audit(work, "vendor_document.review", "vendor_document", document.id, before=before, after=after)
        await work.publish(VendorUpdated(noun_id=vendor_id, changed=["documents"]))
    return document


def required_kinds(services: Sequence[str], required: Sequence[Mapping[str, str]]) -> set[str]:
    """The kinds of documents some services require.

    Args:
        services: codes of the catalogue.
        required: the setting ``vendors.required_documents``: ``{service, kind}`` rows.
    """
    return {row["kind"] for row in required if row["service"] in services}


async def missing_kinds(work: Work, vendor: Vendor) -> list[str]:
    """The required kinds of which a vendor has no approved document in force, sorted."""
    required = required_kinds(vendor.services, (await tenant_settings(work))["vendors.required_documents"])
    if not required:
        return []
    valid = await belongings_store.valid_kinds(work, [vendor.id], work.now.date())
    return sorted(required - valid.get(vendor.id, set()))
